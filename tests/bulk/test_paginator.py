"""Paginator: pages that end the pagination, and pages that make no progress."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from syncgql import Client, OffsetPagination, PagePagination, TransportProtocolError
from syncgql.testing import GraphQLMock, RecordedRequest

from .test_pages import FORWARD, ids

Answer = Callable[[RecordedRequest], dict[str, Any]]


def answers(mock: GraphQLMock, *pages: Any) -> None:
    """Respond with these pages in turn, and then with the last one again and again."""
    remaining = iter(pages)
    last: list[Any] = []

    def answer(request: RecordedRequest) -> dict[str, Any]:
        last[:] = [next(remaining, last[0] if last else None)]
        return {"rows": last[0]}

    mock.add("Rows", answer)


def page(*numbers: int, more: bool, cursor: str | None) -> dict[str, Any]:
    nodes = [{"id": number} for number in numbers]
    return {"nodes": nodes, "pageInfo": {"hasNextPage": more, "endCursor": cursor}}


NAMED = FORWARD.replace("query (", "query Rows (")


def fetch_ids(*pages: Any, prefetch: int = 1) -> list[int]:
    with GraphQLMock() as mock, Client("https://example.com/graphql") as client:
        answers(mock, *pages)
        return ids(client.paginate(NAMED, prefetch=prefetch))


@pytest.mark.parametrize("cursor", [None, ""])
def test_more_pages_without_a_cursor(cursor: str | None) -> None:
    """An error names the connection and the page; otherwise, the rows would repeat endlessly."""
    with pytest.raises(TransportProtocolError, match=r"'rows' has more pages.* page 2 of paginate"):
        fetch_ids(page(1, more=True, cursor="a"), page(2, more=True, cursor=cursor))


def test_an_empty_page_without_a_cursor() -> None:
    """The same error is raised, although the page is empty."""
    with pytest.raises(TransportProtocolError, match="sent no cursor"):
        fetch_ids(page(more=True, cursor=None))


@pytest.mark.parametrize("cursors", ["aa", "aba", "abcb"])
def test_a_cursor_that_does_not_advance(cursors: str) -> None:
    """A cursor that is repeated raises, even if there were others in between."""
    with pytest.raises(TransportProtocolError, match="does not advance"):
        fetch_ids(*[page(number, more=True, cursor=cursor) for number, cursor in enumerate(cursors)])


LISTED = "query Rows($page: Int, $offset: Int) { rows(page: $page, offset: $offset) { id } }"


@pytest.mark.parametrize("pagination", [OffsetPagination(), PagePagination()], ids=["offset", "page"])
def test_a_page_that_is_repeated(pagination: Any) -> None:
    """A server that ignores the position, or repeats its last page, raises instead of causing an endless loop."""
    lists = [[{"id": 1}, {"id": 2}], [{"id": 3}]]
    with GraphQLMock() as mock, Client("https://example.com/graphql") as client:
        answers(mock, *lists)
        pages = client.paginate(LISTED, pagination=pagination)
        assert [next(pages).pop("id") for _ in range(3)] == [1, 2, 3]  # the caller may change the nodes
        with pytest.raises(TransportProtocolError, match=r"page 3 of paginate\(\) has the same rows as page 2") as info:
            next(pages)
        assert "Continuing from this cursor may repeat the rows of page 2." in str(info.value)


def test_equal_rows_with_a_function() -> None:
    """The error for equal pages recommends a function, which may return variables although the rows are equal."""
    received = 0

    def after_all_received(data: dict[str, Any]) -> dict[str, int] | None:
        nonlocal received
        received += len(data["rows"])
        return {"offset": received} if data["rows"] else None

    with GraphQLMock() as mock, Client("https://example.com/graphql") as client:
        answers(mock, [7, 7], [7, 7], [7], [])
        document = "query Rows($offset: Int) { rows(offset: $offset) }"
        with pytest.raises(TransportProtocolError, match="equal, pass a function as pagination="):
            list(client.paginate(document, pagination=OffsetPagination()))
    with GraphQLMock() as mock, Client("https://example.com/graphql") as client:
        answers(mock, [7, 7], [7, 7], [7], [])
        assert list(client.paginate(document, pagination=after_all_received)) == [7] * 5


def test_equal_pages_that_are_not_a_repetition() -> None:
    """Pages without rows, or with null rows only, may be equal; with cursors, all pages may."""
    with GraphQLMock() as mock, Client("https://example.com/graphql") as client:
        answers(mock, [None], [None], [{"id": 1}], [])
        assert ids(client.paginate(LISTED, pagination=OffsetPagination())) == [1]
    pages = [page(1, more=True, cursor="a"), page(1, more=True, cursor="b"), page(1, more=False, cursor="c")]
    assert fetch_ids(*pages) == [1, 1, 1]


def test_empty_pages_in_between() -> None:
    """A server that filters each page sends them; pagination continues while the cursor advances."""
    pages = [page(1, more=True, cursor="a"), page(more=True, cursor="b"), page(2, more=False, cursor="c")]
    assert fetch_ids(*pages) == [1, 2]


def test_empty_pages_without_an_end() -> None:
    """Ten consecutive empty pages raise an error."""
    with pytest.raises(TransportProtocolError, match=r"the last 10 pages, up to page 10 of paginate\(\), were empty"):
        fetch_ids(*[page(more=True, cursor=str(number)) for number in range(20)])


def test_null_nodes_and_a_null_connection() -> None:
    """Null nodes are skipped; a null connection ends the pagination."""
    nodes = {"nodes": [None, {"id": 1}], "pageInfo": {"hasNextPage": True, "endCursor": "a"}}
    assert fetch_ids(nodes, None) == [1]


@pytest.mark.parametrize("keep_nulls", [False, True])
def test_null_edges(keep_nulls: bool) -> None:
    """Null edges count as null nodes; the cursor is that of the last edge that has one."""
    document = NAMED.replace("nodes { id }", "edges { cursor node { id } }")
    edges = [
        None,
        {"cursor": "b", "node": {"id": 1}},
        {"cursor": "c", "node": None},
        {"cursor": "d", "node": {"id": 2}},
    ]
    rows = {"edges": [*edges, None], "pageInfo": {"hasNextPage": True, "endCursor": None}}
    with GraphQLMock() as mock, Client("https://example.com/graphql") as client:
        answers(mock, rows, None)
        pages = client.paginate(document, keep_nulls=keep_nulls)
        found, cursors = [], []
        for node in pages:
            found.append(node and node["id"])
            cursors.append(pages.cursor)
    if keep_nulls:
        assert found == [None, 1, None, 2, None]
        assert cursors == [None, "b", "c", "d", "d"]  # A null edge has no cursor, so the page would be repeated.
    else:
        assert found == [1, 2]
        assert cursors == ["b", "d"]


def test_a_null_cursor_ends_the_last_page() -> None:
    """Without hasNextPage, a null cursor ends the pagination."""
    document = NAMED.replace("hasNextPage ", "")
    with GraphQLMock() as mock, Client("https://example.com/graphql") as client:
        answers(mock, page(1, more=True, cursor="a"), page(2, more=True, cursor=None))
        assert ids(client.paginate(document)) == [1, 2]


def test_an_empty_page_that_repeats_its_cursor_ends_the_list() -> None:
    """Without hasNextPage, the document requests no other sign of the end, so the server has made no mistake."""
    document = NAMED.replace("hasNextPage ", "")
    with GraphQLMock() as mock, Client("https://example.com/graphql") as client:
        answers(mock, page(1, more=True, cursor="a"), page(more=False, cursor="a"))
        pages = client.paginate(document)
        assert ids(pages) == [1]
        assert pages.cursor == "a"


def test_null_data() -> None:
    """An error is raised, and the cursor to continue from is kept."""
    with GraphQLMock() as mock, Client("https://example.com/graphql") as client:
        mock.add("Rows", {"rows": page(1, more=True, cursor="a")})
        mock.add("Rows", None)
        pages = client.paginate(NAMED)
        assert next(pages) == {"id": 1}
        with pytest.raises(TransportProtocolError, match=r"null data.* page 2"):
            next(pages)
        assert pages.cursor == "a"
