"""Finding names."""

from __future__ import annotations

import pytest

from syncgql.schema.names import find_name, nearest


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("addBook", "addBook"),
        ("add_book", "addBook"),
        ("http_status", "HTTPStatus"),
        ("from_", "from"),
        ("line_2", "line2"),
        ("book", None),
    ],
)
def test_snake_case_finds_camel_case(given: str, found: str | None) -> None:
    """Case and underscores are ignored."""
    assert find_name(given, ["addBook", "HTTPStatus", "from", "line2"]) == found


def test_an_exact_match_wins_over_a_similar_name() -> None:
    """A schema may have names that differ only in case."""
    assert find_name("add_book", ["addBook", "add_book"]) == "add_book"


def test_an_ambiguous_name_is_not_found() -> None:
    """An ambiguous name matches nothing."""
    assert find_name("add_book", ["addBook", "addbook"]) is None


def test_nearest_puts_the_same_name_in_another_case_first() -> None:
    """Names that differ only in case or underscores are suggested first."""
    assert nearest("created_at", ["createdAt", "created_by"]) == " Did you mean 'createdAt' or 'created_by'?"
    assert nearest("xyz", ["createdAt"]) == ""
