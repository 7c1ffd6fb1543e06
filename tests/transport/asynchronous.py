"""Tests of transports in asyncio code: without a client, on a loop of the test."""

from __future__ import annotations

import asyncio
import contextlib
import functools
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any, ParamSpec

from syncgql import AIOHTTPWebsocketsTransport

P = ParamSpec("P")

LIMIT = 60.0  # seconds for a whole test on a busy machine


def in_loop(test: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """Run an async test on a separate loop, for a limited time."""

    @functools.wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        asyncio.run(asyncio.wait_for(test(*args, **kwargs), LIMIT))

    return run


@contextlib.asynccontextmanager
async def websockets(url: str, **options: Any) -> AsyncIterator[AIOHTTPWebsocketsTransport]:
    """Yield a transport and close it at the end."""
    transport = AIOHTTPWebsocketsTransport(url, **options)
    try:
        yield transport
    finally:
        await transport.close()
