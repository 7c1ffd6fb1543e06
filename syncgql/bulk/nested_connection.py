"""NestedConnection: a connection in each node of another one, such as the issues of each repository."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from ..bounded_cache import BoundedCache
from ..exceptions import DocumentError
from ..request import GraphQLRequest
from .connection import Connection, checked, connections, enclosing, said

LIST = "[]"
"""The mark behind a key of a path that leads to a list."""


@dataclass(frozen=True)
class NestedConnection:
    """Two connections of a document, one in the nodes of the other.

    Attributes:
        outer: the outer connection, whose nodes have cursors.
        inner: the inner connection, with the path from the outer node.
        nodes: the key of the outer nodes, ``nodes``, or the key of ``edges``.
    """

    outer: Connection
    inner: Connection
    nodes: str


def find_nested_connection(request: GraphQLRequest, path: str) -> NestedConnection:
    """Return the inner connection to which a path such as ``repositories.nodes[].issues`` leads, with its outer one.

    Raises:
        DocumentError: there is none, or one of the two lacks something that is needed.
    """
    key = (request.text, request.operation_name, path)
    nested = _found.get(key)
    if nested is None:
        nested = _nested(connections(request), path)
        _found.put(key, nested, len(request.text))
    return nested


_found: BoundedCache[tuple[str, str | None, str], NestedConnection] = BoundedCache()


def _nested(candidates: list[Connection], path: str) -> NestedConnection:
    keys = tuple(path.replace(LIST, "").split("."))
    inner = next((each for each in candidates if each.path == keys), None)
    outer = None if inner is None else enclosing(inner, candidates)
    if inner is None or outer is None or inner.name_in(outer) != path:
        raise DocumentError(f"The document has no connection inside another one at {path!r}. {said(candidates)}")
    if enclosing(outer, candidates) is not None:
        raise DocumentError(
            f"The path {path!r} leads through more than one list; paginate() continues the pages of two levels. Fetch "
            "the outermost list first, and paginate the others for each of its nodes."
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
            f"The connections {outer.name!r} and {path!r} share the variable ${outer.cursor_variable}; each needs a "
            "variable of its own for its cursor."
        )
    if outer.is_backward:
        raise DocumentError(f"The outer connection {outer.name!r} must go forward, with 'after', to reach {path!r}.")
    if outer.edge_cursor is None:
        raise DocumentError(
            f"The pages of {path!r} are fetched for one outer node at a time, which needs its cursor: add "
            f"'edges {{ cursor }}' to {outer.name!r}."
        )
    if outer.size_variable is None:
        raise DocumentError(
            f"The pages of {path!r} are fetched for one outer node at a time, which needs a variable for the size of "
            f"the outer page: declare $first: Int and pass 'first: $first' to {outer.name!r}."
        )
    if outer.size_variable == inner.size_variable:
        raise DocumentError(
            f"The connections {outer.name!r} and {path!r} share the variable ${outer.size_variable}; each needs a "
            "variable of its own for its size."
        )
