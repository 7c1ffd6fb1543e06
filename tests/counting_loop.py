"""CountingLoop: asyncio's own loop, which counts what costs time, whatever the speed of the machine."""

from __future__ import annotations

import asyncio
import selectors
import threading
from collections.abc import Callable
from contextvars import Context
from typing import Any


class CountingSelector(selectors.DefaultSelector):
    """Counts how often the loop only looks for I/O in passing, because callbacks are ready: once per iteration.

    Iterations that begin with a wait do not count. How many those are depends on when bytes arrive.
    """

    def __init__(self) -> None:
        super().__init__()
        self.iterations = 0
        self.idle = threading.Event()

    def select(self, timeout: float | None = None) -> Any:
        if timeout is not None and timeout <= 0:
            self.iterations += 1
            return super().select(timeout)
        self.idle.set()
        try:
            return super().select(timeout)
        finally:
            self.idle.clear()


class CountingLoop(asyncio.SelectorEventLoop):
    """Counts iterations, what other threads hand over, tasks and timers.

    Attributes:
        idle: set while the loop waits; nothing is counted then.
    """

    def __init__(self) -> None:
        self._counting = CountingSelector()
        self.crossings = 0
        self.tasks = 0
        self.timers = 0
        self.idle = self._counting.idle
        super().__init__(self._counting)

    @property
    def iterations(self) -> int:
        return self._counting.iterations

    # TypeVarTuple, with which the types of asyncio tie callbacks to their arguments, is not in Python 3.10.

    def call_soon_threadsafe(  # type: ignore[override]
        self, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        self.crossings += 1
        return super().call_soon_threadsafe(callback, *args, context=context)

    def create_task(self, *args: Any, **options: Any) -> Any:
        self.tasks += 1
        return super().create_task(*args, **options)

    def call_at(  # type: ignore[override]
        self, when: float, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        self.timers += 1
        return super().call_at(when, callback, *args, context=context)
