"""The classes in the type of a result and their fields, from which selections are generated."""

from __future__ import annotations

import typing
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from .libraries import is_model, is_struct, model_fields, struct_fields
from .names import TYPENAME
from .record_fields import RecordField, record_fields


def class_fields(kind: Any) -> list[RecordField] | None:
    """Return the fields of a class whose instances are decoded from objects; None for any other type.

    Raises:
        TypeError: an annotation of the class cannot be resolved.
    """
    if is_struct(kind):
        return struct_fields(kind)
    if is_model(kind):
        return model_fields(kind)
    return record_fields(kind)


def object_classes(kind: Any) -> list[Any]:
    """Return the classes of objects in a type: ``Book`` for ``list[Book | None]``, and nothing for ``list[str]``.

    Raises:
        TypeError: an annotation of a class cannot be resolved.
    """
    if isinstance(kind, typing.NewType):
        return object_classes(kind.__supertype__)
    origin = typing.get_origin(kind)
    if origin is None:
        return [] if class_fields(kind) is None else [kind]
    if origin is Literal or origin in (dict, Mapping):
        return []
    args = typing.get_args(kind)
    if origin is typing.Annotated:
        args = args[:1]
    return list(dict.fromkeys(found for arg in args for found in object_classes(arg)))


def typenames_of(member: Any) -> Sequence[str] | None:
    """Return the values of ``__typename`` that a member of a union stands for.

    They are the values of the ``Literal`` that annotates its field ``__typename``, or else the name of the class. A
    class whose field has the type ``str`` stands for all other types. None if *kind* is not a class of objects.
    """
    if is_struct(member):
        tag = member.__struct_config__.tag
        return [tag] if isinstance(tag, str) else [member.__name__]
    fields = class_fields(member)
    if fields is None:
        return None
    hints = {name: field.kind for field in fields for name in field.names}
    if TYPENAME not in hints:
        return [member.__name__]
    return typing.get_args(hints[TYPENAME]) if typing.get_origin(hints[TYPENAME]) is Literal else ()


def typename_key(member: Any) -> str:
    """Return the key under which the decoder of a class looks for ``__typename`` in a union."""
    tag_field = member.__struct_config__.tag_field if is_struct(member) else None
    return tag_field or TYPENAME
