"""find_nested_connection: checks documents before anything is sent."""

from __future__ import annotations

import pytest

from syncgql import Client, DocumentError, GraphQLRequest
from syncgql.bulk.nested_connection import NestedConnection, find_nested_connection

from .repositories import DOCUMENT, PATH


def found(document: str = DOCUMENT, path: str = PATH) -> NestedConnection:
    return find_nested_connection(GraphQLRequest(document), path)


def test_both_connections() -> None:
    """The path of the inner connection begins at the outer node."""
    nested = found()
    assert (nested.outer.name, nested.outer.cursor_variable, nested.outer.size_variable) == (
        "repositories",
        "after",
        "first",
    )
    assert (nested.inner.name, nested.inner.cursor_variable, nested.inner.size_variable) == ("issues", "at", "n")
    assert nested.nodes == "nodes"


def test_aliases_and_fields_in_between() -> None:
    """The path consists of the keys of the response."""
    document = DOCUMENT.replace("issues(", "owner { open: issues(").replace("endCursor } }\n", "endCursor } } }\n", 1)
    nested = found(document.replace("nodes {\n", "rows: nodes {\n"), "repositories.rows[].owner.open")
    assert (nested.nodes, nested.inner.name) == ("rows", "owner.open")


def test_a_document_is_analysed_once() -> None:
    """The second request with the same text gets the same object."""
    assert found() is found()


@pytest.mark.parametrize(
    ("old", "new", "match"),
    [
        ("edges { cursor }", "", "add 'edges { cursor }' to 'repositories'"),
        ("first: $first, after: $after", "after: $after", "variable for the size of the outer page"),
        ("after: $after", "", "'repositories' needs a variable for its cursor"),
        ("after: $at", "", "'repositories.nodes.issues' needs a variable for its cursor"),
        ("after: $at", "after: $after", r"share the variable \$after"),
        ("first: $n", "first: $first", r"share the variable \$first"),
        ("first: $first, after: $after", "last: $first, before: $after", "must be paginated forward"),
    ],
)
def test_requirements_of_the_document(old: str, new: str, match: str) -> None:
    """The message says what to add."""
    document = DOCUMENT.replace(old, new).replace("endCursor }\n", "endCursor startCursor }\n")
    with pytest.raises(DocumentError, match=match):
        Client("http://127.0.0.1:9/").paginate(document, path=PATH)


@pytest.mark.parametrize("path", ["repositories[].issues", "repositories.nodes[].pulls", "repositories.nodes.issues[]"])
def test_no_connection_at_the_path(path: str) -> None:
    """The message lists the paths to choose from."""
    with pytest.raises(DocumentError, match=r"in the document: 'repositories', 'repositories.nodes\[\].issues'"):
        Client("http://127.0.0.1:9/").paginate(DOCUMENT, path=path)


@pytest.mark.parametrize("path", [None, "repositories.nodes.issues"])
def test_a_path_without_the_mark(path: str | None) -> None:
    """The message contains the path to pass."""
    with pytest.raises(DocumentError, match=r"'repositories.nodes\[\].issues'"):
        Client("http://127.0.0.1:9/").paginate(DOCUMENT, path=path)


def test_an_inner_connection_alone() -> None:
    """This also holds if only the inner connection has a variable for its cursor."""
    document = DOCUMENT.replace(", after: $after", "")
    with pytest.raises(
        DocumentError, match=r"nested in the nodes of 'repositories'; pass path='repositories.nodes\[\].issue"
    ):
        Client("http://127.0.0.1:9/").paginate(document)


def test_three_levels() -> None:
    """Only two levels are supported."""
    inner = "comments(after: $c) { nodes { id } pageInfo { hasNextPage endCursor } }"
    document = DOCUMENT.replace("nodes { title }", f"nodes {{ title {inner} }}").replace(
        "($first", "($c: String $first"
    )
    with pytest.raises(DocumentError, match="two levels"):
        found(document, "repositories.nodes.issues.nodes[].comments")
