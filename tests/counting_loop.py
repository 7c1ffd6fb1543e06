"""CountingLoop: asyncio's loop, which counts operations whose cost does not depend on the speed of the machine."""

from __future__ import annotations

import asyncio
import selectors
import threading
from collections.abc import Callable
from contextvars import Context
from typing import Any


class CountingSelector(selectors.DefaultSelector):
    """Counts how often the loop polls for I/O without waiting, because callbacks are ready: once per iteration.

    Iterations that begin with a wait do not count, because their number depends on when bytes arrive.
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
    """Counts iterations, callbacks from other threads, tasks and timers.

    Attributes:
        idle: set while the loop waits, when nothing is counted.
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

    # Python 3.10 does not have TypeVarTuple, which asyncio's types use for the arguments of callbacks.

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
