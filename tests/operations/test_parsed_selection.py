"""Parsed selections: plain values, from which the classes of selections are made."""

from __future__ import annotations

from syncgql.operations.parsed_selection import ParsedField, ParsedFragment
from syncgql.operations.selection_text import parse_selection


def test_parsing_returns_plain_values() -> None:
    """The parser does not import the classes of selections."""
    fragment, field = parse_selection("... on Book { id } author { name }")
    assert fragment == ParsedFragment("Book", (), (ParsedField("id", None, {}, (), None),))
    assert field == ParsedField("author", None, {}, (), (ParsedField("name", None, {}, (), None),))
