"""The connectors of a session. PoolAndSockets keeps WebSockets out of the pool for requests; TCPConnector is the pool.

A ``ConnectionRequest`` specifies the kind of connection; ``PoolWait`` records that a request waits for one.
"""

from __future__ import annotations

import asyncio
import contextlib
import encodings.idna  # noqa: F401  # encodes host names; a fork during its import would leave it broken in the child
import os
import socket
from collections.abc import Awaitable, Coroutine
from contextvars import Context, ContextVar
from functools import partial
from types import SimpleNamespace
from typing import Any, NamedTuple

import aiohttp
from aiohttp import client_proto
from aiohttp.connector import Connection
from aiohttp.tracing import Trace

from ...deadline import Deadline
from ..single_use import SingleUseServers
from .response_guard import ResponseGuard
from .response_handler import ResponseHandler
from .tunnel import open_tunnel


class ConnectionRequest:
    """The request for the connection of one HTTP request or WebSocket.

    aiohttp passes no objects of the caller to a connector, so this object is passed in a context variable: set
    ``connection_request`` in the task that sends the request, before sending it.

    Args:
        deadline: the deadline of the call, in which its progress is recorded.
        is_own: whether to open a connection that does not count toward the limit of the pool and is closed at the end,
            for a WebSocket or an HTTP stream.

    Attributes:
        was_reused: whether the connection had carried another request; None if that is unknown, as with a session that
            the user created.
    """

    __slots__ = ("deadline", "is_own", "was_reused")

    def __init__(self, deadline: Deadline, *, is_own: bool = False) -> None:
        self.deadline = deadline
        self.is_own = is_own
        self.was_reused: bool | None = None


connection_request: ContextVar[ConnectionRequest | None] = ContextVar("connection_request", default=None)
"""The connection request of the current task; None for a request from the pool without one."""


class PoolWait(Trace):
    """A trace to which a connector reports its queue, for every call.

    A trace is the only public way to observe the queue of any connector. A trace that is added to the session would
    also receive all other events, which costs several microseconds per call.

    Args:
        pool: the connector.
    """

    def __init__(self, pool: aiohttp.BaseConnector) -> None:
        config = aiohttp.TraceConfig()
        config.freeze()
        super().__init__(None, config, SimpleNamespace())  # type: ignore[arg-type]  # the session is only passed on
        self._pool_size = min(filter(None, (pool.limit, pool.limit_per_host)), default=0)

    async def send_connection_queued_start(self) -> None:
        if (asked := connection_request.get()) is not None:
            asked.deadline.queued(self._pool_size)

    async def send_connection_queued_end(self) -> None:
        if (asked := connection_request.get()) is not None:
            asked.deadline.dequeued()

    async def send_connection_reuseconn(self) -> None:
        """Do nothing, without accessing the configuration, because most calls come here."""


class PoolAndSockets(aiohttp.BaseConnector):
    """Takes the connections of requests from a pool, and opens separate ones on request; see ``ConnectionRequest``.

    Subscriptions therefore use no connections of the pool, and its limits apply to requests only. A connection from the
    pool is reused only if nothing has arrived on it since its last response; otherwise the request uses another one.

    Args:
        pool: the connector with the user's settings, which also opens the connections of WebSockets.
        is_owner: whether closing this one closes the pool.
    """

    def __init__(self, pool: aiohttp.BaseConnector, *, is_owner: bool) -> None:
        super().__init__(limit=0, force_close=True)
        self.allowed_protocol_schema_set = pool.allowed_protocol_schema_set
        self.pool = pool
        self._is_owner = is_owner
        self._single_use = SingleUseServers()
        self._traces: list[Any] = [PoolWait(pool)]

    async def connect(
        self, req: aiohttp.ClientRequest, traces: list[Any], timeout: aiohttp.ClientTimeout
    ) -> Connection:
        asked = connection_request.get() or ConnectionRequest(Deadline())
        asked.deadline.is_connecting = True
        if asked.is_own:
            connection = await super().connect(req, traces, timeout)
            asked.was_reused = False
            asked.deadline.is_connected = True
            return connection
        traces = [*traces, *self._traces] if traces else self._traces
        while True:
            connection = await self.pool.connect(req, traces, timeout)
            protocol = connection.protocol
            if protocol is not None and protocol.is_connected():
                guard = ResponseGuard.of(protocol, req, self._single_use)
                if guard.begin():
                    asked.was_reused = guard.requests > 1
                    connection.add_callback(guard.end)
                    asked.deadline.is_connected = True
                    return connection
            connection.close()  # it ended or received data while it was idle; nothing has been written yet

    async def _create_connection(
        self, req: aiohttp.ClientRequest, traces: list[Any], timeout: aiohttp.ClientTimeout
    ) -> client_proto.ResponseHandler:
        # The method that all connectors implement, and that BaseConnector.connect() calls.
        protocol = await in_empty_context(self.pool._create_connection(req, traces, timeout))
        if req.proxy is not None and not req.is_ssl() and "Upgrade" in req.headers:
            await open_tunnel(protocol, req)
        return protocol

    def close(self, *, abort_ssl: bool = False) -> Awaitable[None]:
        closing = [super().close(abort_ssl=True)]
        if self._is_owner:
            closing.append(self.pool.close(abort_ssl=abort_ssl) if abort_ssl else self.pool.close())
        return _all_of(closing)


class TCPConnector(aiohttp.TCPConnector):
    """Opens connections in an empty context, on sockets that are shut down when they are closed.

    A loop runs the callbacks of a connection in the context in which it was opened. A connection opened within a call
    would therefore keep the context variables of that call alive: a request, a user, a trace.

    A connection whose certificate does not have the pinned fingerprint is aborted. aiohttp only starts to close it, so
    a server that does not close its side would keep it open longer than the loop.

    The connections use ``ResponseHandler``, which ends a malformed body.

    These methods and ``_factory`` are not part of aiohttp's public interface. If aiohttp does not use them, connections
    still work.
    """

    def __init__(self, limit: int = 100) -> None:
        super().__init__(limit=limit, socket_factory=_open)
        self._factory = partial(ResponseHandler, self._loop)  # type: ignore[assignment]  # partial is invariant

    async def _create_connection(
        self, req: aiohttp.ClientRequest, traces: list[Any], timeout: aiohttp.ClientTimeout
    ) -> client_proto.ResponseHandler:
        return await in_empty_context(super()._create_connection(req, traces, timeout))

    async def _wrap_create_connection(
        self, *args: Any, req: aiohttp.ClientRequest, **options: Any
    ) -> tuple[asyncio.Transport, client_proto.ResponseHandler]:
        transport, protocol = await super()._wrap_create_connection(*args, req=req, **options)
        fingerprint = self._get_fingerprint(req)
        if fingerprint is not None:
            try:
                fingerprint.check(transport)
            except aiohttp.ServerFingerprintMismatch:
                # Called later, because aiohttp repeats the check now, and then tries the next address or raises.
                asyncio.get_running_loop().call_soon(transport.abort)
        return transport, protocol

    async def _start_tls_connection(
        self, underlying_transport: asyncio.Transport, *args: Any, **options: Any
    ) -> tuple[asyncio.BaseTransport, client_proto.ResponseHandler]:
        try:
            return await super()._start_tls_connection(underlying_transport, *args, **options)
        except aiohttp.ServerFingerprintMismatch:
            underlying_transport.abort()
            raise

    def _release(self, *args: Any, **options: Any) -> None:
        # This sets the timer that closes idle connections.
        Context().run(super()._release, *args, **options)


class Socket(socket.socket):
    """A socket whose connection ends when the process that opened it closes it.

    A forked child holds a copy of the descriptor. While the child lives, ``close()`` in the parent does not end the
    connection, and the server does not learn that a request was cancelled.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._pid = os.getpid()

    def close(self) -> None:
        if self._pid == os.getpid():
            with contextlib.suppress(OSError):  # not connected, or no longer connected
                self.shutdown(socket.SHUT_RDWR)
        super().close()


async def in_empty_context(
    opening: Coroutine[Any, Any, client_proto.ResponseHandler],
) -> client_proto.ResponseHandler:
    """Open a connection outside the caller's context."""
    task = Context().run(asyncio.get_running_loop().create_task, opening)
    try:
        return await task
    except asyncio.CancelledError:
        # It may have opened at the same moment, when nothing else refers to it.
        task.add_done_callback(_close_unwanted)
        raise


def _close_unwanted(opening: asyncio.Task[client_proto.ResponseHandler]) -> None:
    if not opening.cancelled() and opening.exception() is None:
        opening.result().close()


def _open(address: aiohttp.AddrInfoType) -> socket.socket:
    family, kind, protocol, _, _ = address
    return Socket(family, kind, protocol)


class ConnectionCounts(NamedTuple):
    """The connections of a session at one moment.

    Attributes:
        open: all of them, idle ones included.
        idle: those that are idle in the pool.
    """

    open: int = 0
    idle: int = 0


def connection_counts(connector: aiohttp.BaseConnector | None) -> ConnectionCounts:
    """Count the connections of a connector; may be called in any thread.

    The attributes are not part of aiohttp's public interface, which counts nothing.
    """
    if connector is None:
        return ConnectionCounts()
    # The loop thread changes the collections meanwhile; copying one is atomic.
    waiting = [protocol for queue in list(connector._conns.values()) for protocol, _ in list(queue)]
    idle = sum(protocol.is_connected() for protocol in waiting)
    own = ConnectionCounts(len(connector._acquired) + idle, idle)
    if not isinstance(connector, PoolAndSockets):
        return own
    pool = connection_counts(connector.pool)
    return ConnectionCounts(own.open + pool.open, own.idle + pool.idle)


async def _all_of(awaitables: list[Awaitable[None]]) -> None:
    for awaitable in awaitables:
        await awaitable
