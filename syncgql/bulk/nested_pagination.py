"""NestedPagination and NestedPaginator: pages of a connection in each node of another connection."""

from __future__ import annotations

import itertools
from collections.abc import Generator, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ..checks import check_size
from ..exceptions import TransportProtocolError
from ..result import ExecutionResult
from ..runtime.prefetch import Prefetch
from .nested_connection import NestedConnection
from .page import Page
from .page_fetcher import PageFetcher
from .pagination import Pagination, ParsedPage, RelayPagination, value_at
from .paginator import StallDetector
from .request_executor import RequestExecutor


class NestedCursor(NamedTuple):
    """A cursor of a nested connection. JSON turns it into a list, which ``after=`` also accepts.

    Attributes:
        outer: the cursor that the outer node comes after; None for the first node.
        inner: the cursor that the inner page comes after; None for the first page.
    """

    outer: Any
    inner: Any


class OuterNode(NamedTuple):
    """An outer node, with a page of its inner connection.

    Attributes:
        before: the cursor that the node comes after; None for the first node.
        cursor: the cursor of the node.
        node: the node.
        page: the page of the inner connection.
    """

    before: Any
    cursor: Any
    node: Any
    page: ParsedPage


class NestedPagination(Pagination):
    """Selects and reads pages of outer nodes, each with a page of its inner connection.

    Further pages of an inner connection are fetched with the same document, for its outer node alone; their
    ``NestedCursor`` has an inner cursor.

    Args:
        nested: the two connections.
    """

    def __init__(self, nested: NestedConnection) -> None:
        self._nested = nested
        self._outer = RelayPagination(nested.outer)
        self._inner = RelayPagination(nested.inner)
        self.size_variable = nested.inner.size_variable

    def variables_at(self, variables: Mapping[str, Any], cursor: Any) -> Mapping[str, Any]:
        outer, inner = cursor or NestedCursor(None, None)
        variables = self._inner.variables_at(self._outer.variables_at(variables, outer), inner)
        return variables if inner is None else {**variables, self._outer.size_variable or "": 1}

    def start_in(self, variables: Mapping[str, Any]) -> NestedCursor | None:
        outer = self._outer.start_in(variables)
        return None if outer is None else NestedCursor(outer, None)

    def read(self, data: Any, cursor: Any) -> ParsedPage:
        before, inner = cursor or NestedCursor(None, None)
        page = self._outer.read(data, before)
        nodes = []
        for edge, node in self._pairs(value_at(data, self._nested.outer.path) or {}):
            cursor_of_node = edge.get(self._nested.outer.edge_cursor or "")
            if cursor_of_node in (None, ""):
                raise TransportProtocolError(
                    f"An edge of {self._nested.outer.name!r} has no cursor.", rule="each edge has a cursor"
                )
            if node is not None:
                nodes.append(OuterNode(before, cursor_of_node, node, self._inner.read(node, inner)))
            before = cursor_of_node
        return ParsedPage(nodes, None, NestedCursor(page.cursor, None), page.has_more, None)

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


class NestedPaginator:
    """Fetches the inner pages of each outer node, and then the next page of outer nodes.

    Args:
        fetcher: fetches outer pages, and pages of single outer nodes.
        max_pages: the maximum number of inner pages to yield; None for all.
        after: the ``NestedCursor`` to start at; None for the cursor in the variables, or the beginning.

    Raises:
        TypeError: *max_pages* is not a number, or *after* is not a pair.
        ValueError: *max_pages* is not positive.
    """

    def __init__(self, fetcher: PageFetcher, *, max_pages: int | None, after: Any) -> None:
        self.after = fetcher.start(_nested_cursor(after))
        self._fetcher = fetcher
        self._max_pages = check_size("max_pages", max_pages)

    def pages(self, executor: RequestExecutor, prefetch: int) -> Iterator[Page]:
        """Return an iterator over the pages; see ``Paginator.pages``."""
        pages = itertools.islice(self._pages(executor), self._max_pages)
        return Prefetch(pages, prefetch) if prefetch else pages

    def _pages(self, executor: RequestExecutor) -> Generator[Page, None, None]:
        cursor, number = self.after, 1
        detector = StallDetector(cursor)
        while True:
            result, page = self._fetcher.fetch(executor, cursor, number)
            inner = cursor and cursor.inner
            for outer in page.nodes:
                number = yield from self._inner_pages(executor, outer, inner, result, number)
                inner = None  # Only the first node may begin after its first page.
            if not page.has_more:
                return
            stall = detector.check(page, number)
            if stall is not None:
                raise stall
            cursor = page.cursor

    def _inner_pages(
        self, executor: RequestExecutor, outer: OuterNode, start: Any, result: ExecutionResult, number: int
    ) -> Generator[Page, None, int]:
        """Yield the pages of one outer node; return the number of the page after them."""
        page, detector = outer.page, StallDetector(start)
        while True:
            end = NestedCursor(outer.before, page.cursor) if page.has_more else NestedCursor(outer.cursor, None)
            cursors = page.cursors and [cursor and NestedCursor(outer.before, cursor) for cursor in page.cursors]
            yield Page(page.nodes, end, number, None, result, NestedCursor(outer.before, start), cursors, outer.node)
            number += 1
            if not page.has_more:
                return number
            stall = detector.check(page, number - 1)
            if stall is not None:
                raise stall
            start = page.cursor
            result, outer_page = self._fetcher.fetch(executor, NestedCursor(outer.before, start), number)
            page = _same_node(outer, outer_page.nodes).page


def _same_node(outer: OuterNode, nodes: Sequence[OuterNode]) -> OuterNode:
    """Return the outer node from a later response, which contains only this node."""
    if not nodes or nodes[0].cursor != outer.cursor:
        raise TransportProtocolError(
            f"The outer node with the cursor {outer.cursor!r} has moved, was removed, or has another cursor now, so "
            "its other pages cannot be fetched. Paginate again from the beginning. If the server always changes the "
            "cursors of edges, fetch the outer list first, and then paginate the inner list of each of its nodes.",
            rule="an edge keeps its cursor and its position while its inner pages are fetched",
        )
    return nodes[0]


def _nested_cursor(after: Any) -> NestedCursor | None:
    if after is None:
        return None
    if isinstance(after, str) or not isinstance(after, Sequence) or len(after) != 2:
        raise TypeError(
            "after= must be the cursor of an earlier iterator over the same nested connection, a pair of cursors, not "
            f"{type(after).__name__}."
        )
    return NestedCursor(*after)
