"""Confirmations: gives up operations that the server does not confirm in time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import Context

from ...exceptions import TransportTimeout


class Confirmations:
    """The operations of one connection that wait for confirmation, each with a timer.

    Args:
        seconds: the limit for each operation; None for no limit.
        give_up: called with the id of an operation that was not confirmed in time.
    """

    def __init__(self, seconds: float | None, give_up: Callable[[str], object]) -> None:
        self._seconds = seconds
        self._give_up = give_up
        self._timers: dict[str, asyncio.TimerHandle] = {}

    def expect(self, id: str) -> None:
        """Start the timer of an operation."""
        if self._seconds is not None:
            loop = asyncio.get_running_loop()
            self._timers[id] = loop.call_later(self._seconds, self._run_out, id, context=Context())

    def settle(self, id: str) -> None:
        """Stop the timer of an operation that was confirmed or has ended."""
        if timer := self._timers.pop(id, None):
            timer.cancel()

    def stop(self) -> None:
        """Stop all timers."""
        for id in list(self._timers):
            self.settle(id)

    def timeout(self, url: str) -> TransportTimeout:
        """Return the error of an operation that was not confirmed in time."""
        seconds = self._seconds or 0.0
        return TransportTimeout(
            f"{url} did not confirm the subscription within ack_timeout, {seconds:g} s. It is safe to try again.",
            limit="ack_timeout",
            seconds=seconds,
        )

    def _run_out(self, id: str) -> None:
        del self._timers[id]
        self._give_up(id)
