"""WebSocketPool: which link carries an operation."""

from __future__ import annotations

import asyncio

import aiohttp

from ...deadline import Deadline
from ...exceptions import TransportClosed
from ...protocol.http import public_url
from ...request import GraphQLRequest
from ..aiohttp_session.session import SharedSession
from ..recovery.policy import ReconnectPolicy
from .active_operation import ActiveOperation
from .connection import WebSocketConnection
from .connector import WebSocketConnector
from .handshake import Handshake
from .reconnecting_connection import Opener, ReconnectingConnection


class WebSocketPool(Opener):
    """The links of one transport: shared ones, and one for each operation that may hold its socket up.

    There is one shared link as a rule. More are made when the server says that it takes no more operations on one
    connection.

    Args:
        connector: opens sockets.
        shared_session: the session to open them with.
        policy: when a lost socket is opened again; None for never.
    """

    def __init__(
        self,
        connector: WebSocketConnector,
        shared_session: SharedSession,
        policy: ReconnectPolicy | None,
    ) -> None:
        self.connections: set[WebSocketConnection] = set()
        self._connector = connector
        self._shared_session = shared_session
        self._policy = policy
        self._session: aiohttp.ClientSession | None = None
        self._is_closed = False
        self._links: set[ReconnectingConnection] = set()
        self._shared: list[ReconnectingConnection] = []
        self._emptied = asyncio.Event()

    @property
    def has_shared(self) -> bool:
        """Whether there is a shared link, so that a handshake is not likely to be needed."""
        return bool(self._shared)

    def open(self) -> None:
        """Make the session, also after ``close``; does nothing when there is one."""
        self._is_closed = False
        if self._session is None:
            self._session = self._shared_session.acquire()

    async def close(self) -> None:
        """End every operation, close every socket, then the session unless another transport uses it."""
        self._is_closed = True
        links = list(self._links)
        for link in links:
            link.close()
        for link in links:
            await link.wait_closed()
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

    async def connect(self) -> None:
        """Open a shared socket; does nothing when there is one.

        Raises:
            TransportError: there was no connection, or the server refused it.
        """
        self.open()
        link = self._shared[0] if self._shared else self._new_shared_link(None)
        await link.connect()

    async def start(self, operation: ActiveOperation, handshake: Handshake | None, deadline: Deadline | None) -> None:
        """Run an operation; returns when it is on the wire.

        Args:
            operation: what to run.
            handshake: what a new socket is opened with; None has it made when it is needed.
            deadline: when the caller stops waiting; None for no limit.

        Raises:
            TransportClosed: the transport was closed.
            TransportError: there was no connection, or the server refused it.
        """
        if self._is_closed:
            raise TransportClosed("The transport is closed; call connect() to open it again.", sent=False)
        self.open()
        if operation.sink.blocks:
            link = self._new_link(idle_timeout=0)
        else:
            link = self._shared_link(None if handshake is None else handshake.credentials)
        await link.start(operation, handshake, deadline)

    # -- what links ask for

    @property
    def target(self) -> str:
        return public_url(self._connector.dialect.url)

    @property
    def is_refreshable(self) -> bool:
        return self._connector.dialect.is_refreshable

    def handshake(self) -> Handshake:
        return self._connector.dialect.handshake()

    def payload(self, request: GraphQLRequest) -> str:
        return self._connector.dialect.payload(request)

    async def open_socket(self, handshake: Handshake, link: ReconnectingConnection) -> WebSocketConnection:
        if self._session is None:
            raise TransportClosed("The transport is closed; call connect() to open it again.", sent=False)
        session = self._shared_session.without_cookies() if handshake.is_personal else self._session
        return await self._connector.connect(session, handshake, link, on_open=self.connections.add, on_end=self._ended)

    # -- links

    def _shared_link(self, credentials: object) -> ReconnectingConnection:
        for link in self._shared:
            if link.has_room and link.credentials == credentials:
                return link
        return self._new_shared_link(credentials)

    def _new_shared_link(self, credentials: object) -> ReconnectingConnection:
        link = self._new_link(idle_timeout=self._connector.options.idle_timeout)
        link.credentials = credentials
        self._shared.append(link)
        return link

    def _new_link(self, *, idle_timeout: float | None) -> ReconnectingConnection:
        link = ReconnectingConnection(
            self, self._policy, idle_timeout=idle_timeout, on_rejected=self._move, on_unused=self._drop
        )
        self._links.add(link)
        return link

    def _move(self, operation: ActiveOperation) -> None:
        credentials = operation.link.credentials if operation.link is not None else None
        self._shared_link(credentials).add(operation)

    def _drop(self, link: ReconnectingConnection) -> None:
        self._links.discard(link)
        if link in self._shared:
            self._shared.remove(link)

    def _ended(self, connection: WebSocketConnection) -> None:
        self.connections.discard(connection)
        if not self.connections:
            self._emptied.set()
