"""Waiting in slices, so that Ctrl-C is never lost.

A signal that arrives after the interpreter has last looked for one, and before the thread waits for a lock, does not
end the wait: its handler runs when the wait is over. Some waits do not end for signals at all (Windows before 3.14:
https://github.com/python/cpython/issues/125541). So no wait is longer than a slice, as in psycopg.
"""

from __future__ import annotations

import threading

SLICE = 0.1
"""Seconds after which a waiting thread looks for signals."""


def acquire(lock: threading.Lock) -> None:
    """Wait for a lock."""
    while not lock.acquire(timeout=SLICE):
        pass


def wait(event: threading.Event, timeout: float | None = None) -> None:
    """Wait until an event is set, at most *timeout* seconds; such a wait is short enough as it is."""
    if timeout is not None:
        event.wait(timeout)
        return
    while not event.wait(SLICE):
        pass


def join(thread: threading.Thread, timeout: float | None = None) -> None:
    """Wait until a thread has ended, at most *timeout* seconds; such a wait is short enough as it is."""
    if timeout is not None:
        thread.join(timeout)
        return
    while thread.is_alive():
        thread.join(SLICE)
