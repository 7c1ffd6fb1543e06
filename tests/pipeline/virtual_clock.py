"""VirtualClock: time that passes only while all threads wait, so that an hour takes no time."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future

from syncgql.runtime.clock import Clock

PATIENCE = 120.0


class VirtualClock(Clock):
    """Runs threads one at a time. A thread that waits hands over to one whose event is set, or to the next in time."""

    def __init__(self, start: float = 1_700_000_000.0) -> None:
        super().__init__()
        self._start = start
        self._now = 0.0
        self._waiting: list[_Waiter] = []  # only the thread that runs touches it

    def monotonic(self) -> float:
        return self._now

    def time(self) -> float:
        return self._start + self._now

    def sleep(self, seconds: float) -> None:
        self._hand_over(_Waiter(self._now + seconds))

    def wait(self, event: threading.Event, seconds: float | None) -> None:
        if not event.is_set():
            self._hand_over(_Waiter(math.inf if seconds is None else self._now + seconds, event))

    def run(self, functions: Sequence[Callable[[], object]]) -> None:
        """Run each function in a thread of its own, to the end; raise what one of them raises."""
        outcomes: list[Future[None]] = [Future() for _ in functions]
        waiters = [_Waiter(self._now) for _ in functions]
        self._waiting.extend(waiters)
        arguments = zip(functions, waiters, outcomes, strict=True)
        threads = [threading.Thread(target=self._work, args=each, daemon=True) for each in arguments]
        for thread in threads:
            thread.start()
        self._next()
        for outcome in outcomes:
            outcome.result(PATIENCE)
        for thread in threads:
            thread.join(PATIENCE)

    def _work(self, function: Callable[[], object], waiter: _Waiter, outcome: Future[None]) -> None:
        waiter.go.wait()
        try:
            function()
        except BaseException as error:
            outcome.set_exception(error)
        else:
            outcome.set_result(None)
        self._next()

    def _hand_over(self, waiter: _Waiter) -> None:
        self._waiting.append(waiter)
        self._next()
        waiter.go.wait()

    def _next(self) -> None:
        if not self._waiting:
            return
        chosen = next((each for each in self._waiting if each.event is not None and each.event.is_set()), None)
        if chosen is None:
            chosen = min(self._waiting, key=lambda each: each.until)
            assert chosen.until < math.inf, "all threads wait for each other"
            self._now = max(self._now, chosen.until)
        self._waiting.remove(chosen)
        chosen.go.set()


class _Waiter:
    def __init__(self, until: float, event: threading.Event | None = None) -> None:
        self.until = until
        self.event = event
        self.go = threading.Event()
