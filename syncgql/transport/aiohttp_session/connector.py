"""PoolAndSockets: the connector of a session, which keeps WebSockets out of the pool for requests.

A request says with a ``ConnectionRequest`` which kind of connection it needs; ``PoolWait`` notes when it waits for one.
"""

from __future__ import annotations

from collections.abc import Awaitable
from contextvars import ContextVar
from types import SimpleNamespace
from typing import Any

import aiohttp
from aiohttp.client_proto import ResponseHandler
from aiohttp.connector import Connection
from aiohttp.tracing import Trace

from ...deadline import Deadline
from ..single_use import SingleUseServers
from .answer_guard import AnswerGuard
from .tcp_connector import in_empty_context
from .tunnel import open_tunnel


class ConnectionRequest:
    """How one HTTP request or WebSocket gets its connection.

    aiohttp passes nothing of the caller's through to a connector, so this travels in a context variable: set
    ``connection_request`` in the task that sends the request, before it does.

    Args:
        deadline: of the call; its progress is noted there.
        is_own: whether to open a connection that takes no slot of the pool and is closed at the end, as a WebSocket and
            an HTTP stream need it.

    Attributes:
        was_reused: whether the connection had carried another request; None when that is unknown, as with a session of
            the user's.
    """

    __slots__ = ("deadline", "is_own", "was_reused")

    def __init__(self, deadline: Deadline, *, is_own: bool = False) -> None:
        self.deadline = deadline
        self.is_own = is_own
        self.was_reused: bool | None = None


connection_request: ContextVar[ConnectionRequest | None] = ContextVar("connection_request", default=None)
"""The connection request of the current task; None for a request from the pool that nothing is known of."""


class PoolWait(Trace):
    """What a connector reports its queue to, for every call.

    A trace of aiohttp is the only public way to learn of the queue of any connector. A trace that is added to the
    session takes part in everything else, too, which costs each call several microseconds.

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
        """Do nothing, without looking at the configuration, because most calls come here."""


class PoolAndSockets(aiohttp.BaseConnector):
    """Takes the connections of requests from a pool, and opens others on request, see ``ConnectionRequest``.

    Subscriptions therefore take no slots of the pool, and its limits hold for requests alone. A connection
    from the pool is used again only if nothing arrived on it since its last answer; otherwise the request takes another
    one.

    Args:
        pool: the connector with the user's settings; opens the connections of WebSockets too.
        is_owner: whether closing this one closes the pool.
    """

    def __init__(self, pool: aiohttp.BaseConnector, *, is_owner: bool) -> None:
        super().__init__(limit=0, force_close=True)
        self.allowed_protocol_schema_set = pool.allowed_protocol_schema_set
        self._pool = pool
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
            connection = await self._pool.connect(req, traces, timeout)
            protocol = connection.protocol
            if protocol is not None and protocol.is_connected():
                guard = AnswerGuard.of(protocol, req, self._single_use)
                if guard.begin():
                    asked.was_reused = guard.requests > 1
                    connection.add_callback(guard.end)
                    asked.deadline.is_connected = True
                    return connection
            connection.close()  # it ended, or something arrived on it, while it was idle; nothing has been written yet

    async def _create_connection(
        self, req: aiohttp.ClientRequest, traces: list[Any], timeout: aiohttp.ClientTimeout
    ) -> ResponseHandler:
        # What every kind of connector implements, and what BaseConnector.connect calls.
        protocol = await in_empty_context(self._pool._create_connection(req, traces, timeout))
        if req.proxy is not None and not req.is_ssl() and "Upgrade" in req.headers:
            await open_tunnel(protocol, req)
        return protocol

    def close(self, *, abort_ssl: bool = False) -> Awaitable[None]:
        closing = [super().close(abort_ssl=True)]
        if self._is_owner:
            closing.append(self._pool.close(abort_ssl=abort_ssl) if abort_ssl else self._pool.close())
        return _all_of(closing)


async def _all_of(awaitables: list[Awaitable[None]]) -> None:
    for awaitable in awaitables:
        await awaitable
