"""Clock: the time, and waits that end when the client is closed."""

from __future__ import annotations

import threading
import time

from ..exceptions import ClientClosed
from .slices import SLICE


class Clock:
    """The clock of one client, by which its policies wait in the calling threads. Tests use one of their own.

    A thread waits for a lock of its own, which ``stop`` releases. Adding to and copying a dict are atomic, so there is
    no other lock; a wait that begins while ``stop`` runs sees that the clock has stopped.
    """

    def __init__(self) -> None:
        self._waits: dict[int, threading.Lock] = {}
        self._is_stopped = False

    def monotonic(self) -> float:
        """Return the seconds since some moment in the past; they never go back."""
        return time.monotonic()

    def time(self) -> float:
        """Return the seconds since 1970, which servers use for dates."""
        return time.time()

    def sleep(self, seconds: float) -> None:
        """Wait in the calling thread; Ctrl-C ends the wait at once.

        Raises:
            ClientClosed: the client was closed.
        """
        if seconds > 0 and not self._is_stopped:
            lock = threading.Lock()
            lock.acquire()
            self._waits[id(lock)] = lock
            try:
                self._wait(lock, self.monotonic() + seconds)
            finally:
                del self._waits[id(lock)]
        if self._is_stopped:
            raise ClientClosed("The client was closed while a call was waiting to be sent.")

    def stop(self) -> None:
        """End all waits with ``ClientClosed``, now and later."""
        self._is_stopped = True
        for lock in list(self._waits.values()):
            lock.release()

    def start(self) -> None:
        """Undo ``stop``."""
        self._is_stopped = False

    def _wait(self, lock: threading.Lock, end: float) -> None:
        while not self._is_stopped and (left := end - self.monotonic()) > 0:
            if lock.acquire(timeout=min(left, SLICE)):  # in slices, so that Ctrl-C is not lost
                return
