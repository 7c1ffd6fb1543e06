"""64 threads on one client and a server that takes 20 ms: processor time per request, throughput, errors."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from .benchmark import Benchmark, Budget, Figure, Setting, Work
from .http_clients import HTTP_CLIENTS, HTTPClient

THREADS = 64
CALLS = 640
SHARED = (
    "syncgql",
    "syncgql[speed]",
    "requests",
    "httpx",
    "gql (aiohttp)",
    "gql (requests session)",
    "gql (httpx session)",
    "sgqlc",
    "python-graphql-client",
)
"""Clients whose single instance is meant to be shared by threads, or at least tried."""


@contextlib.contextmanager
def _sharing(client: HTTPClient, setting: Setting) -> Iterator[Work]:
    calls = setting.count(CALLS)
    with (
        client(f"http://{setting.address}/delayed", "{ book { id } }") as execute,
        ThreadPoolExecutor(min(THREADS, calls)) as pool,
    ):

        def call(_: int) -> bool:
            try:
                return bool(execute())
            except Exception:
                return False

        def work() -> Figure:
            start, start_cpu = time.perf_counter(), time.process_time()
            good = sum(pool.map(call, range(calls)))
            seconds, cpu = time.perf_counter() - start, time.process_time() - start_cpu
            return Figure(
                cpu / max(1, good) * 1e6, {"answers/s": good / seconds, "failed %": 100 * (calls - good) / calls}
            )

        yield work


BENCHMARKS = (
    Benchmark(
        "threads",
        f"{THREADS} threads, one client, 20 ms server",
        "µs CPU per answer",
        {name: partial(_sharing, HTTP_CLIENTS[name]) for name in SHARED},
        "requests",
        (
            Budget("syncgql", 0.25),
            Budget("syncgql", 0, "failed %"),
            Budget("syncgql[speed]", 0.25),
            Budget("syncgql[speed]", 0, "failed %"),
        ),
        most_rounds=5,
    ),
)
