"""CloseHandshake: how a socket is closed, whatever its peer does about it.

A polite end is a close frame from each side. A peer may never send its own, or read ours, so there is a limit, and in
the end the connection is cut in any case.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket as sockets
from collections.abc import Iterable

import aiohttp

ABORT_SECONDS = 0.1
"""How long a last word may take to a peer that is dead, or with which there is nothing to talk about."""


class CloseHandshake:
    """The end of one socket; to be made while that is open.

    Args:
        socket: the socket.
    """

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._raw: sockets.socket | None = socket.get_extra_info("socket")

    async def perform(
        self, code: int, reason: str = "", *, messages: Iterable[str] = (), seconds: float | None = ABORT_SECONDS
    ) -> None:
        """Send last messages and a close frame, wait for the peer's for so many seconds, None for ever, and hang up."""
        try:
            with contextlib.suppress(ConnectionError, asyncio.TimeoutError):
                await asyncio.wait_for(self._close(messages, code, reason), seconds)
        finally:
            self._shutdown()

    async def _close(self, messages: Iterable[str], code: int, reason: str) -> None:
        try:
            for message in messages:
                await self._socket.send_str(message)
        finally:
            await self._socket.close(code=code, message=cut_reason(reason))

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
