"""Clock: the time, and waits that end when the client is closed."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable

from ..exceptions import ClientClosed
from .slices import SLICE


class Clock:
    """The clock of one client, with which its policies wait in the calling threads. Tests replace it."""

    def __init__(self) -> None:
        self._is_stopped = False
        self._waits: set[object] = set()

    @property
    def waiting(self) -> int:
        """The number of threads that wait."""
        return len(self._waits)

    def monotonic(self) -> float:
        """Return the seconds since some moment in the past; the value never decreases."""
        return time.monotonic()

    def time(self) -> float:
        """Return the seconds since the epoch, which servers use for dates."""
        return time.time()

    def sleep(self, seconds: float) -> None:
        """Wait in the calling thread. Ctrl-C ends the wait immediately, and ``stop()`` within a slice.

        Raises:
            ClientClosed: the client was closed.
        """
        self._wait(time.sleep, seconds)

    def wait(self, event: threading.Event, seconds: float | None) -> None:
        """Wait in the calling thread until an event is set, as ``sleep`` does; None for no limit.

        Raises:
            ClientClosed: the client was closed.
        """
        self._wait(event.wait, math.inf if seconds is None else seconds, event.is_set)

    def _wait(
        self, wait: Callable[[float], object], seconds: float, is_over: Callable[[], bool] = lambda: False
    ) -> None:
        end = self.monotonic() + seconds
        own = object()
        self._waits.add(own)  # no lock is needed: adding to a set and discarding are atomic
        try:
            while not self._is_stopped and not is_over() and (left := end - self.monotonic()) > 0:
                wait(min(left, SLICE))
        finally:
            self._waits.discard(own)
        if self._is_stopped:
            raise ClientClosed("The client was closed while a call was waiting to be sent.")

    def stop(self) -> None:
        """End all waits with ``ClientClosed``, now and later."""
        self._is_stopped = True

    def start(self) -> None:
        """Undo ``stop()``."""
        self._is_stopped = False
