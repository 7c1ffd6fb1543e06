"""Dataclasses and msgspec structs as JSON objects: their members, and their fields as the variables of a call."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from typing import Any, ClassVar, Protocol, TypeAlias


class DataclassInstance(Protocol):
    """An instance of a dataclass."""

    __dataclass_fields__: ClassVar[dict[str, Any]]


class StructInstance(Protocol):
    """An instance of a ``msgspec.Struct``."""

    __struct_fields__: ClassVar[tuple[str, ...]]


Variables: TypeAlias = Mapping[str, Any] | DataclassInstance | StructInstance
"""The variables of a call: a dict, or the fields of a dataclass or of a struct."""


def object_members(value: object) -> dict[Any, Any] | None:
    """Return the members of a mapping, or the fields of an instance of a dataclass or struct; None for any other value.

    The members of a struct have the names that msgspec encodes; fields that are ``msgspec.UNSET`` are omitted.
    """
    if isinstance(value, Mapping):
        return dict(value)
    # Neither module is imported here: if there is such an instance, its module has been imported.
    msgspec, dataclasses = sys.modules.get("msgspec"), sys.modules.get("dataclasses")
    if msgspec is not None and isinstance(value, msgspec.Struct):
        names = zip(value.__struct_encode_fields__, value.__struct_fields__, strict=True)
        members = {name: getattr(value, attribute) for name, attribute in names}
        return {name: member for name, member in members.items() if member is not msgspec.UNSET}
    if dataclasses is not None and dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    return None


def record_variables(value: object, document: str) -> dict[str, Any] | None:
    """Return the fields of a dataclass or struct as variables of a document; None if it is neither.

    A field is the variable of the same name or, if the document has none, the variable whose name differs only in case
    and underscores: ``book_id`` is ``$bookId``.
    """
    members = object_members(value)
    if members is None:
        return None
    names = set(re.findall(r"\$(\w+)", document))
    plain = {_plain(name): name for name in names}
    return {name if name in names else plain.get(_plain(name), name): member for name, member in members.items()}


def _plain(name: str) -> str:
    return name.replace("_", "").lower()
