"""The options of code generation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Scalar:
    """A custom scalar of the schema in Python.

    Attributes:
        type: the dotted name of its type, for example ``datetime.datetime``.
        parse: the dotted name of a function that makes a value from JSON; None for the types of the standard library
            that ``TypedRequest`` knows, and for JSON values that stay as they are.
        serialize: the dotted name of a function that makes JSON from a value; None for values that a client writes.
    """

    type: str
    parse: str | None = None
    serialize: str | None = None


@dataclass(frozen=True)
class CodegenOptions:
    """The options of code generation.

    Attributes:
        scalars: custom scalars by name; others are ``Any``.
    """

    scalars: Mapping[str, Scalar] = field(default_factory=dict)

    @property
    def module_roots(self) -> set[str]:
        """The names that generated code uses for the modules of scalars, so that nothing else may have them."""
        names = [
            name
            for each in self.scalars.values()
            for name in (each.type, each.parse, each.serialize)
            if name is not None
        ]
        return {name.partition(".")[0] for name in names}
