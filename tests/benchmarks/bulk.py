"""Bulk work: many small queries to a server that takes 20 ms, and 200,000 rows in pages."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import aiohttp

from syncgql import Client
from syncgql.cli.demo.server_process import ServerProcess

from .benchmark import Benchmark, Budget, Figure, Setting, Work
from .http_clients import HTTP_CLIENTS, HTTPClient

CONCURRENCY = 32
QUERIES = 5_000
DELAY = 0.02  # seconds, of the canned server
QUERY = "{ book { id } }"

PAGE_SIZE = 1_000
ROWS = 200_000
PAGES = """
    query ($first: Int, $after: String, $total: Int) {
      rows(first: $first, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } }
    }
"""


def _rate(count: int, seconds: float) -> Figure:
    rate = count / seconds
    return Figure(seconds / count * 1e6, {"queries/s": rate, "% of ideal": 100 * rate * DELAY / CONCURRENCY})


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

    async def ask(session: aiohttp.ClientSession, turns: Iterator[int]) -> None:
        for _ in turns:
            async with session.post(url, json={"query": QUERY}) as response:
                await response.read()

    async def ask_all() -> None:
        turns = iter(range(count))
        async with aiohttp.ClientSession() as session:
            await asyncio.gather(*(ask(session, turns) for _ in range(CONCURRENCY)))

    def work() -> Figure:
        start = time.perf_counter()
        asyncio.run(ask_all())
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


def _by_hand(client: Client, total: int) -> Iterator[Any]:
    cursor = None
    while True:
        variables = {"first": PAGE_SIZE, "after": cursor, "total": total}
        rows = client.execute(PAGES, variables)["rows"]
        yield from rows["nodes"]
        if not rows["pageInfo"]["hasNextPage"]:
            return
        cursor = rows["pageInfo"]["endCursor"]


def _paginate(client: Client, total: int, prefetch: int) -> Iterator[Any]:
    return client.paginate(PAGES, {"total": total}, page_size=PAGE_SIZE, prefetch=prefetch)


@contextlib.contextmanager
def _pull(nodes: Callable[[Client, int], Iterator[Any]], seconds_per_page: float, setting: Setting) -> Iterator[Work]:
    """Read all rows; server and consumer take so long for a page."""
    total = setting.count(ROWS)
    headers = {"x-delay": str(seconds_per_page)}
    with ServerProcess("tests.servers.rows_server") as server, Client(server.url, headers=headers) as client:

        def work() -> Figure:
            start = time.perf_counter()
            for number, _ in enumerate(nodes(client, total), 1):
                if seconds_per_page and number % PAGE_SIZE == 0:
                    time.sleep(seconds_per_page)
            return Figure((time.perf_counter() - start) / total * 1e6)

        yield work


PULLS: dict[str, Callable[[Client, int], Iterator[Any]]] = {
    "a loop by hand": _by_hand,
    "syncgql": partial(_paginate, prefetch=1),
    "syncgql, prefetch=0": partial(_paginate, prefetch=0),
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
        (Budget("syncgql", 0.9), Budget("syncgql, retry=True", 1.0)),
        most_rounds=3,
    ),
    Benchmark(
        "paginate",
        f"{ROWS:,} rows in pages of {PAGE_SIZE:,}",
        "µs per row",
        {name: partial(_pull, nodes, 0.0) for name, nodes in PULLS.items()},
        "a loop by hand",
        (Budget("syncgql", 1.05),),
        most_rounds=3,
    ),
    Benchmark(
        "paginate-slow",
        f"{ROWS:,} rows in pages of {PAGE_SIZE:,}, server and consumer equally slow",
        "µs per row",
        {name: partial(_pull, nodes, SLOW) for name, nodes in PULLS.items()},
        "a loop by hand",
        (Budget("syncgql", 0.56),),
        most_rounds=3,
    ),
)
