"""HTTPStreams and HTTPStreamTransport: many streams, and the end of them all."""

from __future__ import annotations

import asyncio
import time
from contextlib import ExitStack

import pytest

from syncgql import (
    AIOHTTPTransport,
    Client,
    EventStreamTransport,
    ExecutionResult,
    TransportClosed,
    gql,
)

from ...fix_streams import StreamServer
from ...servers.stream_wire import Stream
from ...servers.wire import WireServer
from ..asynchronous import in_loop
from ..response_streams import COMMENT, SUBSCRIPTION, n


@pytest.mark.parametrize("any_sse_server", ["yoga", "strawberry"], indirect=True)
def test_n13_a_hundred_streams_and_a_query(any_sse_server: StreamServer) -> None:
    """Streams take no connections from the pool: queries of the same transport do not wait for them."""
    with Client(transport=AIOHTTPTransport(any_sse_server.url), timeout=30) as client, ExitStack() as stack:
        streams = [stack.enter_context(client.subscribe("subscription { published }")) for _ in range(100)]
        assert client.execute("{ hello }") == {"hello": "Hello world!"}
        while any_sse_server.publish(1) < 100:
            time.sleep(0.05)
        for events in streams:
            assert events.next(timeout=30) == {"published": 1}


@in_loop
async def test_closing_ends_subscriptions() -> None:
    """Closing the transport ends its subscriptions without an error, and their connections; it can be opened again."""
    stream = Stream([n(1)], end="open")
    with WireServer(stream) as server:
        transport = EventStreamTransport(server.url)
        events = transport.subscribe(gql(SUBSCRIPTION))
        assert await anext(events) == ExecutionResult({"n": 1})
        await transport.close()
        with pytest.raises(StopAsyncIteration):
            await anext(events)
        await asyncio.to_thread(stream.wait_until_left)
        with pytest.raises(TransportClosed):
            await transport.execute(gql("{ n }"))
        await transport.connect()
        assert await transport.execute(gql("{ n }")) == ExecutionResult({"n": 1})
        await transport.close()


def test_n14_a_query_that_exceeds_its_limit() -> None:
    """A query without a result is cancelled at its limit, and the server sees it."""
    stream = Stream([COMMENT], end="open")
    with (
        WireServer(stream) as server,
        Client(transport=EventStreamTransport(server.url)) as client,
        pytest.raises(TimeoutError),
    ):
        client.execute("{ n }", timeout=6.0)
    stream.wait_until_left()
