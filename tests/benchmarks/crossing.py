"""The cost of one call that does nothing, into the loop thread and back."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from functools import partial

from syncgql.deadline import Deadline
from syncgql.runtime.runtime import Runtime

from .benchmark import Benchmark, Budget, Setting, Work, timed

CALLS = 3000


class Nothing:
    """Resources without any connection."""

    async def close(self) -> None:
        """Do nothing."""


async def nothing() -> None:
    """Do nothing."""


@contextlib.contextmanager
def open_runtime() -> Iterator[Runtime[Nothing]]:
    """Yield a running runtime."""
    runtime = Runtime(Nothing())
    try:
        yield runtime
    finally:
        runtime.request_stop()
        runtime.join()


@contextlib.contextmanager
def _syncgql(seconds: float | None, setting: Setting) -> Iterator[Work]:
    with open_runtime() as runtime:
        yield timed(setting.count(CALLS), lambda: runtime.run(nothing(), Deadline(seconds)))


@contextlib.contextmanager
def _loop_in_a_thread(setting: Setting) -> Iterator[Work]:
    """The loop that programs write without a library."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield timed(setting.count(CALLS), lambda: asyncio.run_coroutine_threadsafe(nothing(), loop).result())
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@contextlib.contextmanager
def _anyio(setting: Setting) -> Iterator[Work]:
    """The portal of anyio."""
    from anyio.from_thread import start_blocking_portal

    with start_blocking_portal() as portal:
        yield timed(setting.count(CALLS), lambda: portal.call(nothing))


@contextlib.contextmanager
def _asgiref(setting: Setting) -> Iterator[Work]:
    """The function that Django code calls; it creates a loop for each call."""
    from asgiref.sync import async_to_sync

    yield timed(setting.count(CALLS // 3), async_to_sync(nothing))


OWN = {"syncgql": None, "syncgql, with a limit": 10.0, "syncgql[speed]": None}

BENCHMARKS = (
    Benchmark(
        "crossing",
        "a call that does nothing, there and back",
        "µs per call",
        {
            "run_coroutine_threadsafe": _loop_in_a_thread,
            **{name: partial(_syncgql, seconds) for name, seconds in OWN.items()},
            "anyio portal": _anyio,
            "asgiref async_to_sync": _asgiref,
        },
        "run_coroutine_threadsafe",
        tuple(Budget(name, 1.0) for name in OWN),
    ),
)
