"""Selections that the schema completes: Automatic, all leaves of a type."""

from __future__ import annotations

import copy
from typing import Any, TypeVar

from ..exceptions import DocumentError

SelfT = TypeVar("SelfT", bound="SchemaSelection")


class SchemaSelection:
    """A selection that stands for fields which are known only from the schema.

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
        """Return the code of what was subtracted."""
        return "".join(f" - {removed!r}" for removed in self.without)


class Automatic(SchemaSelection):
    """All leaves of a type according to the schema: ``Fields(Automatic(), Field("reviews", first=5))``.

    Selects scalars and enums, and objects without arguments down to *depth*; deprecated fields and fields with a
    required argument are omitted. Interfaces and unions get ``__typename`` and a fragment per type.

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
        """Return the selection of what either selects."""
        joined = Automatic(max(self.depth, other.depth))
        joined.without = tuple(removed for removed in self.without if removed in other.without)
        return joined
