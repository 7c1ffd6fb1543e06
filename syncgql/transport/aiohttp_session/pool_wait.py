"""PoolWait: notes when a call waits because all connections of the pool are in use."""

from __future__ import annotations

from types import SimpleNamespace

import aiohttp
from aiohttp.tracing import Trace

from .connection_request import connection_request


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
