"""Selections that the schema completes: Automatic, all leaves of a type; OfClass, the fields of a class."""

from __future__ import annotations

import copy
import typing
from typing import Any, TypeVar

from ..exceptions import DocumentError
from ..typed.class_members import object_classes
from ..typed.record_fields import type_name

SelfT = TypeVar("SelfT", bound="SchemaSelection")


class SchemaSelection:
    """A selection whose fields depend on the schema.

    Attributes:
        without: the selections that were subtracted from it.
    """

    __slots__ = ("without",)

    without: tuple[Any, ...]

    def excluding(self: SelfT, removed: object) -> SelfT:
        """Return the same selection without the fields *removed*."""
        changed = copy.copy(self)
        changed.without = (*self.without, removed)
        return changed

    def _minus(self) -> str:
        """Return the code that subtracts the selections in ``without``."""
        return "".join(f" - {removed!r}" for removed in self.without)


class Automatic(SchemaSelection):
    """All leaves of a type according to the schema: ``Fields(Automatic(), Field("reviews", first=5))``.

    Selects scalars and enums, and objects without arguments down to *depth*; deprecated fields and fields with a
    required argument are omitted. Interfaces and unions get ``__typename`` and, if they have at most 20 types, a
    fragment for each type.

    Args:
        depth: 1 for the leaves of the type itself; 2, the default, to include those of its objects; and so on.

    Raises:
        DocumentError: *depth* is less than 1.
    """

    __slots__ = ("depth",)

    def __init__(self, depth: int = 2) -> None:
        if depth < 1:
            raise DocumentError("The depth of Automatic must be at least 1, the leaves of the type itself.")
        self.depth = depth
        self.without = ()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Automatic):
            return NotImplemented
        return (self.depth, self.without) == (other.depth, other.without)

    def __hash__(self) -> int:
        return hash((self.depth, self.without))

    def __repr__(self) -> str:
        return f"Automatic(depth={self.depth}){self._minus()}"

    def joined(self, other: Automatic) -> Automatic:
        """Return the union of two selections."""
        joined = Automatic(max(self.depth, other.depth))
        joined.without = tuple(removed for removed in self.without if removed in other.without)
        return joined


RECURSION = 2
"""The default depth of a class that contains itself: the outermost level and one more."""


class OfClass(SchemaSelection):
    """The fields that are needed to create instances of a class, or of the classes in a type.

    Args:
        kind: the type.
        depth: the number of levels of a class that contains itself, including the outermost one.
        within: the enclosing classes.

    Raises:
        DocumentError: the type has no class of objects, or *depth* is less than 1.
    """

    __slots__ = ("depth", "kind", "within")

    def __init__(self, kind: Any, depth: int, within: tuple[Any, ...] = ()) -> None:
        if depth < 1:
            raise DocumentError("The depth of Fields.of must be at least 1, the class itself.")
        try:
            has_classes = bool(object_classes(kind))
        except TypeError as error:
            raise DocumentError(str(error)) from error
        if not has_classes:
            raise DocumentError(
                f"{type_name(kind)} is not a selection; pass a dataclass, TypedDict, NamedTuple, attrs class, "
                "msgspec.Struct or pydantic model, or names of fields."
            )
        self.kind = kind
        self.depth = depth
        self.within = within
        self.without = ()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, OfClass):
            return NotImplemented
        mine = (self.kind, self.depth, self.within, self.without)
        return mine == (other.kind, other.depth, other.within, other.without)

    def __hash__(self) -> int:
        return hash((self.kind, self.depth, self.within, self.without))

    def __repr__(self) -> str:
        return f"Fields.of({type_name(self.kind)}, depth={self.depth}){self._minus()}"


def is_result_type(selectable: object) -> bool:
    """Return whether a selection is a type, so that the result consists of its instances."""
    return isinstance(selectable, (type, typing.NewType)) or typing.get_origin(selectable) is not None
