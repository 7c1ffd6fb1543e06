"""64 threads on one client against a server that takes 20 ms: processor time per request, throughput, errors."""

from __future__ import annotations

import contextlib
import time
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from .http_clients import HTTP_CLIENTS, Execute
from .measure import Table, measure

THREADS = 64
CALLS = 640
SHARED = ("syncgql", "requests", "httpx", "gql (aiohttp)", "gql (requests session)")
"""Clients of which one is meant, or at least tried, to be shared by threads."""


def run(address: str, rounds: int) -> Table:
    """Measure processor time of this process per successful request."""
    table = Table(
        "threads", f"{THREADS} threads, one client, 20 ms server", "µs CPU per request", "requests", {"syncgql": 0.3}
    )
    failures: Counter[str] = Counter()
    seconds: defaultdict[str, float] = defaultdict(float)
    with contextlib.ExitStack() as clients, ThreadPoolExecutor(THREADS) as pool:

        def work(name: str, execute: Execute) -> float:
            def call(_: int) -> bool:
                try:
                    return bool(execute())
                except Exception:
                    return False

            start, start_cpu = time.perf_counter(), time.process_time()
            good = sum(pool.map(call, range(CALLS)))
            seconds[name] += time.perf_counter() - start
            failures[name] += CALLS - good
            return (time.process_time() - start_cpu) / max(1, good) * 1e6

        works: dict[str, Any] = {}
        for name in SHARED:
            execute = clients.enter_context(HTTP_CLIENTS[name](f"http://{address}/delayed", "{ book { id } }"))
            works[name] = lambda name=name, execute=execute: work(name, execute)
        measure(table, works, rounds)
    total = CALLS * (rounds + 1)
    for row in table.rows:
        throughput = (total - failures[row.contender]) / seconds[row.contender]
        row.note = f"{throughput:,.0f} answers/s, {failures[row.contender] / total:.0%} failed"
    return table


RUNS = {"threads": run}
