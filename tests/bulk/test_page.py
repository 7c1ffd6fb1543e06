"""Page: one page of a list."""

from __future__ import annotations

from syncgql import ExecutionResult
from syncgql.bulk.page import Page


def test_repr() -> None:
    """It says which page it is and how many nodes it has, not the nodes."""
    page = Page([{"id": 1}, {"id": 2}], "2", 3, None, ExecutionResult(), "0", None)
    assert repr(page) == "<Page 3: 2 nodes>"
    assert page.parent is None
