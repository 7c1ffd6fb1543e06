"""Waiting in slices, so that Ctrl-C is never lost.

A signal that arrives after the interpreter's last check for signals, but before the thread waits for a lock, does not
interrupt the wait: its handler runs after it. Some waits are never interrupted by signals (Windows before 3.14:
https://github.com/python/cpython/issues/125541). So no wait is longer than a slice, as in psycopg.
"""

from __future__ import annotations

import threading

SLICE = 0.1
"""The seconds after which a waiting thread checks for signals."""


def acquire(lock: threading.Lock) -> None:
    """Wait for a lock."""
    while not lock.acquire(timeout=SLICE):
        pass


def wait(event: threading.Event, timeout: float | None = None) -> None:
    """Wait until an event is set, for at most *timeout* seconds. A wait with a timeout is not sliced."""
    if timeout is not None:
        event.wait(timeout)
        return
    while not event.wait(SLICE):
        pass


def join(thread: threading.Thread, timeout: float | None = None) -> None:
    """Wait until a thread has ended, for at most *timeout* seconds. A wait with a timeout is not sliced."""
    if timeout is not None:
        thread.join(timeout)
        return
    while thread.is_alive():
        thread.join(SLICE)
