"""MemorySessions: open WebSockets that lead to a Peer in the same loop, with no network between."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, cast

import aiohttp

from ..transport.aiohttp_session.session import SharedSession
from .answers import Answers
from .peer import SUBPROTOCOL, Peer


class MemorySessions(SharedSession):
    """Takes the place of the session under a WebSocket transport.

    Args:
        answers: what the other side plays.
    """

    def __init__(self, answers: Answers) -> None:
        super().__init__()
        self._memory = MemorySession(answers)

    def acquire(self) -> aiohttp.ClientSession:
        """Return a session that has what a WebSocket transport uses of one."""
        return cast(aiohttp.ClientSession, self._memory)

    async def release(self) -> None:
        """Wait until everything has ended."""
        await self._memory.close()


class MemorySession:
    """What a WebSocket transport needs of an ``aiohttp.ClientSession``.

    Args:
        answers: what the other side plays.
    """

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._peers: set[asyncio.Task[None]] = set()

    async def ws_connect(self, url: Any, *, headers: Mapping[str, str], **options: Any) -> MemorySocket:
        """Open a socket."""
        socket = MemorySocket()
        peer = Peer(self._answers, MemoryWire(socket), headers, str(url))
        task = asyncio.get_running_loop().create_task(peer.serve())
        self._peers.add(task)
        task.add_done_callback(self._peers.discard)
        return socket

    async def close(self) -> None:
        """Wait until every peer has gone; the sockets are closed by now."""
        if self._peers:
            await asyncio.wait(self._peers)


class MemorySocket:
    """The client's end, with the methods of ``aiohttp.ClientWebSocketResponse`` that are used."""

    protocol = SUBPROTOCOL

    def __init__(self) -> None:
        self.to_server: asyncio.Queue[str | None] = asyncio.Queue()
        self.to_client: asyncio.Queue[aiohttp.WSMessage] = asyncio.Queue()
        self.closed = False

    async def send_str(self, text: str) -> None:
        if self.closed:
            raise ConnectionResetError("The connection is closed.")
        self.to_server.put_nowait(text)

    async def receive(self) -> aiohttp.WSMessage:
        return await self.to_client.get()

    async def ping(self, message: bytes = b"") -> None:
        """A ping is answered at once."""
        self.to_client.put_nowait(_message(aiohttp.WSMsgType.PONG, message))

    async def pong(self, message: bytes = b"") -> None:
        """A pong is for nobody."""

    async def send_frame(self, message: bytes, opcode: aiohttp.WSMsgType) -> None:
        """Send the only frame that is sent like this, the close frame; the other side answers it at once."""
        await self.close()

    async def close(self, *, code: int = 1000, message: bytes = b"") -> bool:
        if not self.closed:
            self.end(aiohttp.WSMsgType.CLOSED)
        return True

    def end(self, kind: aiohttp.WSMsgType, data: Any = None, extra: Any = "") -> None:
        """Let both sides find the connection closed."""
        self.closed = True
        self.to_server.put_nowait(None)
        self.to_client.put_nowait(_message(kind, data, extra))

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return default


class MemoryWire:
    """The server's end."""

    def __init__(self, socket: MemorySocket) -> None:
        self._socket = socket

    async def send(self, text: str) -> None:
        if not self._socket.closed:
            self._socket.to_client.put_nowait(_message(aiohttp.WSMsgType.TEXT, text))

    async def receive(self) -> str | None:
        return None if self._socket.closed else await self._socket.to_server.get()

    async def close(self, code: int | None, reason: str) -> None:
        if self._socket.closed:
            return
        if code is None:
            self._socket.end(aiohttp.WSMsgType.CLOSED)
        else:
            self._socket.end(aiohttp.WSMsgType.CLOSE, code, reason)


make_message: Callable[..., aiohttp.WSMessage] = aiohttp.WSMessage  # a NamedTuple, or a union of some for type checkers


def _message(kind: aiohttp.WSMsgType, data: Any = None, extra: Any = "") -> aiohttp.WSMessage:
    return make_message(kind, data, extra)
