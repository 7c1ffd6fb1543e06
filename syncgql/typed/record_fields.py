"""The fields of classes that the package decodes itself: dataclasses, attrs classes, named tuples, typed dicts."""

from __future__ import annotations

import dataclasses
import typing
from typing import Any, NamedTuple

from .names import wire_names


class RecordField(NamedTuple):
    """A field of a class.

    Attributes:
        name: the name of the constructor argument, or the key of a typed dict.
        names: the possible names of the value in the response, most likely first.
        kind: the type of the value.
        is_required: whether the response must contain it, because the class has no default for it.
    """

    name: str
    names: tuple[str, ...]
    kind: Any
    is_required: bool


def is_typed_dict(kind: Any) -> bool:
    """Return whether a class is a ``TypedDict`` of ``typing`` or ``typing_extensions``."""
    return is_class(kind) and issubclass(kind, dict) and hasattr(kind, "__required_keys__")


def is_class(kind: Any) -> bool:
    """Return whether a type is a class. ``list[int]`` is not, although it is a ``type`` in Python 3.10."""
    return isinstance(kind, type) and typing.get_origin(kind) is None


def type_name(kind: Any) -> str:
    """Return how messages name a type: a class by its name, and ``list[Book]`` as it is written."""
    return kind.__name__ if is_class(kind) else str(kind)


def record_fields(kind: Any) -> list[RecordField] | None:
    """Return the fields of a class; None if the class is of another kind.

    Raises:
        TypeError: an annotation of the class cannot be resolved.
    """
    if is_typed_dict(kind):
        return _typed_dict_fields(kind)
    if not is_class(kind):
        return None
    if issubclass(kind, tuple) and hasattr(kind, "_fields"):
        hints, defaults = _hints(kind), kind._field_defaults
        return [_field(name, hints.get(name, Any), name not in defaults) for name in kind._fields]
    if dataclasses.is_dataclass(kind):
        hints = _hints(kind)
        return [
            _field(each.name, hints[each.name], _has_no_default(each)) for each in dataclasses.fields(kind) if each.init
        ]
    if hasattr(kind, "__attrs_attrs__"):
        hints = _hints(kind)
        return [
            _field(each.alias, hints.get(each.name, Any), not _attrs_default(each), each.name)
            for each in kind.__attrs_attrs__
            if each.init
        ]
    return None


def _field(name: str, kind: Any, is_required: bool, attribute: str | None = None) -> RecordField:
    return RecordField(name, wire_names(attribute or name), kind, is_required)


def _typed_dict_fields(kind: Any) -> list[RecordField]:
    hints = _hints(kind)
    return [_field(name, hints[name], name in kind.__required_keys__) for name in hints]


def _has_no_default(field: dataclasses.Field[Any]) -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def _attrs_default(attribute: Any) -> bool:
    import attrs

    return attribute.default is not attrs.NOTHING


def _hints(kind: Any) -> dict[str, Any]:
    try:
        return typing.get_type_hints(kind)
    except NameError as error:
        raise TypeError(
            f"An annotation of {kind.__name__} cannot be resolved: {error}. Define the classes of results at module "
            "level, and import the names in their annotations at runtime, not under TYPE_CHECKING."
        ) from error
