"""The rows and columns of CSV and tables."""

from __future__ import annotations

from typing import Any

import pytest

from syncgql.cli.rows import node_rows, rows_of
from syncgql.cli.selection import Fields

BOOKS: Fields = {"books": {"title": {}, "author": {"name": {}}}}


def table(value: Any, fields: Fields) -> list[list[Any]]:
    names, rows = rows_of(value, fields)
    return [names, *rows]


@pytest.mark.parametrize("author", [None, {"name": "Le Guin"}])
def test_columns_do_not_depend_on_the_rows(author: Any) -> None:
    """A null object leaves the columns of its members empty."""
    name = author and author["name"]
    data = {"books": [{"title": "Kim", "author": author}]}
    assert table(data, BOOKS) == [["title", "author.name"], ["Kim", name]]


@pytest.mark.parametrize("data", [{"books": []}, {"books": None}])
def test_no_rows(data: Any) -> None:
    """The columns are the same without rows."""
    assert table(data, BOOKS) == [["title", "author.name"]]


def test_a_nested_list_is_one_value() -> None:
    """A column has the value of its field in each item, as --select prints it."""
    data = {"books": [{"title": "Kim", "author": [{"name": "a"}, None]}, {"title": "Emma", "author": []}, None]}
    assert table(data, BOOKS)[1:] == [["Kim", ["a", None]], ["Emma", []], [None, None]]


def test_lists_in_lists() -> None:
    """The items of the inner lists are rows, for several results and for a selected list within a list."""
    assert table([[{"a": 1}], [{"a": 2}, {"a": 3}]], {"a": {}}) == [["a"], [1], [2], [3]]


@pytest.mark.parametrize(
    ("data", "rows"),
    [
        ({"tags": ["x", None]}, [["value"], ["x"], [None]]),
        ({"tags": []}, [["value"]]),
        ({"hello": "x"}, [["hello"], ["x"]]),
        ({"json": [{"b": {"c": 1}}, {"d": 2}]}, [["b.c", "d"], [1, None], [None, 2]]),
    ],
)
def test_scalars(data: Any, rows: list[Any]) -> None:
    """The members of a scalar that is an object are not in the document, so they come from the data."""
    assert table(data, {key: {} for key in data}) == rows


def test_nodes() -> None:
    """Rows are created one at a time; if the path leads to a list in a node, each of its items is a row."""
    nodes = iter([{"a": {"b": 1}}, [{"a": None}, {"a": {"b": 2}}]])
    names, rows = node_rows(nodes, {"a": {"b": {}}})
    remaining = iter(rows)
    assert (names, next(remaining)) == (["a.b"], [1])
    assert list(remaining) == [[None], [2]]


def test_scalar_nodes() -> None:
    """Scalars have one column, because no others are known."""
    names, rows = node_rows(["x", {"a": 1}], {})
    assert (names, list(rows)) == (["value"], [["x"], [{"a": 1}]])
