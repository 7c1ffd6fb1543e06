"""The names of GraphQL fields in Python."""

from __future__ import annotations

import pytest

from syncgql.typed.names import camel_case, snake_case, wire_names


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("publishedAt", "published_at"),
        ("id", "id"),
        ("databaseID", "database_id"),
        ("HTMLUrl", "html_url"),
        ("sha256Sum", "sha256_sum"),
        ("_private", "_private"),
        ("__typename", "__typename"),
        ("already_snake", "already_snake"),
    ],
)
def test_snake_case(name: str, expected: str) -> None:
    """Words begin at capital letters; an abbreviation is one word."""
    assert snake_case(name) == expected


def test_camel_case_drops_the_underscore_of_keywords() -> None:
    """``class_`` stands for ``class``."""
    assert (camel_case("published_at"), camel_case("class_")) == ("publishedAt", "class")


def test_wire_names_begin_with_the_likeliest() -> None:
    """Camel case is usual; servers with snake case exist."""
    assert wire_names("published_at") == ("publishedAt", "published_at")
    assert wire_names("title") == ("title",)
    assert wire_names("typename") == ("typename", "__typename")
