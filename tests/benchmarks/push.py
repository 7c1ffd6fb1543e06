"""The cost of one event from the loop thread to a waiting consumer."""

from __future__ import annotations

import contextlib
import queue
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from syncgql.runtime.event_buffer import EventBuffer
from syncgql.runtime.runtime import Runtime

from .benchmark import Benchmark, Budget, Figure, Setting, Work, timed
from .crossing import open_runtime

EVENTS = 2_000

Ends = tuple[Callable[[int], object], Callable[[], object]]
"""The functions that put and get events."""


def _bare(runtime: Runtime[Any]) -> Ends:
    events: queue.SimpleQueue[int] = queue.SimpleQueue()
    return events.put, events.get


def _buffer(runtime: Runtime[Any]) -> Ends:
    events: EventBuffer[int] = EventBuffer(1024, "block", runtime.thread.post)
    return events.put, events.get


@contextlib.contextmanager
def _pushing(make: Callable[[Runtime[Any]], Ends], burst: int, setting: Setting) -> Iterator[Work]:
    """Put events in bursts and let the consumer catch up."""
    with open_runtime() as runtime:
        put, get = make(runtime)

        async def produce() -> None:
            for number in range(burst):
                put(number)

        def pass_a_burst() -> None:
            runtime.thread.spawn(produce)
            for _ in range(burst):
                get()

        once = timed(setting.count(max(20, EVENTS // burst)), pass_a_burst)
        yield lambda: Figure(once().value / burst)


def _benchmark(burst: int) -> Benchmark:
    return Benchmark(
        f"push-{burst}",
        "an event, pushed alone" if burst == 1 else f"an event, pushed in bursts of {burst:,}",
        "µs per event",
        {"SimpleQueue": partial(_pushing, _bare, burst), "syncgql": partial(_pushing, _buffer, burst)},
        "SimpleQueue",
        # In longer bursts the consumer never waits, and only the cost of two Python and two C functions remains.
        (Budget("syncgql", 2.0),) if burst <= 100 else (),
    )


BENCHMARKS = tuple(map(_benchmark, (1, 10, 100, 1000)))
