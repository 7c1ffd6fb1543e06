"""Names of Python for names of GraphQL."""

from __future__ import annotations

import pytest

from syncgql.codegen.python_names import Names, attribute_name, class_name, member_name, module_name, natural


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("publishedAt", "published_at"),
        ("class", "class_"),
        ("None", "none"),
        ("list", "list_"),
        ("id", "id"),
        ("__typename", "typename"),
        ("_private", "_private"),
    ],
)
def test_attributes(name: str, expected: str) -> None:
    """Keywords, and names of types that annotations use, have an underscore."""
    assert attribute_name(name) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("book", "Book"),
        ("add_book", "AddBook"),
        ("_1", "Field1"),
        ("_", "Field"),
        ("any", "Any_"),
        ("struct", "Struct_"),
    ],
)
def test_classes(name: str, expected: str) -> None:
    """Words begin with a capital letter."""
    assert class_name(name) == expected


@pytest.mark.parametrize(
    ("stem", "expected"),
    [("getBook", "get_book"), ("a b.c-d", "a_b_c_d"), ("1st", "_1st"), ("Bücher", "b_cher"), ("!", "documents")],
)
def test_modules(stem: str, expected: str) -> None:
    """Files may have any name."""
    assert module_name(stem) == expected


def test_members_are_in_capitals() -> None:
    """``title`` would hide a method of ``str``."""
    assert [member_name(name) for name in ("title", "None", "_x_")] == ["TITLE", "NONE", "VALUE_X_"]


def test_names_are_new() -> None:
    """Each in its scope."""
    names = Names(["a"])
    assert [names.new("a"), names.new("a"), names.new("b")] == ["a_", "a__", "b"]


def test_numbers_in_names_are_sorted_as_numbers() -> None:
    """This is the order of ``__all__`` in ruff."""
    assert sorted(["Op10", "Op2", "A", "Ab"], key=natural) == ["A", "Ab", "Op2", "Op10"]
