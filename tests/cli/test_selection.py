"""Paths in data."""

from __future__ import annotations

import click
import pytest

from syncgql import GraphQLRequest
from syncgql.cli.selection import Fields, columns, select, selected_fields


def test_select() -> None:
    """Lists are mapped, null has null members."""
    data = {"a": [{"b": 1}, None, {"b": {"c": 2}}]}
    assert select(data, "a.b") == [1, None, {"c": 2}]
    assert select(data, "a.2.b.c") == 2
    assert select(data, "a.9") is None
    assert select(data, None) is data


def test_paths_go_through_fragments() -> None:
    """Aliases are what counts; members of a scalar are unknown."""
    request = GraphQLRequest("{ x: a { ...F ... on B { d { e } } } } fragment F on A { c d { f } }")
    fields: Fields = {"c": {}, "d": {"e": {}, "f": {}}}
    assert selected_fields(None, [request]) == {"x": fields}
    assert selected_fields("x.0", [request]) == fields
    assert set(columns(fields)) == {"c", "d.e", "d.f"}
    for path in ("x.c", "x.0.c.anything"):
        assert selected_fields(path, [request]) == {}
    with pytest.raises(click.UsageError, match="only c, d"):
        selected_fields("x.e", [request])


def test_several_documents() -> None:
    """All must select the path; their fields are merged."""
    requests = [GraphQLRequest("{ a { b } }"), GraphQLRequest("{ a { c } }")]
    assert selected_fields("a", requests) == {"b": {}, "c": {}}
    with pytest.raises(click.UsageError, match="only c"):
        selected_fields("a.b", requests)


def test_a_path_in_a_node() -> None:
    """The path begins at the node of the connection, which the message says."""
    request = GraphQLRequest("{ books { edges { node { title } } } }")
    node = ("books", "edges", "node")
    assert selected_fields(None, [request], node) == {"title": {}}
    with pytest.raises(click.UsageError, match=r"only title. With --paginate, the path begins at the node"):
        selected_fields("books.title", [request], node)


def test_an_index_in_brackets() -> None:
    """The message shows the path with the number between dots."""
    with pytest.raises(click.UsageError, match=r"--select rooms\.0\.name$"):
        selected_fields("rooms[0].name", [GraphQLRequest("{ rooms { name } }")])


def test_a_fragment_that_contains_itself() -> None:
    """The server refuses it; the search ends."""
    request = GraphQLRequest("{ a { ...F } } fragment F on A { b ...F c { ...F } }")
    assert selected_fields("a", [request]) == {"b": {}, "c": {}}
