"""Variable: a placeholder for a value that is given when the document is executed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..request import UNSET
from .directive import call_text, checked_name


class Variable:
    """A variable of a document, whose value is given when the document is executed.

    ::

        find = client.query.book.document("title", id=Variable("id"))
        find(id="1")

    It may be the argument of a field or directive, or a value in a list or dict in an argument. It has the type that is
    expected there, and may be used several times if the types are compatible.

    Args:
        name: the name, without the ``$``.
        default: the value if none is given; it is part of the document.

    Raises:
        DocumentError: *name* is not a valid name.
    """

    __slots__ = ("default", "name")

    def __init__(self, name: str, /, *, default: Any = UNSET) -> None:
        self.name = checked_name(name)
        self.default = default

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Variable):
            return NotImplemented
        return (self.name, self.default) == (other.name, other.default)

    def __hash__(self) -> int:
        return hash(self.name)  # the default may be a list or a dict, which is not hashable

    def __repr__(self) -> str:
        return call_text("Variable", self.name, {} if self.default is UNSET else {"default": self.default})


def holds_variable(value: object) -> bool:
    """Return whether *value* is a Variable, or a mapping, list or tuple that contains one at any depth."""
    if isinstance(value, Variable):
        return True
    if isinstance(value, Mapping):
        return any(map(holds_variable, value.values()))
    return isinstance(value, (list, tuple)) and any(map(holds_variable, value))
