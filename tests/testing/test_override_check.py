"""Overrides of fakes that cannot change anything."""

from __future__ import annotations

import pytest
from graphql import build_schema, parse

from syncgql.testing.override_check import check_overrides

SCHEMA = build_schema(
    "type Query { books: [Book!]! } type Book { title: String! author: Author! } type Author { name: ID }"
)
DOCUMENT = parse("{ all: books { title ...rest } } fragment rest on Book { author @skip(if: true) { name } }")


@pytest.mark.parametrize(
    "override", ["all", "all.0.title", "all.*.author.name", "Book", "Book.title", "Author.name", "ID"]
)
def test_overrides_that_fit(override: str) -> None:
    """Paths, fields of types and types, also below a field that is skipped."""
    assert check_overrides(SCHEMA, DOCUMENT, [override]) == []


@pytest.mark.parametrize(
    ("override", "problem"),
    [
        ("all.0.titel", "'titel' is neither a key of the answer nor a type. Did you mean 'title'?"),
        ("books.0.title", "'books' is neither a key of the answer nor a type."),
        ("Bok.title", "'Bok' is neither a key of the answer nor a type."),
        ("Book.titel", "Book has no field 'titel'. Did you mean 'title'?"),
        ("ID.title", "ID has no field 'title'."),
    ],
)
def test_misspelt_overrides(override: str, problem: str) -> None:
    """The message has the key, the step that is wrong, and the nearest name."""
    (found,) = check_overrides(SCHEMA, DOCUMENT, [override])
    assert found.startswith(f"{override!r}: {problem}")
