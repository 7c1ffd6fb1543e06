"""Client.paginate: returns complete lists without duplicates, and ends."""

from __future__ import annotations

import itertools
import json
import os
import sys
import threading
import uuid
from typing import Any

import pytest

from syncgql import (
    Client,
    DocumentError,
    OffsetPagination,
    Page,
    PagePagination,
    TransportServerError,
)
from syncgql.testing import GraphQLMock

from ..fix_scripts import RunScript
from ..fix_servers import PATIENCE, Server

INFO = "pageInfo { hasNextPage endCursor }"
FORWARD = (
    "query ($total: Int, $first: Int, $after: String) "
    f"{{ rows(first: $first, after: $after) {{ nodes {{ id }} {INFO} }} }}"
)
EDGES = (
    "query ($total: Int, $first: Int, $after: String) { rows(first: $first, after: $after) "
    f"{{ totalCount edges {{ cursor node {{ id }} }} {INFO} }} }}"
)
BACKWARD = (
    "query ($total: Int, $last: Int, $before: String) { rows(last: $last, before: $before) "
    "{ nodes { id } pageInfo { hasPreviousPage startCursor } } }"
)
LISTED = (
    "query ($total: Int, $limit: Int, $offset: Int, $page: Int) "
    "{ list(limit: $limit, offset: $offset, page: $page) { items { id } total } }"
)


def ids(nodes: Any) -> list[int]:
    return [node["id"] for node in nodes]


@pytest.mark.parametrize("prefetch", [0, 1, 3])
@pytest.mark.parametrize("document", [FORWARD, EDGES], ids=["nodes", "edges"])
def test_all_nodes_are_yielded_once(rows_url: str, document: str, prefetch: int) -> None:
    """Nodes and edges are supported, with any number of pages fetched ahead."""
    with Client(rows_url) as client:
        assert ids(client.paginate(document, {"total": 995}, page_size=100, prefetch=prefetch)) == list(range(995))


def test_200_000_rows(rows_url: str) -> None:
    """The whole table is returned."""
    with Client(rows_url) as client:
        assert ids(client.paginate(FORWARD, page_size=10_000)) == list(range(200_000))


def test_backward(rows_url: str) -> None:
    """Pages are fetched from the end; each keeps the order of the list."""
    with Client(rows_url) as client:
        pages = [ids(page.nodes) for page in client.paginate(BACKWARD, {"total": 25}, page_size=10).pages()]
    assert pages == [list(range(15, 25)), list(range(5, 15)), list(range(5))]


LISTS = [OffsetPagination(), PagePagination(page_size="limit")]


@pytest.mark.parametrize("pagination", LISTS, ids=["offset", "page"])
def test_lists(rows_url: str, pagination: Any) -> None:
    """Lists are paginated by offset, up to the total, and by page number."""
    with Client(rows_url) as client:
        pages = client.paginate(LISTED, {"total": 250}, pagination=pagination, page_size=100)
        assert ids(pages) == list(range(250))
        assert pages.total_count == 250


def test_a_function(rows_url: str) -> None:
    """A function returns the variables that change, here for pagination by key."""

    def next_variables(data: dict[str, Any]) -> dict[str, Any] | None:
        items = data["list"]["items"]
        return {"offset": items[-1]["id"] + 1} if items else None

    with Client(rows_url) as client:
        nodes = client.paginate(LISTED, {"total": 250, "limit": 100}, pagination=next_variables)
        assert ids(nodes) == list(range(250))


def by_key(data: dict[str, Any]) -> dict[str, Any] | None:
    items = data["list"]["items"]
    return {"offset": items[-1]["id"] + 1} if items else None


KINDS: dict[str, tuple[str, Any]] = {
    "nodes": (FORWARD, None),
    "edges": (EDGES, None),
    "offset": (LISTED, OffsetPagination()),
    "page": (LISTED, PagePagination(page_size="limit")),
    "key": (LISTED, by_key),
}


@pytest.mark.parametrize(("document", "pagination"), KINDS.values(), ids=KINDS)
def test_a_job_keeps_its_position_at_the_end_of_the_list(rows_url: str, document: str, pagination: Any) -> None:
    """Each run continues from the cursor of the last page, which may be empty; only new rows are fetched."""
    rows: list[int] = []
    position = None
    with Client(rows_url) as client:
        for total, max_pages in [(300, 2), (300, None), (300, None), (300, None), (350, None), (350, None)]:
            variables = {"total": total, "first" if pagination is None else "limit": 100}
            pages = client.paginate(document, variables, pagination=pagination, after=position, max_pages=max_pages)
            for page in pages.pages():
                rows += ids(page.nodes)
                position = json.loads(json.dumps(page.cursor))
            assert pages.cursor == position
    assert rows == list(range(350))


STARTS: dict[str, tuple[str, Any, dict[str, Any], range]] = {
    "nodes": (FORWARD, None, {"after": "149"}, range(150, 250)),
    "backward": (BACKWARD, None, {"before": "100", "last": 100}, range(100)),
    "offset": (LISTED, OffsetPagination(), {"offset": 150}, range(150, 250)),
    "page": (LISTED, PagePagination(page_size="limit"), {"page": 2, "limit": 150}, range(150, 250)),
}


@pytest.mark.parametrize(("document", "pagination", "start", "expected"), STARTS.values(), ids=STARTS)
def test_the_variables_of_the_request_contain_the_cursor(
    rows_url: str, document: str, pagination: Any, start: dict[str, Any], expected: range
) -> None:
    """Pagination starts there, as with ``after=``, and keeps this position until a page is consumed."""
    with Client(rows_url) as client:
        pages = client.paginate(document, {"total": 250, **start}, pagination=pagination)
        assert pages.cursor == next(iter(start.values()))
        assert ids(pages) == list(expected)
        empty = client.paginate(document, {"total": 0, **start}, pagination=pagination, after=pages.cursor)
        assert [page.cursor for page in empty.pages()] == [pages.cursor]


def test_a_last_page_without_a_cursor(rows_url: str) -> None:
    """The position is the start of the page if neither the server nor the function reports its end."""

    def until_a_short_page(data: dict[str, Any]) -> dict[str, Any] | None:
        return by_key(data) if len(data["list"]["items"]) == 100 else None

    with Client(rows_url) as client:
        pages = client.paginate(LISTED, {"total": 150, "limit": 100}, pagination=until_a_short_page)
        assert [page.cursor for page in pages.pages()] == [{"offset": 100}] * 2
        assert pages.cursor == {"offset": 100}


def test_the_total(rows_url: str) -> None:
    """The total is known if the document selects it, and is passed to a progress function."""
    reported: list[tuple[int, int | None]] = []
    with Client(rows_url) as client:
        pages = client.paginate(
            EDGES, {"total": 250}, page_size=100, progress=lambda done, total: reported.append((done, total))
        )
        assert pages.total_count is None
        next(pages)
        assert pages.total_count == 250
        list(pages)
    assert reported == [(100, 250), (200, 250), (250, 250)]


@pytest.mark.parametrize("pagination", [None, OffsetPagination()], ids=["connection", "list"])
def test_keep_nulls(pagination: Any) -> None:
    """Null nodes of connections and lists are skipped by default, and yielded as None on request."""
    document = FORWARD if pagination is None else "query ($offset: Int) { rows(offset: $offset) { id } }"
    nodes = [None, {"id": 1}, None]
    rows = nodes if pagination else {"nodes": nodes, "pageInfo": {"hasNextPage": False, "endCursor": None}}
    with GraphQLMock() as mock, Client("https://example.com/graphql") as client:
        mock.add(lambda request: True, lambda request: {"rows": [] if request.variables.get("offset") else rows})
        assert list(client.paginate(document, pagination=pagination)) == [{"id": 1}]
        pages = client.paginate(document, pagination=pagination, keep_nulls=True)
        assert list(pages) == nodes
        assert repr(pages) == "<Pages closed, 3 nodes>"


def test_the_total_shows_that_a_list_ended_early() -> None:
    """A server may say wrongly that there are no more pages; with null nodes, the count equals the total otherwise."""
    document = FORWARD.replace("nodes", "totalCount nodes")
    last = {"totalCount": 5, "nodes": [{"id": 1}, None], "pageInfo": {"hasNextPage": False, "endCursor": "b"}}
    with GraphQLMock() as mock, Client("https://example.com/graphql") as client:
        mock.add(lambda request: True, {"rows": last})
        pages = client.paginate(document, keep_nulls=True)
        assert len(list(pages)) == 2
        assert pages.total_count == 5


@pytest.mark.parametrize("stop", [0, 1, 99, 100, 101, 150, 200, 250])
@pytest.mark.parametrize("document", [FORWARD, EDGES], ids=["pages", "items"])
def test_pagination_can_be_continued(rows_url: str, document: str, stop: int) -> None:
    """No node is lost; at most part of a page is repeated, and nothing if the edges have cursors."""
    with Client(rows_url) as client:
        pages = client.paginate(document, {"total": 250}, page_size=100)
        first = ids(itertools.islice(pages, stop))
        rest = ids(client.paginate(document, {"total": 250}, page_size=100, after=pages.cursor))
    begin = stop if document == EDGES or stop == 250 else stop // 100 * 100
    assert first == list(range(stop))
    assert rest == list(range(begin, 250))


@pytest.mark.parametrize("prefetch", [0, 1, 3])
def test_a_loop_after_an_error_does_not_look_complete(rows_url: str, prefetch: int) -> None:
    """Running the loop again raises and says how to continue; a complete or closed iterator has no more nodes."""
    with Client(rows_url) as client:
        headers = {"x-fault": "502 2", "x-pull": uuid.uuid4().hex}
        document = FORWARD.replace("$first: Int, ", "").replace("first: $first", "first: 100")
        pages = client.paginate(document, {"total": 250}, headers=headers, prefetch=prefetch)
        with pytest.raises(TransportServerError):
            list(pages)
        for again in (pages, pages.pages()):
            with pytest.raises(RuntimeError, match="cursor of this one as after="):
                list(again)
        rest = client.paginate(document, {"total": 250}, after=pages.cursor)
        assert ids(itertools.islice(rest, 50)) == list(range(100, 150))
        rest.close()
        assert ids(rest) == list(range(150, 200))
        assert list(rest) == []


def test_a_loop_over_the_same_pages_after_an_error_does_not_look_complete(rows_url: str) -> None:
    """The iterator of pages() raises again, as that over nodes; after the last page, it stays at its end."""
    with Client(rows_url) as client:
        headers = {"x-fault": "502 2", "x-pull": uuid.uuid4().hex}
        document = FORWARD.replace("$first: Int, ", "").replace("first: $first", "first: 100")
        pages = client.paginate(document, {"total": 250}, headers=headers).pages()
        assert next(pages).number == 1
        with pytest.raises(TransportServerError):
            list(pages)
        with pytest.raises(RuntimeError, match="cursor of this one as after="):
            list(pages)
        complete = client.paginate(FORWARD, {"total": 250}, page_size=100).pages()
        assert [len(page.nodes) for page in complete] == [100, 100, 50]
        assert list(complete) == []


def test_a_page_in_hand_is_not_consumed(rows_url: str) -> None:
    """The cursor moves to the end of a page when the next page is requested, also if there is none."""
    with Client(rows_url) as client:
        pages = client.paginate(FORWARD, {"total": 250}, page_size=100)
        cursors = [(page.start, pages.cursor) for page in pages.pages()]
        assert cursors == [(None, None), ("99", "99"), ("199", "199")]
        assert pages.cursor == "249"


def test_a_loop_that_stops_in_its_body_loses_no_page(rows_url: str) -> None:
    """Continuing from the cursor yields the page in hand again; closing the iterator does not change that."""
    with Client(rows_url) as client:
        with client.paginate(FORWARD, {"total": 250}, page_size=100) as pages:
            by_page = pages.pages()
            assert ids(next(by_page).nodes) == list(range(100))
            next(by_page)
        assert list(by_page) == []
        assert ids(client.paginate(FORWARD, {"total": 250}, after=pages.cursor)) == list(range(100, 250))


def test_nodes_after_a_page(rows_url: str) -> None:
    """The iterator over nodes continues after the page that was returned as a whole."""
    with Client(rows_url) as client:
        pages = client.paginate(FORWARD, {"total": 250}, page_size=100)
        assert ids(next(pages.pages()).nodes) == list(range(100))
        assert next(pages) == {"id": 100}
        assert pages.cursor == "99"
        assert ids(next(pages.pages()).nodes) == list(range(200, 250))
        assert pages.cursor == "199"


def test_a_page_whose_progress_failed_is_not_skipped(rows_url: str) -> None:
    """If the function raises, the loop cannot continue after this page; the cursor is the one before it."""

    def progress(done: int, total: int | None) -> None:
        if done == 200:
            raise ZeroDivisionError

    with Client(rows_url) as client:
        pages = client.paginate(FORWARD, {"total": 250}, page_size=100, progress=progress)
        by_page = pages.pages()
        assert len(next(by_page).nodes) == 100
        with pytest.raises(ZeroDivisionError):
            next(by_page)
        with pytest.raises(RuntimeError, match="cursor of this one as after="):
            next(by_page)
        rest = client.paginate(FORWARD, {"total": 250}, page_size=100, after=pages.cursor)
        assert ids(rest) == list(range(100, 250))


def test_complete_pagination_continues_with_added_nodes(rows_url: str) -> None:
    """The cursor of the last page is kept."""
    with Client(rows_url) as client:
        pages = client.paginate(FORWARD, {"total": 250}, page_size=100)
        list(pages)
        assert ids(client.paginate(FORWARD, {"total": 260}, page_size=100, after=pages.cursor)) == list(range(250, 260))


def test_max_pages(rows_url: str) -> None:
    """Pagination stops after this number of pages, and can be continued."""
    with Client(rows_url) as client:
        pages = client.paginate(FORWARD, page_size=10, max_pages=3)
        assert ids(pages) == list(range(30))
        assert pages.cursor == "29"


@pytest.mark.parametrize("prefetch", [1, 2])
def test_a_consumer_that_stops_costs_at_most_the_prefetch(rows_url: str, prefetch: int) -> None:
    """No further pages are fetched ahead."""
    sent: list[str] = []

    def count(operation: Any, call_next: Any) -> Any:
        sent.append("")
        return call_next(operation)

    with (
        Client(rows_url, middleware=[count]) as client,
        client.paginate(FORWARD, page_size=10, prefetch=prefetch) as pages,
    ):
        next(pages)
        client.execute(FORWARD)  # time for a page
        client.execute(FORWARD)
        assert len(sent) - 2 <= 1 + prefetch


@pytest.mark.parametrize("prefetch", [0, 1])
def test_the_end_of_the_loop_cancels(strawberry_server: Server, prefetch: int) -> None:
    """The request for the next page is cancelled."""
    document = "query ($offset: Float!) { books { id } sleep(seconds: $offset) }"
    with Client(strawberry_server.url, timeout=None) as client:
        for node in client.paginate(
            document, {"offset": 0.0}, pagination=lambda data: {"offset": 600.0}, prefetch=prefetch
        ):
            assert node["id"] == "1"
            if prefetch:
                strawberry_server.wait_for("sleep_started", seconds=600.0)
            break
        if prefetch:
            strawberry_server.wait_for("sleep_cancelled")


def test_one_page_ahead_needs_no_thread(rows_url: str) -> None:
    """The loop thread receives it; fetching several pages ahead needs a thread that reads the cursors."""
    with Client(rows_url) as client:
        client.execute(FORWARD)
        before = set(threading.enumerate())
        with client.paginate(FORWARD, page_size=10) as pages:
            next(pages)
            assert set(threading.enumerate()) <= before
        with client.paginate(FORWARD, page_size=10, prefetch=2) as pages:
            next(pages)
            assert len(set(threading.enumerate()) - before) == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("prefetch", [1, 2])
def test_another_process(rows_url: str, monkeypatch: pytest.MonkeyPatch, prefetch: int) -> None:
    """A forked child raises instead of waiting for a page that only its parent receives."""
    with Client(rows_url) as client, client.paginate(FORWARD, page_size=1, prefetch=prefetch) as pages:
        next(pages)
        with monkeypatch.context() as patch:
            patch.setattr(os, "getpid", lambda: -1)
            with pytest.raises(RuntimeError, match="another process"):
                list(pages)


def test_no_thread_stays(rows_url: str) -> None:
    """The thread ends at the end of the list, and after a break."""
    with Client(rows_url) as client:
        for _ in client.paginate(FORWARD, page_size=10):
            break
        list(client.paginate(FORWARD, {"total": 30}, page_size=10))
    for thread in threading.enumerate():
        if thread.name.startswith("syncgql-prefetch"):
            thread.join(PATIENCE)
            assert not thread.is_alive()


@pytest.mark.parametrize(
    ("document", "options", "match"),
    [
        ("{ rows { nodes { id } } }", {}, "no field selects pageInfo"),
        (FORWARD, {"path": "columns"}, "No field at 'columns' selects pageInfo. Connections in the document: 'rows'"),
        (FORWARD.replace("after: $after", ""), {}, "needs a variable for its cursor: declare \\$after"),
        (FORWARD.replace(" endCursor", ""), {}, "add endCursor to its pageInfo"),
        (FORWARD.replace("nodes { id }", ""), {}, "neither nodes nor edges"),
        (FORWARD.replace("first: $first", "first: 100"), {"page_size": 10}, "page_size= requires a variable"),
    ],
)
def test_documents_that_cannot_be_paged(document: str, options: dict[str, Any], match: str) -> None:
    """An error is raised before anything is sent, and its message says what to add."""
    with pytest.raises(DocumentError, match=match):
        Client("http://127.0.0.1:9/").paginate(document, **options)


def test_keep_nulls_must_be_a_flag() -> None:
    """A text would count as True."""
    with pytest.raises(TypeError, match="keep_nulls must be True or False"):
        Client("http://127.0.0.1:9/").paginate(FORWARD, keep_nulls="no")  # type: ignore[call-overload]


@pytest.mark.parametrize("options", [{"prefetch": -1}, {"page_size": 0}, {"max_pages": 0}, {"on_error": "ignore"}])
def test_values_out_of_range(options: dict[str, Any]) -> None:
    """The error names the argument."""
    with pytest.raises(ValueError, match=next(iter(options))):
        Client("http://127.0.0.1:9/").paginate(FORWARD, **options)


def test_pages_have_their_results(rows_url: str) -> None:
    """Each page has its result and a cursor."""
    with Client(rows_url) as client:
        first = next(client.paginate(FORWARD, {"total": 5}, page_size=2).pages())
    assert isinstance(first, Page)
    assert (first.cursor, first.number, first.result.data["rows"]["nodes"]) == ("1", 1, first.nodes)


MEMORY = """
import sys
from syncgql import Client


def resident() -> int:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096


sizes = []
nodes = Client(sys.argv[1]).paginate(sys.argv[2], page_size=500)
for number, node in enumerate(nodes, 1):
    if number % 40_000 == 0:
        sizes.append(resident())
print((max(sizes[1:]) - sizes[0]) // 1024)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="resident size is read from /proc")
def test_memory_stays_the_same(rows_url: str, run_script: RunScript) -> None:
    """The resident size does not grow over 200,000 rows."""
    result = run_script(MEMORY, rows_url, FORWARD)
    assert int(result.stdout) < 4096, result.stderr
