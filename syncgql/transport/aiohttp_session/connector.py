"""PoolAndSockets: the connector of a session, which keeps WebSockets out of the pool for requests."""

from __future__ import annotations

from collections.abc import Awaitable
from contextvars import ContextVar
from typing import Any

import aiohttp
from aiohttp.client_proto import ResponseHandler
from aiohttp.connector import Connection

from ..single_use import SingleUseServers
from .answer_guard import AnswerGuard
from .pool_wait import PoolWait, call_deadline
from .tcp_connector import in_empty_context
from .tunnel import open_tunnel

connection_was_reused: ContextVar[bool | None] = ContextVar("connection_was_reused", default=None)
"""Whether the latest request of the task reused a connection; None if that is unknown."""


class PoolAndSockets(aiohttp.BaseConnector):
    """A connector that takes connections for requests from a pool, and opens a separate one for each WebSocket.

    WebSockets therefore take no slot of the pool, whose limits apply to requests alone. A pooled connection is reused
    only if no bytes arrived on it after its last response; otherwise the request takes another one.

    Args:
        pool: the connector with the user's settings, which also opens the connections for WebSockets.
        is_owner: whether closing this connector closes the pool.
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
        if "Upgrade" in req.headers:
            return await super().connect(req, traces, timeout)
        traces = [*traces, *self._traces] if traces else self._traces
        deadline = call_deadline.get()
        if deadline is not None:
            deadline.connecting()
        while True:
            connection = await self._pool.connect(req, traces, timeout)
            protocol = connection.protocol
            if protocol is not None and protocol.is_connected():
                guard = AnswerGuard.of(protocol)
                if guard is None or guard.is_clean():
                    connection_was_reused.set(guard is not None)
                    guard = guard or AnswerGuard.install(protocol, req, self._single_use)
                    guard.begin()
                    connection.add_callback(guard.end)
                    if deadline is not None:
                        deadline.connected()
                    return connection
            connection.close()  # it ended, or received bytes, while idle; nothing of this request was written

    async def _create_connection(
        self, req: aiohttp.ClientRequest, traces: list[Any], timeout: aiohttp.ClientTimeout
    ) -> ResponseHandler:
        # Private, but BaseConnector.connect calls it and every connector implements it.
        protocol = await in_empty_context(self._pool._create_connection(req, traces, timeout))
        if req.proxy is not None and not req.is_ssl():
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
