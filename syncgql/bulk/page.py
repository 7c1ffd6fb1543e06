"""Page: a part of a list."""

from __future__ import annotations

from typing import Any, NamedTuple

from ..result import ExecutionResult


class Page(NamedTuple):
    """One page.

    Attributes:
        nodes: its nodes; null ones are left out.
        cursor: where the list goes on after it, for ``after=``; None if that is unknown.
        number: counted from 1, in this pull.
        total_count: how many nodes there are in all pages; None if the server does not say.
        result: the whole answer.
        start: where the page begins; None at the beginning of the list.
        cursors: where the list goes on after each node; None if the answer does not say.
        parent: the outer node to whose inner connection the page belongs; None if the connection is not nested.
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
