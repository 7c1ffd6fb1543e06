"""What one call costs that does nothing: into the loop thread and back."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator

from syncgql.runtime.process import Runtime

from .measure import Table, measure, timed

CALLS = 3000


class Nothing:
    """Connections that are none."""

    async def close(self) -> None:
        """Do nothing."""


async def nothing() -> None:
    """Do nothing."""


@contextlib.contextmanager
def loop_in_a_thread() -> Iterator[asyncio.AbstractEventLoop]:
    """The loop that everybody writes who has no library for it."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield loop
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def run(address: str, rounds: int) -> Table:
    """Measure with and without a limit, which only ours has on the loop."""
    rcts = "run_coroutine_threadsafe"
    budget = {"syncgql": 1.0, "syncgql, with a limit": 1.0}
    table = Table("crossing", "a call that does nothing, there and back", "µs per call", rcts, budget)
    runtime = Runtime(Nothing())
    try:
        with loop_in_a_thread() as loop:
            works = {
                rcts: timed(CALLS, lambda: asyncio.run_coroutine_threadsafe(nothing(), loop).result()),
                "syncgql": timed(CALLS, lambda: runtime.run(nothing())),
                "syncgql, with a limit": timed(CALLS, lambda: runtime.run(nothing(), 10)),
            }
            return measure(table, works, rounds)
    finally:
        runtime.request_stop()
        runtime.join()


RUNS = {"crossing": run}
