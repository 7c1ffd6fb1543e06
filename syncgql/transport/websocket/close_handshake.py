"""CloseHandshake: closes a socket, whether its peer cooperates or not.

In a regular close each side sends a close frame. A peer may never send its own, or never read ours, so the connection
is cut after a time limit.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket as sockets
from collections.abc import Awaitable, Iterable

import aiohttp

from ...exceptions import TransportError

ABORT_SECONDS = 0.1
"""The limit for closing, in seconds, if the peer is dead or its close frame is not needed."""


class CloseHandshake:
    """The close handshake of one socket; created while the socket is open.

    ``ClientWebSocketResponse.close()`` is called last, when there is nothing to wait for. It reads up to the peer's
    close frame without yielding to the loop, and would block it for as long as a peer floods the socket.

    Args:
        socket: the socket, created with ``autoclose=False``.
        seconds: the limit for waiting for the peer's close frame; None for no limit.

    Attributes:
        is_over: whether there is nothing left to wait for, so that further messages need not be read.
    """

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, seconds: float | None = ABORT_SECONDS) -> None:
        self._socket = socket
        self._seconds = seconds
        self._raw: sockets.socket | None = socket.get_extra_info("socket")
        self._is_said = False
        self.is_over = False

    async def perform(
        self,
        code: int,
        reason: str = "",
        *,
        messages: Iterable[str] = (),
        seconds: float | None = ABORT_SECONDS,
        reader: asyncio.Task[None] | None = None,
    ) -> None:
        """Send final messages and a close frame, wait for the peer's close frame, and shut down the socket.

        Args:
            code: the close code.
            reason: the close reason.
            messages: the messages to send before the close frame.
            seconds: the limit for all of this; None for no limit.
            reader: the task that reads the socket and ends at the peer's close frame; None not to wait for it.
        """
        try:
            with contextlib.suppress(ConnectionError, asyncio.TimeoutError):
                await asyncio.wait_for(self._close(messages, code, reason, reader), seconds)
        finally:
            self.cut()

    def cut(self) -> None:
        """Shut down the socket, which ends ``perform()`` and the reader."""
        self.is_over = True
        self._shutdown()

    async def answer(self) -> None:
        """Answer the peer's close frame, unless ours was sent before, and end the connection."""
        if self._is_said and not self._socket.closed:
            self._shutdown()  # so that the peer receives no second close frame
            # Not a public attribute of aiohttp; without it, close() reads everything that a flood has left.
            self._socket._response.close()
        await self._socket.close()

    async def _close(self, messages: Iterable[str], code: int, reason: str, reader: asyncio.Task[None] | None) -> None:
        try:
            for message in messages:
                await self._socket.send_str(message)
        finally:
            if not self._socket.closed:
                self._is_said = True
                close = code.to_bytes(2, "big") + cut_reason(reason)
                await self._socket.send_frame(close, aiohttp.WSMsgType.CLOSE)
        if reader is not None:
            await asyncio.wait({reader}, timeout=self._seconds)

    def _shutdown(self) -> None:
        # close() is not enough: a forked child has a copy of the descriptor, and a dead peer accepts no data.
        if self._raw is not None:
            # Uses a duplicate, because a transport may run on a uvloop loop of the program, whose socket object has no
            # shutdown().
            with contextlib.suppress(OSError), self._raw.dup() as duplicate:
                duplicate.shutdown(sockets.SHUT_RDWR)


def cut_reason(reason: str) -> bytes:
    """Return a close reason as UTF-8 of at most 123 bytes (RFC 6455, section 5.5), cut at a character."""
    return reason.encode(errors="replace")[:123].decode(errors="ignore").encode()


async def ignore_lost_connection(sending: Awaitable[object]) -> None:
    """Await the sending of a message, and ignore a lost connection, which the reader detects after reading the rest."""
    with contextlib.suppress(TransportError, ConnectionError):
        await sending
