"""WebSocketPool: chooses the connection for each operation."""

from __future__ import annotations

import asyncio

import aiohttp

from ...deadline import Deadline
from ...exceptions import TransportClosed
from ..aiohttp_session.session import SharedSession
from ..recovery.policy import ReconnectPolicy
from .active_operation import ActiveOperation
from .connection import Listener, WebSocketConnection
from .connector import WebSocketConnector
from .handshake import Handshake
from .reconnecting_connection import OnCarried, ReconnectingConnection


class WebSocketPool:
    """The connections of one transport: shared ones, and a separate one for each operation that may pause reading.

    Usually there is one shared connection. Further ones are created for operations with different credentials, or if
    the server accepts no more operations on the first.

    Args:
        connector: opens sockets.
        shared_session: the session to open them with.
        policy: when to reconnect; None for never.

    Attributes:
        sockets: the sockets that are not yet closed.
    """

    def __init__(
        self,
        connector: WebSocketConnector,
        shared_session: SharedSession,
        policy: ReconnectPolicy | None,
    ) -> None:
        self.sockets: set[WebSocketConnection] = set()
        self._connector = connector
        self._shared_session = shared_session
        self._policy = policy
        self._session: aiohttp.ClientSession | None = None
        self._is_closed = False
        self._connections: set[ReconnectingConnection] = set()
        self._shared: list[ReconnectingConnection] = []
        self._emptied = asyncio.Event()

    @property
    def has_shared(self) -> bool:
        """Whether there is a shared connection, so that an operation probably needs no handshake."""
        return bool(self._shared)

    @property
    def handshake(self) -> Handshake | None:
        """The latest handshake of the shared connection; None if there is none. May be read in any thread."""
        return next((connection.tried for connection in tuple(self._shared)), None)

    @property
    def where(self) -> str:
        """The URL without parts that may be secret."""
        return self._connector.where

    @property
    def subprotocols(self) -> str:
        """The subprotocols that are offered."""
        return ", ".join(self._connector.dialect.protocols)

    def open(self) -> None:
        """Create the session, also after ``close()``. Does nothing if there is one."""
        self._is_closed = False
        if self._session is None:
            self._session = self._shared_session.acquire()

    async def close(self) -> None:
        """End all operations and close all sockets, then the session unless another transport uses it.

        If this is cancelled, it does the same without waiting for the servers any longer.
        """
        self._is_closed = True
        connections = list(self._connections)
        for connection in connections:
            connection.close()
        try:
            for connection in connections:
                await connection.wait_closed()
            for socket in list(self.sockets):
                await socket.close()
        except asyncio.CancelledError:
            for socket in list(self.sockets):
                await socket.cut()
            raise
        finally:
            if self._session is not None:
                self._session = None
                await self._shared_session.release()

    async def wait_closed(self) -> None:
        """Wait until all sockets are closed."""
        while self.sockets:
            self._emptied.clear()
            await self._emptied.wait()

    async def connect(self) -> None:
        """Open the socket of a shared connection. Does nothing if it is open.

        Raises:
            TransportError: it could not be opened, or the server refused it.
        """
        self.open()
        connection = self._shared[0] if self._shared else self._new_shared_connection(None)
        await connection.connect()

    async def start(
        self,
        operation: ActiveOperation,
        on_carried: OnCarried,
        handshake: Handshake | None,
        deadline: Deadline | None,
    ) -> None:
        """Run an operation; return when it was sent.

        Args:
            operation: the operation.
            on_carried: called with the connection that it runs on, and again if it moves to another.
            handshake: for a new socket; None to compute it when it is needed.
            deadline: the deadline of the caller; None for no limit.

        Raises:
            TransportClosed: the transport was closed.
            TransportError: there was no connection, or the server refused it.
        """
        if self._is_closed:
            raise _closed()
        self.open()
        if operation.sink.blocks:
            connection = self._new_connection(idle_timeout=0)
        else:
            connection = self._shared_connection(None if handshake is None else handshake.credentials)
        await connection.start(operation, on_carried, handshake, deadline)

    def _shared_connection(self, credentials: object) -> ReconnectingConnection:
        for connection in self._shared:
            if connection.has_room and connection.credentials == credentials:
                return connection
        return self._new_shared_connection(credentials)

    def _new_shared_connection(self, credentials: object) -> ReconnectingConnection:
        connection = self._new_connection(idle_timeout=self._connector.options.idle_timeout)
        connection.credentials = credentials
        self._shared.append(connection)
        return connection

    def _new_connection(self, *, idle_timeout: float | None) -> ReconnectingConnection:
        connection = ReconnectingConnection(
            self._connector.dialect,
            self._open_socket,
            self._policy,
            idle_timeout=idle_timeout,
            on_rejected=self._move,
            on_unused=self._drop,
        )
        self._connections.add(connection)
        return connection

    async def _open_socket(self, handshake: Handshake, listener: Listener) -> WebSocketConnection:
        if self._session is None:
            raise _closed()
        session = self._shared_session.without_cookies() if handshake.is_personal else self._session
        return await self._connector.connect(
            session, handshake, listener, on_open=self.sockets.add, on_end=self._socket_closed
        )

    def _move(self, connection: ReconnectingConnection, operation: ActiveOperation, on_carried: OnCarried) -> None:
        self._shared_connection(connection.credentials).add(operation, on_carried)

    def _drop(self, connection: ReconnectingConnection) -> None:
        self._connections.discard(connection)
        if connection in self._shared:
            self._shared.remove(connection)

    def _socket_closed(self, socket: WebSocketConnection) -> None:
        self.sockets.discard(socket)
        if not self.sockets:
            self._emptied.set()


def _closed() -> TransportClosed:
    return TransportClosed("The transport is closed; call connect() to open it again.", sent=False)
