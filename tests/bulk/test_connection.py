"""find_connection: finds the connection of a document and its variables, in the shapes that servers use."""

from __future__ import annotations

import pytest

from syncgql import DocumentError, GraphQLRequest
from syncgql.bulk.connection import Connection, find_connection

GITHUB = """
    query ($owner: String!, $n: Int = 50, $c: String) {
      repository(owner: $owner) {
        issues(first: $n, after: $c, states: OPEN) {
          nodes { title labels(first: 10) { nodes { name } } }
          pageInfo { hasNextPage endCursor }
          totalCount
        }
      }
    }
"""
SHOPIFY = """
    query ($cursor: String) {
      products(first: 50, after: $cursor) { edges { cursor node { id } } pageInfo { hasNextPage } }
    }
"""
LINEAR = """
    query Issues($first: Int, $after: String) { issues(first: $first, after: $after) { ...Page } }
    fragment Page on IssueConnection { nodes { id } pageInfo { ...Info } }
    fragment Info on PageInfo { hasNextPage endCursor }
"""
ALIASES = """
    query ($f: Int, $a: String) {
      all: books(first: $f, after: $a) {
        rows: edges { at: cursor book: node { id } }
        ... on BookConnection { info: pageInfo { more: hasNextPage end: endCursor } count: totalCount }
      }
    }
"""
SALEOR_BACKWARD = """
    query ($last: Int, $before: String) {
      products(last: $last, before: $before) { edges { node { id } } pageInfo { hasPreviousPage startCursor } }
    }
"""
INNER_INFO = """
    query ($after: String) {
      users(first: 10, after: $after) {
        nodes { posts(first: 3) { nodes { id } pageInfo { hasNextPage } } }
        pageInfo { hasNextPage endCursor }
      }
    }
"""
TWO = """
    query ($a: String, $b: String) {
      books(after: $a) { nodes { id } pageInfo { hasNextPage endCursor } }
      films(after: $b) { nodes { id } pageInfo { hasNextPage endCursor } }
    }
"""


def found(document: str, path: str | None = None) -> Connection:
    return find_connection(GraphQLRequest(document), path)


@pytest.mark.parametrize(
    ("document", "path", "cursor", "size"),
    [
        (GITHUB, "repository.issues", "c", "n"),
        (SHOPIFY, "products", "cursor", None),
        (LINEAR, "issues", "after", "first"),
        (ALIASES, "all", "a", "f"),
        (SALEOR_BACKWARD, "products", "before", "last"),
        (INNER_INFO, "users", "after", None),
    ],
    ids=["GitHub", "Shopify", "Linear", "aliases", "Saleor", "inner"],
)
def test_shapes(document: str, path: str, cursor: str, size: str | None) -> None:
    """It finds the path and both variables, regardless of their names."""
    connection = found(document)
    assert (connection.name, connection.cursor_variable, connection.size_variable) == (path, cursor, size)
    assert connection.is_backward is (document == SALEOR_BACKWARD)


def test_aliases() -> None:
    """The keys are those of the response."""
    assert found(ALIASES) == Connection(
        ("all",), "a", "f", False, None, "rows", "book", "at", "info", "more", "end", "count"
    )


def test_a_document_is_analysed_once() -> None:
    """The second request with the same text gets the same object."""
    assert found(GITHUB) is found(GITHUB)


def test_one_of_several_is_chosen_by_path() -> None:
    """Without a path, the message lists them."""
    with pytest.raises(
        DocumentError,
        match=r"several connections; choose one with path=. Connections in the document: 'books', 'films'",
    ):
        found(TWO)
    assert found(TWO, "films").cursor_variable == "b"


def test_a_fragment_that_contains_itself() -> None:
    """The document is wrong, but it causes no endless loop."""
    with pytest.raises(DocumentError, match="no connection"):
        found("{ a { ...F } } fragment F on A { b ...F }")
