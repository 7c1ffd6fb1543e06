"""Pull: answers that end a pull, and answers that do not get on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from syncgql import Client, TransportProtocolError
from syncgql.testing import GraphQLMock, RecordedRequest

from .test_pages import FORWARD, ids

Answer = Callable[[RecordedRequest], dict[str, Any]]


def answers(mock: GraphQLMock, *pages: Any) -> None:
    """Answer with these pages in turn, the last over and over."""
    turns = iter(pages)
    last: list[Any] = []

    def answer(request: RecordedRequest) -> dict[str, Any]:
        last[:] = [next(turns, last[0] if last else None)]
        return {"rows": last[0]}

    mock.add("Rows", answer)


def page(*numbers: int, more: bool, cursor: str | None) -> dict[str, Any]:
    nodes = [{"id": number} for number in numbers]
    return {"nodes": nodes, "pageInfo": {"hasNextPage": more, "endCursor": cursor}}


NAMED = FORWARD.replace("query (", "query Rows (")


def pull(*pages: Any, prefetch: int = 1) -> list[int]:
    with GraphQLMock() as mock, Client("https://example.com/graphql") as client:
        answers(mock, *pages)
        return ids(client.paginate(NAMED, prefetch=prefetch))


@pytest.mark.parametrize("cursor", [None, ""])
def test_more_pages_without_a_cursor(cursor: str | None) -> None:
    """An error names the connection and the page; otherwise, the rows would repeat endlessly."""
    with pytest.raises(TransportProtocolError, match=r"'rows' has more pages.* page 2 of paginate"):
        pull(page(1, more=True, cursor="a"), page(2, more=True, cursor=cursor))


def test_an_empty_page_without_a_cursor() -> None:
    """The same, though the page is empty."""
    with pytest.raises(TransportProtocolError, match="sent no cursor"):
        pull(page(more=True, cursor=None))


@pytest.mark.parametrize("cursors", ["aa", "aba", "abcb"])
def test_a_cursor_that_does_not_move(cursors: str) -> None:
    """Nor one that comes back."""
    with pytest.raises(TransportProtocolError, match="does not advance"):
        pull(*[page(number, more=True, cursor=cursor) for number, cursor in enumerate(cursors)])


def test_empty_pages_in_between() -> None:
    """A server that filters after it has cut its pages sends them; they are no end while the cursor moves."""
    assert pull(page(1, more=True, cursor="a"), page(more=True, cursor="b"), page(2, more=False, cursor="c")) == [1, 2]


def test_empty_pages_without_an_end() -> None:
    """After ten in a row it is an error."""
    with pytest.raises(TransportProtocolError, match=r"the last 10 pages, up to page 10 of paginate\(\), were empty"):
        pull(*[page(more=True, cursor=str(number)) for number in range(20)])


def test_null_nodes_and_a_null_connection() -> None:
    """Null nodes are left out; a connection that is null is the end."""
    nodes = {"nodes": [None, {"id": 1}], "pageInfo": {"hasNextPage": True, "endCursor": "a"}}
    assert pull(nodes, None) == [1]


def test_the_last_page_of_a_server_that_never_says_so() -> None:
    """Without hasNextPage, a null cursor is the end."""
    document = NAMED.replace("hasNextPage ", "")
    with GraphQLMock() as mock, Client("https://example.com/graphql") as client:
        answers(mock, page(1, more=True, cursor="a"), page(2, more=True, cursor=None))
        assert ids(client.paginate(document)) == [1, 2]


def test_null_data() -> None:
    """An error, with the cursor to go on."""
    with GraphQLMock() as mock, Client("https://example.com/graphql") as client:
        mock.add("Rows", {"rows": page(1, more=True, cursor="a")})
        mock.add("Rows", None)
        pages = client.paginate(NAMED)
        assert next(pages) == {"id": 1}
        with pytest.raises(TransportProtocolError, match=r"null data.* page 2"):
            next(pages)
        assert pages.cursor == "a"
