"""NestedConnection: a connection in each node of another connection, such as the issues of each repository."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from ..bounded_cache import BoundedCache
from ..exceptions import DocumentError
from ..request import GraphQLRequest
from .connection import Connection, checked, connections, enclosing, listed

LIST = "[]"
"""The suffix of a key whose value is a list, in a path."""


@dataclass(frozen=True)
class NestedConnection:
    """Two connections of a document, one nested in the nodes of the other.

    Attributes:
        outer: the outer connection; the document selects the cursors of its edges.
        inner: the inner connection; its path begins at the outer node.
        nodes: the key of the list of outer nodes: the key of ``nodes`` or ``edges``.
    """

    outer: Connection
    inner: Connection
    nodes: str


def find_nested_connection(request: GraphQLRequest, path: str) -> NestedConnection:
    """Return the nested connection at a path such as ``repositories.nodes[].issues``.

    Raises:
        DocumentError: there is none, or one of the two connections is incomplete.
    """
    key = (request.text, request.operation_name, path)
    nested = _cache.get(key)
    if nested is None:
        nested = _nested(connections(request), path)
        _cache.put(key, nested, len(request.text))
    return nested


_cache: BoundedCache[tuple[str, str | None, str], NestedConnection] = BoundedCache()


def _nested(candidates: list[Connection], path: str) -> NestedConnection:
    keys = tuple(path.replace(LIST, "").split("."))
    inner = next((each for each in candidates if each.path == keys), None)
    outer = None if inner is None else enclosing(inner, candidates)
    if inner is None or outer is None or inner.name_in(outer) != path:
        raise DocumentError(f"The document has no nested connection at {path!r}. {listed(candidates)}")
    if enclosing(outer, candidates) is not None:
        raise DocumentError(
            f"The path {path!r} leads through more than one list, but paginate() supports only two levels. Fetch the "
            "outermost list first, and then paginate the others for each of its nodes."
        )
    checked(outer)
    checked(inner)
    nodes = inner.path[len(outer.path)]
    below = len(outer.path) + 1
    if nodes == outer.edges:
        below += 1
    _check_pair(outer, inner, path)
    return NestedConnection(outer, dataclasses.replace(inner, path=inner.path[below:]), nodes)


def _check_pair(outer: Connection, inner: Connection, path: str) -> None:
    if outer.cursor_variable == inner.cursor_variable:
        raise DocumentError(
            f"The connections {outer.name!r} and {path!r} share the variable ${outer.cursor_variable}; use a "
            "different variable for the cursor of each."
        )
    if outer.is_backward:
        raise DocumentError(
            f"The outer connection {outer.name!r} must be paginated forward, with 'after', to fetch the pages of "
            f"{path!r}."
        )
    if outer.edge_cursor is None:
        raise DocumentError(
            f"Fetching the pages of {path!r} for each outer node requires the cursor of the node: add 'edges "
            f"{{ cursor }}' to {outer.name!r}."
        )
    if outer.size_variable is None:
        raise DocumentError(
            f"Fetching the pages of {path!r} for each outer node requires a variable for the size of the outer page: "
            f"declare $first: Int and pass 'first: $first' to {outer.name!r}."
        )
    if outer.size_variable == inner.size_variable:
        raise DocumentError(
            f"The connections {outer.name!r} and {path!r} share the variable ${outer.size_variable}; use a different "
            "variable for the page size of each."
        )
