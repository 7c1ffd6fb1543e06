"""Directive: a directive in a selection. Functions for all parts of selections: checks of names, and ``repr``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ..exceptions import DocumentError

NAME = re.compile(r"[_A-Za-z][_0-9A-Za-z]*")


class Directive:
    """A directive such as ``@include``: ``Directive("include", **{"if": True})``.

    Args:
        name: the name, with or without the ``@``.
        arguments: the arguments, which become variables; a trailing underscore is ignored, so ``if_=True`` passes
            ``if``.

    Raises:
        DocumentError: *name* is not a valid name.
    """

    __slots__ = ("arguments", "name")

    def __init__(self, name: str, /, **arguments: Any) -> None:
        self.name = checked_name(name.removeprefix("@"))
        self.arguments = arguments

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Directive):
            return NotImplemented
        return (self.name, self.arguments) == (other.name, other.arguments)

    def __hash__(self) -> int:
        # Values may be lists and dicts, which are not hashable, so only the names of the arguments are hashed.
        return hash((self.name, frozenset(self.arguments)))

    def __repr__(self) -> str:
        return call_text("Directive", self.name, self.arguments)


def checked_directives(directives: Iterable[Directive]) -> tuple[Directive, ...]:
    """Return the directives as a tuple.

    Raises:
        DocumentError: one of them is not a ``Directive``.
    """
    directives = (directives,) if isinstance(directives, Directive) else tuple(directives)
    for directive in directives:
        if not isinstance(directive, Directive):
            raise DocumentError(f"directives must be Directive objects, not {type(directive).__name__}.")
    return directives


def checked_name(name: object) -> str:
    """Return *name*.

    Raises:
        DocumentError: it is not a GraphQL name; see https://spec.graphql.org/draft/#sec-Names.
    """
    if isinstance(name, str) and NAME.fullmatch(name):
        return name
    raise DocumentError(
        f"{name!r} is not a GraphQL name: use letters, digits and underscores, and do not start with a digit."
    )


def call_text(function: str, name: str, keywords: Mapping[str, Any]) -> str:
    """Return the code of a call whose first argument is a name."""
    return f"{function}({', '.join([repr(name), *(f'{key}={value!r}' for key, value in keywords.items())])})"
