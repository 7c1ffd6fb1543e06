"""Page: one page of a list."""

from __future__ import annotations

from syncgql import ExecutionResult
from syncgql.bulk.page import Page, without_nulls


def test_repr() -> None:
    """It contains the number of the page and of its nodes, but not the nodes."""
    page = Page([{"id": 1}, {"id": 2}], "2", 3, None, ExecutionResult(), "0", None)
    assert repr(page) == "<Page 3: 2 nodes>"
    assert page.parent is None


def test_without_nulls() -> None:
    """The cursors of null nodes are removed, too; a page without null nodes stays the same object."""
    page = Page([None, {"id": 1}, None, {"id": 2}], "d", 1, 4, ExecutionResult(), None, [None, "b", "c", "d"])
    assert without_nulls(page)[:2] == ([{"id": 1}, {"id": 2}], "d")
    assert without_nulls(page).cursors == ["b", "d"]
    assert without_nulls(page._replace(cursors=None)).cursors is None
    complete = without_nulls(page)
    assert without_nulls(complete) is complete
