"""PoolAndSockets: the connector of a session, which keeps WebSockets out of the pool for requests."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

import aiohttp
from aiohttp.client_proto import ResponseHandler
from aiohttp.connector import Connection

from ...deadline import Deadline
from ..single_use import SingleUseServers
from .answer_guard import AnswerGuard
from .connection_request import ConnectionRequest, connection_request
from .pool_wait import PoolWait
from .tcp_connector import in_empty_context
from .tunnel import open_tunnel


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
