"""Ten thousand subscriptions on one shared socket: their time and memory each, and whether both are constant."""

from __future__ import annotations

import contextlib
import gc
import time
import tracemalloc
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from syncgql import Client, Subscription

from .benchmark import Benchmark, Budget, Figure, Open, Setting, Work

DOCUMENT = "subscription ($hold: Boolean) { tick(hold: $hold) }"
COUNTS = (1_000, 5_000, 10_000)


@contextlib.contextmanager
def _subscribing(measure: Callable[[Client, int], Figure], count: int, setting: Setting) -> Iterator[Work]:
    def work() -> Figure:
        with Client(f"http://{setting.address}/graphql") as client, _subscribe(client):
            return measure(client, setting.count(count))

    yield work


def _subscribe(client: Client) -> Subscription[dict[str, Any]]:
    return client.subscribe(DOCUMENT, {"hold": True}, overflow="raise")


def _time_of_each(client: Client, count: int) -> Figure:
    start = time.perf_counter()
    kept = [_subscribe(client) for _ in range(count)]
    return Figure((time.perf_counter() - start) / len(kept) * 1e6)


def _bytes_of_each(client: Client, count: int) -> Figure:
    """The memory of one subscription, including its variables."""
    gc.collect()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        kept = [_subscribe(client) for _ in range(count)]
        gc.collect()
        return Figure((tracemalloc.get_traced_memory()[0] - before) / len(kept))
    finally:
        tracemalloc.stop()


NAMES = {count: f"syncgql, {count:,} subscriptions" for count in COUNTS}
FEWEST, MOST = NAMES[COUNTS[0]], NAMES[COUNTS[-1]]


def _contenders(measure: Callable[[Client, int], Figure]) -> dict[str, Open]:
    return {name: partial(_subscribing, measure, count) for count, name in NAMES.items()}


BENCHMARKS = (
    Benchmark(
        "many",
        "subscriptions on one socket: time of each",
        "µs per subscription",
        _contenders(_time_of_each),
        FEWEST,
        # If the time grew with the square of the number, the ratio would be 10.
        (Budget(MOST, 1.3),),
        most_rounds=5,
    ),
    Benchmark(
        "many-memory",
        "subscriptions on one socket: memory of each",
        "bytes per subscription",
        _contenders(_bytes_of_each),
        FEWEST,
        tuple(Budget(name, 4096, "value") for name in NAMES.values()),
        most_rounds=1,
    ),
)
