"""NestedPull: the pages of a connection in each node of another connection."""

from __future__ import annotations

import itertools
from collections.abc import Generator, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ..checks import check_size
from ..exceptions import TransportProtocolError
from ..result import ExecutionResult
from ..runtime.prefetch import Prefetch
from .calls import Calls
from .nested_connection import NestedConnection
from .page import Page
from .page_fetcher import PageFetcher
from .pagination import Pagination, RelayPagination, Turn, value_at
from .pull import Trail


class Position(NamedTuple):
    """The beginning of a page of a nested connection. JSON turns it into a list, which ``after=`` also accepts.

    Attributes:
        outer: the cursor before the outer node; None for the first node.
        inner: the cursor before the inner page; None for the first page.
    """

    outer: Any
    inner: Any


class OuterNode(NamedTuple):
    """An outer node, with a page of its inner connection.

    Attributes:
        before: the cursor before the node.
        cursor: the cursor of the node.
        node: the node.
        page: the page of the inner connection.
    """

    before: Any
    cursor: Any
    node: Any
    page: Turn


class NestedPagination(Pagination):
    """Pages of outer nodes, each with a page of its inner connection.

    A later page of one outer node begins at a ``Position`` with an inner cursor; the same document fetches it for this
    node alone.

    Args:
        nested: the two connections.
    """

    def __init__(self, nested: NestedConnection) -> None:
        self._nested = nested
        self._outer = RelayPagination(nested.outer)
        self._inner = RelayPagination(nested.inner)
        self.size_variable = nested.inner.size_variable

    def at(self, variables: Mapping[str, Any], cursor: Any) -> Mapping[str, Any]:
        outer, inner = cursor or Position(None, None)
        variables = self._inner.at(self._outer.at(variables, outer), inner)
        return variables if inner is None else {**variables, self._outer.size_variable or "": 1}

    def read(self, data: Any, cursor: Any) -> Turn:
        before, inner = cursor or Position(None, None)
        turn = self._outer.read(data, before)
        nodes = []
        for edge, node in self._pairs(value_at(data, self._nested.outer.path) or {}):
            own = edge.get(self._nested.outer.edge_cursor or "")
            if own in (None, ""):
                raise TransportProtocolError(
                    f"An edge of {self._nested.outer.name!r} has no cursor.", rule="each edge has a cursor"
                )
            if node is not None:
                nodes.append(OuterNode(before, own, node, self._inner.read(node, inner)))
            before = own
        return Turn(nodes, None, Position(turn.cursor, None), turn.has_more, None)

    def _pairs(self, page: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], Any]]:
        """Yield the edges of an outer page with their nodes, some of which may be null."""
        outer = self._nested.outer
        edges = page.get(outer.edges or "") or []
        if self._nested.nodes == outer.edges:
            return ((edge, edge.get(outer.node or "")) for edge in edges if edge is not None)
        nodes = page.get(self._nested.nodes) or []
        if len(nodes) != len(edges):
            raise TransportProtocolError(
                f"The connection {outer.name!r} has {len(edges)} edges and {len(nodes)} nodes on one page.",
                rule="a connection has the same nodes in edges and in nodes",
            )
        return (pair for pair in zip(edges, nodes, strict=True) if pair[0] is not None)


class NestedPull:
    """The inner pages of each outer node in turn, and then those of the next outer page.

    Args:
        fetcher: fetches outer pages, and pages of single outer nodes.
        max_pages: the maximum number of inner pages to yield; None for all.
        after: the ``Position`` to start at; None for the beginning.

    Raises:
        TypeError: *max_pages* is not a number, or *after* is not a pair.
        ValueError: *max_pages* is not positive.
    """

    def __init__(self, fetcher: PageFetcher, *, max_pages: int | None, after: Any) -> None:
        self.after = _position(after)
        self._fetcher = fetcher
        self._max_pages = check_size("max_pages", max_pages)

    def source(self, calls: Calls, ahead: int) -> Iterator[Page]:
        """Return an iterator over the pages; for *ahead* see ``Pull.source``."""
        pages = itertools.islice(self._pages(calls), self._max_pages)
        return Prefetch(pages, ahead) if ahead else pages

    def _pages(self, calls: Calls) -> Generator[Page, None, None]:
        position, number = self.after, 1
        trail = Trail(position)
        while True:
            result, turn = self._fetcher.fetch(calls, position, number)
            for outer in turn.nodes:
                number = yield from self._inner_pages(calls, outer, position and position.inner, result, number)
                position = None  # Only the first node may begin after its first page.
            if not turn.has_more:
                return
            stuck = trail.stuck(turn, number)
            if stuck is not None:
                raise stuck
            position = turn.cursor

    def _inner_pages(
        self, calls: Calls, outer: OuterNode, start: Any, result: ExecutionResult, number: int
    ) -> Generator[Page, None, int]:
        """Yield the pages of one outer node; return the number of the page after them."""
        turn, trail = outer.page, Trail(start)
        while True:
            end = Position(outer.before, turn.cursor) if turn.has_more else Position(outer.cursor, None)
            cursors = turn.cursors and [Position(outer.before, cursor) for cursor in turn.cursors]
            yield Page(turn.nodes, end, number, None, result, Position(outer.before, start), cursors, outer.node)
            number += 1
            if not turn.has_more:
                return number
            stuck = trail.stuck(turn, number - 1)
            if stuck is not None:
                raise stuck
            start = turn.cursor
            result, again = self._fetcher.fetch(calls, Position(outer.before, start), number)
            turn = _same(outer, again.nodes).page


def _same(outer: OuterNode, nodes: Sequence[OuterNode]) -> OuterNode:
    """Return the outer node from a later response, which contains only this node."""
    if not nodes or nodes[0].cursor != outer.cursor:
        raise TransportProtocolError(
            f"The outer node with the cursor {outer.cursor!r} has moved or was removed, so its other pages cannot "
            "be fetched. Paginate again from the beginning.",
            rule="an edge keeps its cursor and its position while its inner pages are fetched",
        )
    return nodes[0]


def _position(after: Any) -> Position | None:
    if after is None:
        return None
    if isinstance(after, str) or not isinstance(after, Sequence) or len(after) != 2:
        raise TypeError(
            "after= must be the cursor of an earlier iterator over the same nested connection, a pair of cursors, not "
            f"{type(after).__name__}."
        )
    return Position(*after)
