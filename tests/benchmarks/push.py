"""What one event costs on its way from the loop thread to a consumer that waits for it."""

from __future__ import annotations

import queue
from collections.abc import Callable
from functools import partial

from syncgql.runtime.channel import Channel
from syncgql.runtime.process import Runtime

from .crossing import Nothing
from .measure import Table, Work, measure, timed

EVENTS = 20_000
Get = Callable[[], object]
Put = Callable[[int], object]


def run(address: str, rounds: int, burst: int) -> Table:
    """Measure a producer that puts *burst* events at a time and lets the consumer catch up."""
    runtime = Runtime(Nothing())

    def bare() -> tuple[Put, Get]:
        events: queue.SimpleQueue[int] = queue.SimpleQueue()
        return events.put, events.get

    def channel() -> tuple[Put, Get]:
        events: Channel[int] = Channel(1024, "block", runtime.thread.post)
        return events.put, events.get

    def work(make: Callable[[], tuple[Put, Get]]) -> Work:
        put, get = make()

        async def produce() -> None:
            for number in range(burst):
                put(number)

        def pass_a_burst() -> None:
            runtime.thread.spawn(produce)
            for _ in range(burst):
                get()

        once = timed(max(20, EVENTS // burst // 10), pass_a_burst)
        return lambda: once() / burst

    # In longer bursts nobody waits, and what is left is the price of two Python functions beside two of C.
    budget = {"syncgql": 2.0} if burst <= 100 else {}
    title = f"an event, pushed in bursts of {burst}"
    table = Table(f"push-{burst}", title, "µs per event", "SimpleQueue", budget)
    try:
        return measure(table, {"SimpleQueue": work(bare), "syncgql": work(channel)}, rounds)
    finally:
        runtime.request_stop()
        runtime.join()


RUNS = {f"push-{burst}": partial(run, burst=burst) for burst in (1, 10, 100, 1000)}
