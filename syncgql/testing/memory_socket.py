"""MemorySessions: WebSockets to a Peer on the same event loop, without a network."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, cast

import aiohttp

from ..exceptions import TransportConnectionFailed
from ..protocol.http import public_url
from ..transport.aiohttp_session.session import SharedSession
from ..transport.aiohttp_session.upgrade_guard import UpgradeRefused
from .answers import Answers
from .peer import SUBPROTOCOL, Peer


class MemorySessions(SharedSession):
    """Replaces the aiohttp session of a WebSocket transport.

    Args:
        answers: the scripts that the peers play.
    """

    def __init__(self, answers: Answers) -> None:
        super().__init__()
        self._memory = MemorySession(answers)

    def acquire(self) -> aiohttp.ClientSession:
        """Return an object with the methods of a session that a WebSocket transport uses."""
        return cast(aiohttp.ClientSession, self._memory)

    def without_cookies(self) -> aiohttp.ClientSession:
        """Return the same object: sockets in memory have no cookies."""
        return cast(aiohttp.ClientSession, self._memory)

    async def release(self) -> None:
        """Wait until all connections have ended."""
        await self._memory.close()


class MemorySession:
    """The methods of ``aiohttp.ClientSession`` that a WebSocket transport uses.

    Args:
        answers: the scripts that the peers play.
    """

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._peers: set[asyncio.Task[None]] = set()

    async def ws_connect(self, url: Any, *, headers: Mapping[str, str], **options: Any) -> MemorySocket:
        """Open a connection to a new peer.

        Raises:
            UpgradeRefused: the script refuses the connection with an HTTP status.
            TransportConnectionFailed: the script refuses it without one.
        """
        refusal = self._answers.next_refusal()
        if refusal is not None and refusal.status is not None:
            raise UpgradeRefused(refusal.status, {}, refusal.body)
        if refusal is not None:
            raise TransportConnectionFailed(f"Could not connect to {public_url(str(url))}.", sent=False)
        socket = MemorySocket()
        peer = Peer(self._answers, MemoryWire(socket), headers, str(url))
        task = asyncio.get_running_loop().create_task(peer.serve())
        self._peers.add(task)
        task.add_done_callback(self._peers.discard)
        return socket

    async def close(self) -> None:
        """Wait until all peers have ended; the sockets are already closed."""
        if self._peers:
            await asyncio.wait(self._peers)


class MemorySocket:
    """The client's end, with the methods of ``aiohttp.ClientWebSocketResponse`` that a transport uses."""

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
        """Answer with a pong at once."""
        self.to_client.put_nowait(_message(aiohttp.WSMsgType.PONG, message))

    async def pong(self, message: bytes = b"") -> None:
        """Ignore the pong."""

    async def send_frame(self, message: bytes, opcode: aiohttp.WSMsgType) -> None:
        """Close the connection: a transport sends only close frames this way, and the peer answers at once."""
        await self.close()

    async def close(self, *, code: int = 1000, message: bytes = b"") -> bool:
        if not self.closed:
            self.end(aiohttp.WSMsgType.CLOSED)
        return True

    def end(self, kind: aiohttp.WSMsgType, data: Any = None, extra: Any = "") -> None:
        """Close the connection on both sides."""
        self.closed = True
        self.to_server.put_nowait(None)
        self.to_client.put_nowait(_message(kind, data, extra))

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return default


class MemoryWire:
    """The server's end of a ``MemorySocket``."""

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


make_message: Callable[..., aiohttp.WSMessage] = aiohttp.WSMessage  # a union for type checkers


def _message(kind: aiohttp.WSMsgType, data: Any = None, extra: Any = "") -> aiohttp.WSMessage:
    return make_message(kind, data, extra)
