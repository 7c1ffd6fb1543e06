"""WebSocketPool: which socket carries an operation, and how long a socket lives."""

from __future__ import annotations

import asyncio

import aiohttp

from ..exceptions import TransportClosed
from .handshake import Handshake
from .session import SharedSession
from .websocket_connection import WebSocketConnection
from .websocket_connector import WebSocketConnector


class WebSocketPool:
    """The sockets of one transport: a shared one, and one for each operation that may hold its socket up.

    Args:
        connector: opens sockets.
        shared_session: the session to open them with.
    """

    def __init__(self, connector: WebSocketConnector, shared_session: SharedSession) -> None:
        self.connections: set[WebSocketConnection] = set()
        self.shared: WebSocketConnection | None = None
        self._connector = connector
        self._shared_session = shared_session
        self._session: aiohttp.ClientSession | None = None
        self._is_closed = False
        self._opening = asyncio.Lock()
        self._emptied = asyncio.Event()

    def open(self) -> None:
        """Make the session, also after ``close``; does nothing when there is one."""
        self._is_closed = False
        if self._session is None:
            self._session = self._shared_session.acquire()

    async def close(self) -> None:
        """Close every socket, then the session unless another transport uses it."""
        self._is_closed = True
        for connection in list(self.connections):
            connection.close_soon()
        for connection in list(self.connections):
            await connection.close()
        if self._session is not None:
            self._session = None
            await self._shared_session.release()

    async def wait_closed(self) -> None:
        """Return when no socket is open."""
        while self.connections:
            self._emptied.clear()
            await self._emptied.wait()

    async def lease(self, handshake: Handshake | None, *, dedicated: bool) -> WebSocketConnection:
        """Return a connection: one for the caller alone, or the shared one.

        Args:
            handshake: what a new connection is opened with; None has it made in a worker thread when it is needed.
            dedicated: whether the connection is for one operation, with whose end it is closed.

        Raises:
            TransportClosed: the transport was closed.
            TransportError: there was no connection, or the server refused it.
        """
        if self._is_closed:
            raise TransportClosed("The transport is closed; call connect() to open it again.")
        self.open()
        if dedicated:
            return await self._connect(handshake, dedicated=True)
        if self.shared is not None and self.shared.is_open:
            return self.shared
        async with self._opening:
            if self.shared is None or not self.shared.is_open:
                self.shared = await self._connect(handshake, dedicated=False)
            return self.shared

    async def _connect(self, handshake: Handshake | None, *, dedicated: bool) -> WebSocketConnection:
        if self._session is None:
            raise TransportClosed("The transport is closed; call connect() to open it again.")
        return await self._connector.connect(
            self._session,
            handshake,
            on_open=self.connections.add,
            on_idle=WebSocketConnection.close_soon if dedicated else _keep,
            on_end=self._ended,
        )

    def _ended(self, connection: WebSocketConnection) -> None:
        self.connections.discard(connection)
        if not self.connections:
            self._emptied.set()


def _keep(connection: WebSocketConnection) -> None:
    """Let a shared socket wait for its next operation."""
