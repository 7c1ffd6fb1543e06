"""typed_nodes: the nodes of a page that was decoded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol, TypeVar

from ..exceptions import ResultError
from ..typed.names import snake_case
from .connection import Connection

_MISSING = object()

NodeT_co = TypeVar("NodeT_co", covariant=True)


class HasNodes(Protocol[NodeT_co]):
    """A class of a connection, from which type checkers infer the type of the nodes."""

    @property
    def nodes(self) -> Iterable[NodeT_co | None] | None:
        """The nodes of a page."""


def typed_nodes(result: Any, connection: Connection) -> list[Any]:
    """Return the nodes, or the edges if the document selects no nodes; null ones are left out.

    Args:
        result: the decoded data of an answer. It may be the value of its single root field.
        connection: where the document asks for the page.

    Raises:
        ResultError: a class has no attribute for a key on the way to the nodes.
    """
    root, *keys = connection.path
    page = _member(result, root)
    if page is _MISSING:
        page = result
    for key in keys:
        page = _present(page, key)
    if connection.nodes is not None:
        return [node for node in _present(page, connection.nodes) or () if node is not None]
    edges = [edge for edge in _present(page, connection.edges or "edges") or () if edge is not None]
    if connection.node is None:
        return edges
    nodes = (_present(edge, connection.node) for edge in edges)
    return [node for node in nodes if node is not None]


def _present(value: Any, key: str) -> Any:
    """Return the member for a key of the answer; None if the value is None."""
    if value is None:
        return None
    member = _member(value, key)
    if member is _MISSING:
        raise ResultError(
            f"{type(value).__name__} has no attribute for {key!r}, where paginate() looks for the nodes.",
            expected=type(value).__name__,
        )
    return member


def _member(value: Any, key: str) -> Any:
    """Return the member for a key of the answer, whose name in Python may be in snake case, or end with ``_``."""
    snake = snake_case(key)
    for name in (key, snake, f"{key}_", f"{snake}_"):
        found = value.get(name, _MISSING) if isinstance(value, Mapping) else getattr(value, name, _MISSING)
        if found is not _MISSING:
            return found
    return _MISSING
