"""RealStream: when the headers, the URL and the payload of a stream are reported."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from syncgql import Client, GraphQLRequest, TransportConnectionFailed
from syncgql.deadline import Deadline
from syncgql.testing import GraphQLMock, GraphQLServer, complete, event
from syncgql.testing.envelope import Envelope
from syncgql.testing.real_stream import RealStream
from syncgql.transport.base import Stream

HEADERS = {"Authorization": "Bearer long-secret-token"}


class Noted(Stream):
    """Notes the calls of its methods."""

    protocol = "noted"
    lost_at: float | None = 5.0

    def __init__(self) -> None:
        self.calls: list[str] = []

    async def open(self, deadline: Deadline | None = None) -> None:
        self.calls.append("open")

    async def close(self) -> None:
        self.calls.append("close")

    def resubscribe(self, request: GraphQLRequest) -> Callable[[], Coroutine[Any, Any, None]]:
        self.calls.append(request.text)
        return self.close


def test_it_works_like_the_stream() -> None:
    """All methods and properties are those of the stream, and the envelope is reported once, after opening it."""
    opened: list[Envelope] = []
    inner = Noted()
    stream = RealStream(inner, "http://api.invalid", opened.append)
    assert opened == []
    asyncio.run(stream.open())
    assert [envelope.url for envelope in opened] == ["http://api.invalid"]
    again = stream.resubscribe(GraphQLRequest("{ a }"))
    asyncio.run(again())
    asyncio.run(stream.close())
    assert (stream.protocol, stream.lost_at) == ("noted", 5.0)
    assert (inner.calls, len(opened)) == (["open", "{ a }", "close", "close"], 1)


def test_calls_have_the_headers_that_were_sent() -> None:
    """The calls of a mock contain those of subscriptions that reach the server, once each."""
    tokens = iter([HEADERS])  # a second call of the function would fail
    with GraphQLServer() as server, GraphQLMock() as mock, Client(server.url, headers=lambda: next(tokens)) as client:
        server.script("S", event({"a": 1}), complete())
        mock.pass_through("S")
        assert list(client.subscribe("subscription S { a }")) == [{"a": 1}]
        mock.assert_called("S", headers=HEADERS, times=1)
        assert server.calls[0].headers["Authorization"] == HEADERS["Authorization"]


def test_a_stream_that_cannot_be_opened() -> None:
    """It is a call with these headers, too."""
    with (
        GraphQLMock() as mock,
        Client("ws://127.0.0.1:1/", headers=HEADERS, reconnect=False) as client,
    ):
        mock.pass_through("S")
        with pytest.raises(TransportConnectionFailed):
            client.subscribe("subscription S { a }")
        mock.assert_called("S", headers=HEADERS, times=1)
