"""A subscription's events, tiny and large, from a server that sends as fast as the socket takes them."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from .measure import Table, Work, measure
from .stream_clients import STREAM_CLIENTS, Consume

BENCHMARKS = {
    "stream-tiny": ("subscription, 20,000 tiny events", "tiny", 20_000, {"syncgql": 1.3}),
    "stream-large": ("subscription, 500 events of 12 KB", "large", 500, {}),
}


def run(address: str, rounds: int, name: str) -> Table:
    """Measure one of ``BENCHMARKS``."""
    title, kind, count, budget = BENCHMARKS[name]
    table = Table(name, title, "µs per event", "aiohttp, bare loop", budget)
    works = {client: _consuming(consume, f"ws://{address}/", kind, count) for client, consume in STREAM_CLIENTS.items()}
    return measure(table, works, rounds)


def _consuming(consume: Consume, url: str, kind: str, count: int) -> Work:
    def work() -> float:
        start = time.perf_counter()
        received = consume(url, {"count": count, "kind": kind})
        if received != count:
            raise RuntimeError(f"{received} of {count} events")
        return (time.perf_counter() - start) / count * 1e6

    return work


RUNS: dict[str, Callable[[str, int], Table]] = {name: partial(run, name=name) for name in BENCHMARKS}
