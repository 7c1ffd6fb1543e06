"""PoolWait: notes when a call waits because all connections of the pool are in use."""

from __future__ import annotations

from contextvars import ContextVar
from types import SimpleNamespace

import aiohttp
from aiohttp.tracing import Trace

from ...deadline import Deadline

call_deadline: ContextVar[Deadline | None] = ContextVar("call_deadline", default=None)
"""The deadline of the call that the current task carries."""


class PoolWait(Trace):
    """What a connector reports its queue to, for every call.

    A trace of aiohttp's is the only public way to hear of the queue of any connector. One that is added to the session
    would take part in everything else, too, which costs each call several microseconds.

    Args:
        pool: the connector.
    """

    def __init__(self, pool: aiohttp.BaseConnector) -> None:
        config = aiohttp.TraceConfig()
        config.freeze()
        super().__init__(None, config, SimpleNamespace())  # type: ignore[arg-type]  # the session is only handed on
        self._pool_size = min(filter(None, (pool.limit, pool.limit_per_host)), default=0)

    async def send_connection_queued_start(self) -> None:
        if (deadline := call_deadline.get()) is not None:
            deadline.queued(self._pool_size)

    async def send_connection_queued_end(self) -> None:
        if (deadline := call_deadline.get()) is not None:
            deadline.dequeued()

    async def send_connection_reuseconn(self) -> None:
        """Do nothing, without asking the configuration: most calls come by here."""
