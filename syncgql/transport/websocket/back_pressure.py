"""BackPressure: reads from a socket only as fast as its single consumer processes the events.

A sink that blocks has its own socket, so not reading slows the server down. The server's pings are then not read
either. During a pause the client sends unsolicited pongs, which WebSocket and both subprotocols allow, but a server may
ignore them. A pause is therefore recorded, for the message of an error that follows and the length of the gap.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import aiohttp

from ...exceptions import TransportError
from ..base import EventSink

HEARTBEAT_SECONDS = 1.0
"""Seconds between the unsolicited pongs during a pause."""

CAUGHT_UP_SECONDS = 1.0
"""A message that takes more seconds to arrive was not waiting to be read; this allows for a busy machine."""

DRAINED_SECONDS = 60.0
"""After this many seconds without a pause, the backlog of the last pause has been read."""


class BackPressure:
    """The pauses of one connection.

    Args:
        show_life: sends an unsolicited pong.

    Attributes:
        held_up: seconds of the longest pause whose effects may last; 0 if there is none.
        behind_since: the loop's time when the first of these pauses began; None if there is none. Later events may not
            have been read yet, and are lost with the connection.
    """

    def __init__(self, show_life: Callable[[], Awaitable[object]]) -> None:
        self.held_up = 0.0
        self.behind_since: float | None = None
        self._show_life = show_life
        self._time = asyncio.get_running_loop().time
        self._paused_until = 0.0
        self._room: asyncio.Future[None] | None = None

    async def pause(self, sink: EventSink) -> None:
        """Wait until the sink has room or ``end()`` is called."""
        since = self._time()
        room = self._room = asyncio.ensure_future(sink.wait_for_room())
        while not (await asyncio.wait({room}, timeout=HEARTBEAT_SECONDS))[0]:
            with contextlib.suppress(TransportError, ConnectionError, asyncio.TimeoutError):
                await asyncio.wait_for(self._show_life(), HEARTBEAT_SECONDS)
        self._room = None
        self._paused_until = self._time()
        seconds = self._paused_until - since
        if seconds >= HEARTBEAT_SECONDS:
            if self.behind_since is None:
                self.behind_since = since
            self.held_up = max(self.held_up, seconds)

    def end(self) -> None:
        """End the pause, if there is one."""
        if self._room is not None:
            self._room.cancel()

    async def receive(self, receive: Callable[[], Awaitable[aiohttp.WSMessage]]) -> aiohttp.WSMessage:
        """Receive a message, and reset ``held_up`` if the backlog of the last pause has been read."""
        since = self._time()
        message = await receive()
        now = self._time()
        is_through = now - since > CAUGHT_UP_SECONDS or now - self._paused_until > DRAINED_SECONDS
        if is_through and message.type in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.PING):
            self.held_up, self.behind_since = 0.0, None
        return message
