"""Tiny and large events of a subscription, from a server that sends as fast as the socket accepts them."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from functools import partial

from .benchmark import Benchmark, Budget, Figure, Setting, Work
from .stream_clients import STREAM_CLIENTS, Consume, http_stream_clients


@contextlib.contextmanager
def _consuming(consume: Consume, kind: str, count: int, setting: Setting) -> Iterator[Work]:
    count = setting.count(count)

    def work() -> Figure:
        start = time.perf_counter()
        received = consume(f"ws://{setting.address}/", {"count": count, "kind": kind})
        if received != count:
            raise RuntimeError(f"{received} of {count} events")
        return Figure((time.perf_counter() - start) / count * 1e6)

    yield work


def _benchmark(name: str, title: str, kind: str, count: int, *budgets: Budget) -> Benchmark:
    contenders = {client: partial(_consuming, consume, kind, count) for client, consume in STREAM_CLIENTS.items()}
    return Benchmark(name, title, "µs per event", contenders, "aiohttp, bare loop", budgets)


def _over_http(name: str, title: str) -> Benchmark:
    clients = http_stream_clients(name)
    contenders = {client: partial(_consuming, consume, "tiny", 20_000) for client, consume in clients.items()}
    return Benchmark(name, title, "µs per event", contenders, "WebSocket", (Budget("syncgql", 1.3),))


BENCHMARKS = (
    _benchmark(
        "stream-tiny",
        "subscription, 20,000 tiny events",
        "tiny",
        20_000,
        Budget("syncgql", 1.2),
        Budget("syncgql[speed]", 1.0),
    ),
    _over_http("stream-sse", "20,000 tiny events over Server-Sent Events"),
    _over_http("stream-multipart", "20,000 tiny events over multipart"),
    _benchmark("stream-large", "subscription, 500 events of 12 KB", "large", 500, Budget("syncgql", 1.35)),
)
