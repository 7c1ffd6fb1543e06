"""What servers in Python do for ``streams.graphql``; ``tests/node/servers/schema.mjs`` does the same in Node."""

from __future__ import annotations

import asyncio
import itertools
from collections import defaultdict
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from .log import Log

log = Log()
active: list[str] = []
"""Names of what runs at this moment."""

gates: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
readers: set[asyncio.Queue[int]] = set()


@contextmanager
def running(name: str) -> Iterator[dict[str, int]]:
    """Have a name among the active ones, and its beginning and its end in the log; the end has the fields yielded."""
    fields: dict[str, int] = {}
    active.append(name)
    log.add("started", name=name)
    try:
        yield fields
    finally:
        active.remove(name)
        log.add("ended", name=name, **fields)


async def sleep(name: str, seconds: float) -> None:
    with running(name):
        await asyncio.sleep(seconds)


async def held(gate: str) -> str:
    """Return the gate's name when it is open."""
    with running("held"):
        await gates[gate].wait()
    return gate


def open_gate(gate: str) -> str:
    gates[gate].set()
    return gate


def publish(number: int) -> int:
    for reader in readers:
        reader.put_nowait(number)
    return len(readers)


async def items(n: int, delay: float) -> AsyncGenerator[int, None]:
    with running("items"):
        for number in range(1, n + 1):
            if delay:
                await asyncio.sleep(delay)
            yield number


async def count(to: int, delay: float) -> AsyncGenerator[int, None]:
    with running("subscription count") as ended:
        for number in range(1, to + 1):
            if delay or number % 1000 == 0:
                await asyncio.sleep(delay)
            ended["number"] = number
            yield number


async def endless(delay: float) -> AsyncGenerator[int, None]:
    with running("subscription endless") as ended:
        for number in itertools.count(1):
            await asyncio.sleep(delay)
            ended["number"] = number
            yield number


async def published() -> AsyncGenerator[int, None]:
    reader: asyncio.Queue[int] = asyncio.Queue()
    readers.add(reader)
    try:
        with running("subscription published") as ended:
            for number in itertools.count(1):
                event = await reader.get()
                ended["number"] = number
                yield event
    finally:
        readers.discard(reader)


async def fails() -> AsyncGenerator[int, None]:
    with running("subscription fails") as ended:
        for number in (1, 2):
            ended["number"] = number
            yield number
        raise RuntimeError("It failed after 2")


class Runner:
    """An ASGI application that runs the documents sent to ``/run`` past the protocols of the one that it wraps."""

    def __init__(self, app: ASGIApp, run: Callable[[str], Awaitable[Any]]) -> None:
        self.app = app
        self.run = run

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/run":
            result = await self.run(dict(parse_qsl(scope["query_string"].decode()))["document"])
            content = {"data": result.data, "errors": [str(error) for error in result.errors or ()]}
            await JSONResponse(content)(scope, receive, send)
        else:
            await self.app(scope, receive, send)
