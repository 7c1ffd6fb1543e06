"""SharedStream: operations that come and go, without a server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from syncgql import Response, TransportConnectionFailed, TransportQueryError
from syncgql.transport.async_event_sink import AsyncEventSink
from syncgql.transport.http_stream.options import StreamOptions
from syncgql.transport.http_stream.shared_stream import SharedOperation, SharedStream

from ..asynchronous import in_loop
from ..response_streams import event


class Body:
    """A response that is made by the test."""

    def __init__(self) -> None:
        self.head = Response(200, {}, "http://example.test/graphql", 0.0)
        self.sent_headers: dict[str, str] = {}
        self.chunks: asyncio.Queue[bytes] = asyncio.Queue()
        self.closed = asyncio.Event()

    async def iter_bytes(self) -> AsyncGenerator[bytes, None]:
        while chunk := await self.chunks.get():
            yield chunk

    async def close(self) -> None:
        self.closed.set()

    def abort(self) -> None:
        self.chunks.put_nowait(b"")


def shared(body: Body, stopped: list[str], idle_timeout: float = 30) -> SharedStream:
    async def stop(id: str) -> None:
        stopped.append(id)

    response: Any = body
    return SharedStream(response, StreamOptions(), "token", stop, idle_timeout=idle_timeout)


def next_of(id: str, number: int) -> bytes:
    return event({"id": id, "payload": {"data": {"n": number}}})


async def all_of(operation: SharedOperation) -> list[Any]:
    """Carry an operation to its end and return its results; raises its error."""
    sink = AsyncEventSink(100)
    loss = await operation.carry(sink)
    if loss is not None:
        raise loss.error()
    results = []
    while (result := await sink.get()) is not None:
        results.append(result.data)
    return results


@in_loop
async def test_two_operations() -> None:
    """Results are distinguished by their ids; the end of one does not end the other."""
    body, stopped = Body(), list[str]()
    stream = shared(body, stopped)
    first, second = stream.begin("1"), stream.begin("2")
    body.chunks.put_nowait(next_of("1", 1) + next_of("2", 2) + event({"id": "1"}, "complete") + next_of("2", 3))
    body.chunks.put_nowait(event({"id": "2", "payload": [{"message": "no"}]}, "error"))
    assert await all_of(first) == [{"n": 1}]
    with pytest.raises(TransportQueryError, match="no"):
        await all_of(second)
    assert stopped == []
    await stream.close()
    await body.closed.wait()


@in_loop
async def test_stop() -> None:
    """An operation that is left is stopped on the server once; later results are ignored."""
    body, stopped = Body(), list[str]()
    stream = shared(body, stopped)
    carrying = asyncio.create_task(all_of(stream.begin("1")))
    await asyncio.sleep(0)
    carrying.cancel()
    with pytest.raises(asyncio.CancelledError):
        await carrying
    assert stopped == ["1"]
    last = stream.begin("2")
    body.chunks.put_nowait(next_of("1", 1) + next_of("2", 2) + event({"id": "2"}, "complete"))
    assert await all_of(last) == [{"n": 2}]
    await stream.close()


@in_loop
async def test_loss() -> None:
    """The end of the stream ends its operations, early or not."""
    body = Body()
    stream = shared(body, [])
    first, second = stream.begin("1"), stream.begin("2")
    carrying = asyncio.create_task(all_of(first))
    await asyncio.sleep(0)
    body.abort()
    for operation in (carrying, all_of(second)):
        with pytest.raises(TransportConnectionFailed, match="before the operation was complete"):
            await operation
    assert stream.loss is not None
    await body.closed.wait()


@in_loop
async def test_a_stream_without_operations() -> None:
    """It is closed after a while, unless another operation begins."""
    body = Body()
    stream = shared(body, [], idle_timeout=0.05)
    stream.end(stream.begin("1"))
    operation = stream.begin("2")
    await asyncio.sleep(0.1)
    assert stream.loss is None
    stream.end(operation)
    await body.closed.wait()
    assert stream.loss is not None
