"""BackPressure: reads from a socket only as fast as its one consumer takes the events.

A sink that blocks has the socket to itself, so not reading slows the server down. That has a price: its pings are not
read, either. During a pause the client sends unsolicited pongs, as both subprotocols and WebSocket allow, but a server
may ignore them. The length of a pause is therefore remembered, for the message of an error that follows.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import aiohttp

from ...exceptions import TransportError
from ..base import EventSink

HEARTBEAT_SECONDS = 1.0
"""How often a server whose events are not being read gets a sign of life."""

CAUGHT_UP_SECONDS = 1.0
"""A message that took longer to come had not been waiting to be read; on a busy machine others take time, too."""

DRAINED_SECONDS = 60.0
"""After so long without a pause nothing is left of what a pause had held up."""


class BackPressure:
    """The pauses of one connection.

    Args:
        show_life: sends a sign of life.

    Attributes:
        held_up: seconds of the longest pause whose effects may last; 0 when there is none.
    """

    def __init__(self, show_life: Callable[[], Awaitable[object]]) -> None:
        self.held_up = 0.0
        self._show_life = show_life
        self._time = asyncio.get_running_loop().time
        self._paused_until = 0.0
        self._room: asyncio.Future[None] | None = None

    async def pause(self, sink: EventSink) -> None:
        """Return when the sink has room, or ``end`` was called."""
        since = self._time()
        room = self._room = asyncio.ensure_future(sink.wait_for_room())
        while not (await asyncio.wait({room}, timeout=HEARTBEAT_SECONDS))[0]:
            with contextlib.suppress(TransportError, ConnectionError, asyncio.TimeoutError):
                await asyncio.wait_for(self._show_life(), HEARTBEAT_SECONDS)
        self._room = None
        self._paused_until = self._time()
        seconds = self._paused_until - since
        if seconds >= HEARTBEAT_SECONDS:
            self.held_up = max(self.held_up, seconds)

    def end(self) -> None:
        """End the pause, if there is one."""
        if self._room is not None:
            self._room.cancel()

    async def receive(self, receive: Callable[[], Awaitable[aiohttp.WSMessage]]) -> aiohttp.WSMessage:
        """Receive a message that may have been held up, and see whether it was."""
        since = self._time()
        message = await receive()
        now = self._time()
        is_through = now - since > CAUGHT_UP_SECONDS or now - self._paused_until > DRAINED_SECONDS
        if is_through and message.type in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.PING):
            self.held_up = 0.0
        return message
