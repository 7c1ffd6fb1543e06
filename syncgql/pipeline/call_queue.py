"""CallQueue: starts calls in order, up to a limit."""

from __future__ import annotations

from collections import deque

from .pending_calls import PendingCall


class CallQueue:
    """The calls of one thread that wait for their turn. The loop thread starts the next one when a call is done.

    There is no lock. The thread first adds a call and then checks whether there is room; the loop thread first makes
    room and then checks whether a call is waiting. So at least one of them sees that a call can start.

    Args:
        limit: the maximum number of calls that run at the same time.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._waiting: deque[PendingCall] = deque()
        self._running: set[PendingCall] = set()
        self._is_posted = False

    def add(self, call: PendingCall) -> None:
        """Start a call now, or when its turn comes."""
        self._waiting.append(call)
        if not self._is_posted and len(self._running) < self._limit:
            self._is_posted = True
            call.post(self._fill)

    def remove(self, call: PendingCall) -> None:
        """Start the next call after one is done; called in the thread where it ended."""
        if call in self._running:  # otherwise, the call was cancelled while it was waiting
            self._running.discard(call)
            self._fill()

    def clear(self) -> None:
        """Start no more calls; takes no lock and does not wait."""
        self._waiting.clear()

    def _fill(self) -> None:
        self._is_posted = False
        while len(self._running) < self._limit:
            try:
                call = self._waiting.popleft()
            except IndexError:
                return
            if call.start_on_loop():
                self._running.add(call)
