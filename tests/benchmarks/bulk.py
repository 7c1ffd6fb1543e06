"""Bulk work: many small queries to a server that takes 20 ms, and 200,000 rows in pages."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from functools import partial
from typing import Any

import aiohttp

from syncgql import Client

from ..servers.python import PythonProcess
from .benchmark import Benchmark, Budget, Figure, Setting, Work
from .http_clients import HTTP_CLIENTS, HTTPClient, data_of

CONCURRENCY = 32
QUERIES = 5_000
DELAY = 0.02  # seconds, of the canned server
IDEAL = DELAY / CONCURRENCY * 1e6  # microseconds per query
QUERY = "{ book { id } }"

PAGE_SIZE = 1_000
ROWS = 200_000
PAGES = """
    query ($first: Int, $after: String, $total: Int) {
      rows(first: $first, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } }
    }
"""


def _rate(count: int, seconds: float) -> Figure:
    time_of_each = seconds / count * 1e6
    return Figure(time_of_each, {"queries/s": count / seconds, "% of ideal": 100 * IDEAL / time_of_each})


@contextlib.contextmanager
def _execute_many(setting: Setting, **options: Any) -> Iterator[Work]:
    count = setting.count(QUERIES)
    with Client(f"http://{setting.address}/delayed", **options) as client:
        client.execute(QUERY)

        def work() -> Figure:
            start = time.perf_counter()
            for _ in client.execute_many((QUERY for _ in range(count)), concurrency=CONCURRENCY):
                pass
            return _rate(count, time.perf_counter() - start)

        yield work


@contextlib.contextmanager
def _bare_loop(setting: Setting) -> Iterator[Work]:
    """A bare aiohttp session in an asyncio program: what this machine and server allow."""
    url, count = f"http://{setting.address}/delayed", setting.count(QUERIES)

    async def send_each(session: aiohttp.ClientSession, numbers: Iterator[int]) -> None:
        for _ in numbers:
            async with session.post(url, json={"query": QUERY}) as response:
                await response.read()

    async def send_all() -> None:
        numbers = iter(range(count))
        async with aiohttp.ClientSession() as session:
            await asyncio.gather(*(send_each(session, numbers) for _ in range(CONCURRENCY)))

    def work() -> Figure:
        start = time.perf_counter()
        asyncio.run(send_all())
        return _rate(count, time.perf_counter() - start)

    yield work


@contextlib.contextmanager
def _thread_pool(client: HTTPClient, setting: Setting) -> Iterator[Work]:
    count = setting.count(QUERIES)
    with (
        client(f"http://{setting.address}/delayed", QUERY) as execute,
        ThreadPoolExecutor(CONCURRENCY) as pool,
    ):

        def work() -> Figure:
            start = time.perf_counter()
            for _ in pool.map(lambda _: execute(), range(count)):
                pass
            return _rate(count, time.perf_counter() - start)

        yield work


Rows = Callable[[int], Iterator[Any]]
"""A function that takes the number of rows and returns an iterator over them."""

FetchPage = Callable[[Mapping[str, Any]], Any]
"""A function that takes the variables of a page and returns the data."""


def _variables(cursor: str | None, total: int) -> dict[str, Any]:
    return {"first": PAGE_SIZE, "after": cursor, "total": total}


def _page_by_page(fetch: FetchPage, total: int) -> Iterator[Any]:
    cursor = None
    while True:
        rows = fetch(_variables(cursor, total))["rows"]
        yield from rows["nodes"]
        if not rows["pageInfo"]["hasNextPage"]:
            return
        cursor = rows["pageInfo"]["endCursor"]


def _one_page_ahead(fetch: FetchPage, total: int) -> Iterator[Any]:
    """Yield the nodes of a page while a thread pool fetches the next one."""
    with ThreadPoolExecutor(1) as pool:
        page: Future[Any] | None = pool.submit(fetch, _variables(None, total))
        while page is not None:
            rows = page.result()["rows"]
            info = rows["pageInfo"]
            page = pool.submit(fetch, _variables(info["endCursor"], total)) if info["hasNextPage"] else None
            yield from rows["nodes"]


@contextlib.contextmanager
def _syncgql_by_hand(url: str, headers: Mapping[str, str]) -> Iterator[Rows]:
    with Client(url, headers=headers) as client:
        yield partial(_page_by_page, lambda variables: client.execute(PAGES, variables))


@contextlib.contextmanager
def _syncgql_paginate(prefetch: int, url: str, headers: Mapping[str, str]) -> Iterator[Rows]:
    with Client(url, headers=headers) as client:
        yield lambda total: client.paginate(PAGES, {"total": total}, page_size=PAGE_SIZE, prefetch=prefetch)


@contextlib.contextmanager
def _requests_in_a_pool(url: str, headers: Mapping[str, str]) -> Iterator[Rows]:
    import requests

    with requests.Session() as session:
        session.headers.update(headers)

        def fetch(variables: Mapping[str, Any]) -> Any:
            response = session.post(url, json={"query": PAGES, "variables": variables})
            return data_of(response.status_code, response.json())

        yield partial(_one_page_ahead, fetch)


@contextlib.contextmanager
def _gql_in_a_pool(url: str, headers: Mapping[str, str]) -> Iterator[Rows]:
    from gql import Client, GraphQLRequest
    from gql.transport.requests import RequestsHTTPTransport

    with Client(transport=RequestsHTTPTransport(url, headers=dict(headers))) as session:
        request = GraphQLRequest(PAGES)

        def fetch(variables: Mapping[str, Any]) -> Any:
            return session.execute(GraphQLRequest(request, variable_values=dict(variables)))

        yield partial(_one_page_ahead, fetch)


OpenRows = Callable[[str, Mapping[str, str]], AbstractContextManager[Rows]]
"""A function that opens a client for a URL and headers."""


@contextlib.contextmanager
def _read_all_rows(open_rows: OpenRows, seconds_per_page: float, setting: Setting) -> Iterator[Work]:
    """Read all rows; the server and the consumer each take *seconds_per_page* for a page."""
    total = setting.count(ROWS)
    headers = {"x-delay": str(seconds_per_page)}
    with PythonProcess("tests.servers.rows_server") as server, open_rows(server.url, headers) as rows:

        def work() -> Figure:
            start = time.perf_counter()
            for number, _ in enumerate(rows(total), 1):
                if seconds_per_page and number % PAGE_SIZE == 0:
                    time.sleep(seconds_per_page)
            return Figure((time.perf_counter() - start) / total * 1e6)

        yield work


PAGINATORS: dict[str, OpenRows] = {
    "syncgql, a loop by hand": _syncgql_by_hand,
    "syncgql": partial(_syncgql_paginate, 1),
    "syncgql, prefetch=0": partial(_syncgql_paginate, 0),
    "requests in a thread pool": _requests_in_a_pool,
    "gql (requests session) in a thread pool": _gql_in_a_pool,
}
SLOW = 0.05  # seconds for a page

BENCHMARKS = (
    Benchmark(
        "execute-many",
        f"{QUERIES:,} queries, {CONCURRENCY} at a time, 20 ms server",
        "µs per query",
        {
            "syncgql": _execute_many,
            "syncgql, retry=True": partial(_execute_many, retry=True),
            "bare aiohttp, 32 tasks": _bare_loop,
            **{
                f"{name} in a thread pool": partial(_thread_pool, HTTP_CLIENTS[name])
                for name in ("syncgql", "requests", "gql (requests session)")
            },
        },
        "requests in a thread pool",
        (Budget("syncgql", IDEAL / 0.9, "value"), Budget("syncgql", 0.9), Budget("syncgql, retry=True", 1.0)),
        most_rounds=3,
    ),
    Benchmark(
        "paginate",
        f"{ROWS:,} rows in pages of {PAGE_SIZE:,}",
        "µs per row",
        {name: partial(_read_all_rows, open_rows, 0.0) for name, open_rows in PAGINATORS.items()},
        "syncgql, a loop by hand",
        (Budget("syncgql", 1.05),),
    ),
    Benchmark(
        "paginate-slow",
        f"{ROWS:,} rows in pages of {PAGE_SIZE:,}, server and consumer equally slow",
        "µs per row",
        {name: partial(_read_all_rows, open_rows, SLOW) for name, open_rows in PAGINATORS.items()},
        "syncgql, a loop by hand",
        (Budget("syncgql", 0.56),),
        most_rounds=3,
    ),
)
