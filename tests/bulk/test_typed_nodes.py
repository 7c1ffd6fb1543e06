"""typed_nodes: the nodes of typed requests."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, TypedDict

import pytest

from syncgql import Client, GraphQLRequest, ResultError, TypedRequest
from syncgql.bulk.connection import find_connection
from syncgql.bulk.typed_nodes import typed_nodes

NODES = "query ($first: Int, $after: String) { rows(first: $first, after: $after) { nodes { id } %s } }"
EDGES = "query ($first: Int, $after: String) { rows(first: $first, after: $after) { edges { cursor node { id } } %s } }"
INFO = "pageInfo { hasNextPage endCursor }"


@dataclass
class Row:
    id: int


@dataclass
class Nodes:
    nodes: list[Row | None]


@dataclass
class NodesData:
    rows: Nodes


class NodesDict(TypedDict):
    rows: Nodes


@dataclass
class Edge:
    node: Row | None


@dataclass
class Edges:
    edges: list[Edge]


@dataclass
class EdgesData:
    rows: Edges


@dataclass
class NoNodes:
    page_info: Any


@dataclass
class WrongRow:
    id: str


@dataclass
class Wrong:
    nodes: list[WrongRow]


@pytest.mark.parametrize(
    ("document", "result_type"),
    [(NODES, Nodes), (NODES, NodesData), (NODES, NodesDict), (EDGES, Edges), (EDGES, EdgesData)],
)
def test_nodes_have_the_class_of_the_result(rows_url: str, document: str, result_type: Any) -> None:
    """The result type may be that of the data, or of its single root field."""
    with Client(rows_url) as client:
        request = TypedRequest(document % INFO, result_type)
        rows = list(client.paginate(request, page_size=3, max_pages=3))
    assert [type(row) for row in rows] == [Row] * 9
    assert len({row.id for row in rows}) == 9


def test_names_in_snake_case_and_null_connections() -> None:
    """An attribute may end with an underscore; a null connection has no nodes."""
    books = "oldBooks(after: $after) { class: nodes { id } pageInfo { endCursor } }"
    document = f"query ($after: String) {{ me {{ {books} }} }}"
    connection = find_connection(GraphQLRequest(document), None)
    page = SimpleNamespace(class_=[None, "a"])
    assert typed_nodes(SimpleNamespace(me=SimpleNamespace(old_books=page)), connection) == [None, "a"]
    assert typed_nodes(SimpleNamespace(me=SimpleNamespace(old_books=None)), connection) == []
    assert typed_nodes({"me": None}, connection) == []


def test_pages_have_typed_nodes_and_the_raw_result(rows_url: str) -> None:
    """Variables may be passed with the call."""
    with Client(rows_url) as client:
        (page,) = client.paginate(TypedRequest(NODES % INFO, Nodes), {"first": 2}, max_pages=1).pages()
    assert [row.id for row in page.nodes] == [row["id"] for row in page.result.data["rows"]["nodes"]]


def test_a_page_that_does_not_match_is_an_error(rows_url: str) -> None:
    """The error contains the path in the response, and names the page."""
    nodes = TypedRequest(NODES % INFO, Wrong)
    with Client(rows_url) as client, pytest.raises(ResultError, match=r"page 1 of paginate\(\), after.*'7'") as caught:
        list(client.paginate(nodes, page_size=2, after="7"))
    assert caught.value.path[-3:] == ("nodes", 0, "id")


def test_a_class_without_the_nodes_is_an_error(rows_url: str) -> None:
    """Otherwise, the pages would seem to be empty."""
    with Client(rows_url) as client, pytest.raises(ResultError, match=r"NoNodes has no attribute for 'nodes', where"):
        list(client.paginate(TypedRequest(NODES % INFO, NoNodes), page_size=2))
