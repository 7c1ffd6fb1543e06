"""typed_nodes: reads the nodes of a page from a decoded result."""

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
    """Return the nodes, or the edges if the document selects no nodes; some may be null.

    Args:
        result: the decoded data of a response. It may be the value of its single root field.
        connection: the connection that the document selects.

    Raises:
        ResultError: a class has no attribute for a key on the path to the nodes.
    """
    root, *keys = connection.path
    page = _member(result, root)
    if page is _MISSING:
        page = result
    for key in keys:
        page = _present(page, key)
    if connection.nodes is not None:
        return list(_present(page, connection.nodes) or ())
    edges = list(_present(page, connection.edges or "edges") or ())
    return edges if connection.node is None else [_present(edge, connection.node) for edge in edges]


def _present(value: Any, key: str) -> Any:
    """Return the member for a key of the response; None if the value is None."""
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
    """Return the member for a key of the response; its name in Python may be in snake case, or end with ``_``."""
    snake = snake_case(key)
    for name in (key, snake, f"{key}_", f"{snake}_"):
        found = value.get(name, _MISSING) if isinstance(value, Mapping) else getattr(value, name, _MISSING)
        if found is not _MISSING:
            return found
    return _MISSING
