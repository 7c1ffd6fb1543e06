"""Parsed selections: the result of ``parse_selection``, as types that do not load graphql-core."""

from __future__ import annotations

from typing import Any, NamedTuple


class ParsedDirective(NamedTuple):
    """A directive; the values of its arguments are nodes of graphql-core."""

    name: str
    arguments: dict[str, Any]


class ParsedField(NamedTuple):
    """A field; *selections* is None for a leaf, and the values of its arguments are nodes of graphql-core."""

    name: str
    alias: str | None
    arguments: dict[str, Any]
    directives: tuple[ParsedDirective, ...]
    selections: tuple[ParsedSelection, ...] | None


class ParsedFragment(NamedTuple):
    """An inline fragment with a type condition."""

    type_condition: str
    directives: tuple[ParsedDirective, ...]
    selections: tuple[ParsedSelection, ...]


ParsedSelection = ParsedField | ParsedFragment
