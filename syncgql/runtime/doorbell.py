"""Doorbell: lets one thread wait for news from others, for a limited time."""

from __future__ import annotations

import threading


class Doorbell:
    """Wakes the thread that waits, or that waits next.

    ``queue.SimpleQueue.get`` is not used with a timeout. Before Python 3.13 it computes the rest of the timeout again
    after it has taken its lock or a signal handler has run. If no time is left, the rest is negative, and it waits
    without a limit. ``Lock.acquire`` returns in that case.
    """

    __slots__ = ("_silent",)

    def __init__(self) -> None:
        self._silent = threading.Lock()  # locked until the bell rings
        self._silent.acquire()

    def ring(self) -> None:
        """Wake the thread. Never waits, so finalizers and the loop thread can call it.

        If the bell is already ringing, nothing needs to be done: the waiting thread looks for news after its wait.
        """
        if self._silent.locked():
            try:
                self._silent.release()
            except RuntimeError:  # another thread was faster
                pass

    def wait(self, seconds: float) -> bool:
        """Wait until the bell rings, and return True; return False if it does not ring within so many seconds."""
        return self._silent.acquire(timeout=seconds)
