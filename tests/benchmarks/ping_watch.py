"""Liveness as servers see it: pings, the time until each is answered, and a limit."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from .websocket_frames import frame

EVERY = 0.25  # seconds between two pings
PATIENCE = 4.0  # seconds without a pong after which the connection is cut, as in graphql-ws for Node after 12


class PingWatch:
    """Pings one connection."""

    last: PingWatch | None = None
    """The connection that was last watched."""

    def __init__(self, transport: asyncio.Transport) -> None:
        PingWatch.last = self
        self._transport = transport
        self._sent: dict[bytes, float] = {}
        self._worst = 0.0
        self._last_sign = time.monotonic()
        self._was_cut = False
        self._loop = asyncio.get_running_loop()
        self._timer = self._loop.call_soon(self._ping)

    def take_pong(self, payload: bytes) -> None:
        """Record a pong, including a pong without a ping."""
        now = self._last_sign = time.monotonic()
        if payload in self._sent:
            self._worst = max(self._worst, now - self._sent.pop(payload))

    def stop(self) -> None:
        """The connection is lost; the remaining pings stay unanswered."""
        self._timer.cancel()
        self._worst = self._worst_by_now()
        self._sent.clear()

    def report(self) -> dict[str, Any]:
        """Return the longest time that a ping waited, in seconds, and whether the connection was cut."""
        return {"worst": self._worst_by_now(), "cut": self._was_cut}

    def _worst_by_now(self) -> float:
        now = time.monotonic()
        return max([self._worst, *(now - sent for sent in self._sent.values())])

    def _ping(self) -> None:
        now = time.monotonic()
        if now - self._last_sign > PATIENCE:
            self._was_cut = True
            self._transport.abort()
            return
        payload = str(now).encode()
        self._sent[payload] = now
        self._transport.write(frame(9, payload))
        self._timer = self._loop.call_later(EVERY, self._ping)
