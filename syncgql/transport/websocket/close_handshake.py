"""CloseHandshake: closes a socket, whether its peer cooperates or not.

In a regular end each side sends a close frame. A peer may never send its own, or never read ours, so there is a limit,
after which the connection is cut.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket as sockets
from collections.abc import Awaitable, Iterable

import aiohttp

from ...exceptions import TransportError

ABORT_SECONDS = 0.1
"""How long closing may take if the peer is dead or its answer is not needed."""


class CloseHandshake:
    """The end of one socket; created while the socket is open.

    ``ClientWebSocketResponse.close()`` is called last, when there is nothing to wait for: it reads up to the peer's
    close frame without a pause, and would hold the loop for as long as a peer floods the socket.

    Args:
        socket: the socket, which does not answer a close frame by itself.
        seconds: how long to wait for the peer's close frame; None for no limit.

    Attributes:
        is_over: whether there is nothing more to wait for, so that what a peer still sends need not be read.
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
        """Send last messages and a close frame, wait for the peer's, and shut the socket down.

        Args:
            code: the close code.
            reason: what the close frame says.
            messages: what to send before it.
            seconds: how long all of it may take; None for no limit.
            reader: reads the socket and ends with the peer's close frame; None not to wait for that.
        """
        try:
            with contextlib.suppress(ConnectionError, asyncio.TimeoutError):
                await asyncio.wait_for(self._close(messages, code, reason, reader), seconds)
        finally:
            self.is_over = True
            self._shutdown()

    async def answer(self) -> None:
        """Answer the peer's close frame, unless ours went before it, and end the connection."""
        if self._is_said and not self._socket.closed:
            self._shutdown()  # so that no second one reaches the peer
            # Not in aiohttp's interface; without it close() reads what a flood has left.
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
        # Not left to close(): a forked child holds a copy of the descriptor, and a dead peer takes no data.
        if self._raw is not None:
            # By a duplicate: a transport may also run on a loop of the program's own, and what uvloop returns as its
            # socket has no shutdown().
            with contextlib.suppress(OSError), self._raw.dup() as duplicate:
                duplicate.shutdown(sockets.SHUT_RDWR)


def cut_reason(reason: str) -> bytes:
    """Return a close reason as UTF-8 of at most 123 bytes (RFC 6455, section 5.5), cut at a character."""
    return reason.encode(errors="replace")[:123].decode(errors="ignore").encode()


async def ignore_lost_connection(sending: Awaitable[object]) -> None:
    """Await a message being sent, and ignore that the connection is lost.

    The reader notices the loss after everything that the peer sent before.
    """
    with contextlib.suppress(TransportError, ConnectionError):
        await sending
