"""Page: one page of a list."""

from __future__ import annotations

from typing import Any, NamedTuple

from ..result import ExecutionResult


class Page(NamedTuple):
    """One page of a list.

    Attributes:
        nodes: the nodes of the page, without null unless ``keep_nulls`` is set.
        cursor: the cursor to continue from, for ``after=``: the end of this page, or its start if the page is empty or
            the server does not report its end. None at the beginning of the list.
        number: the number of the page, counting from 1 in each iteration.
        total_count: the number of nodes in all pages; None if the server does not report it.
        result: the whole result.
        start: the cursor of this page; None at the beginning of the list.
        cursors: the cursor of each node; None if the response does not contain them.
        parent: the outer node that the page belongs to; None if the connection is not nested.
    """

    nodes: list[Any]
    cursor: Any
    number: int
    total_count: int | None
    result: ExecutionResult
    start: Any
    cursors: list[Any] | None
    parent: Any = None

    def __repr__(self) -> str:
        return f"<Page {self.number}: {len(self.nodes)} nodes>"


def without_nulls(page: Page) -> Page:
    """Return the page without its null nodes."""
    nodes = [node for node in page.nodes if node is not None]
    if len(nodes) == len(page.nodes):
        return page
    cursors = page.cursors
    if cursors is not None:
        cursors = [cursor for cursor, node in zip(cursors, page.nodes, strict=True) if node is not None]
    return page._replace(nodes=nodes, cursors=cursors)
