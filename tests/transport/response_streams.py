"""Bytes of streams, as servers send them, and clients that subscribe to them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Any

import pytest

from syncgql import (
    Client,
    EventStreamTransport,
    MultipartSubscriptionTransport,
    ReconnectPolicy,
    TransportConnectionFailed,
    TransportTimeout,
)

from ..servers.stream_wire import Stream
from ..servers.wire import WireConnection, WireServer

SUBSCRIPTION = "subscription { n }"
SOON = ReconnectPolicy(base=0.01, cap=0.01)
"""Reconnects almost at once."""

SSE_TYPE = "text/event-stream"
MULTIPART_TYPE = 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0'

COMPLETE = b"event: complete\ndata:\n\n"
COMMENT = b":\n\n"
OPENING = b"\r\n--graphql"
CLOSE = b"--\r\n"


def event(payload: Any, type: str = "next", **fields: Any) -> bytes:
    """An event of SSE, with further fields."""
    lines = [f"{name}: {value}\n" for name, value in {**fields, "event": type, "data": json.dumps(payload)}.items()]
    return "".join(lines).encode() + b"\n"


def n(number: Any) -> bytes:
    """An event of SSE with the data ``{"n": number}``."""
    return event({"data": {"n": number}})


def part(message: Any) -> bytes:
    """A part that follows a delimiter, and the next delimiter."""
    return b"\r\nContent-Type: application/json\r\n\r\n" + json.dumps(message).encode() + OPENING


def n_part(number: Any) -> bytes:
    """A part with the data ``{"n": number}``."""
    return part({"payload": {"data": {"n": number}}})


HEARTBEAT = part({})


class Protocol:
    """How tests of both protocols differ.

    Attributes:
        type: the class of the transport.
        content_type: of the response.
        start: the bytes before the first event.
        n: makes an event.
        alive: a sign of life.
        complete: the bytes of a completed operation.
    """

    def __init__(
        self,
        name: str,
        type: type[EventStreamTransport] | type[MultipartSubscriptionTransport],
        content_type: str,
        start: bytes,
        n: Callable[[Any], bytes],
        alive: bytes,
        complete: bytes,
    ) -> None:
        self.name = name
        self.type = type
        self.content_type = content_type
        self.start = start
        self.n = n
        self.alive = alive
        self.complete = complete

    def __repr__(self) -> str:
        return self.name

    def events(self, *numbers: Any) -> list[bytes]:
        """The start of a stream and these events."""
        return [self.start, *map(self.n, numbers)]

    def client(self, url: str, **options: Any) -> Client:
        """A client whose subscriptions use the protocol."""
        return Client(url, subscriptions=self.type(url, **options))


SSE = Protocol("sse", EventStreamTransport, SSE_TYPE, COMMENT, n, COMMENT, COMPLETE)
MULTIPART = Protocol("multipart", MultipartSubscriptionTransport, MULTIPART_TYPE, OPENING, n_part, HEARTBEAT, CLOSE)

each_protocol = pytest.mark.parametrize("protocol", [SSE, MULTIPART], ids=str)


def numbers(client: Client, document: str = SUBSCRIPTION, **options: Any) -> list[Any]:
    """Return the numbers of a whole subscription."""
    return [next(iter(data.values())) for data in client.subscribe(document, **options)]


def until_lost(client: Client, document: str = SUBSCRIPTION) -> tuple[list[Any], TransportConnectionFailed]:
    """Return the numbers of a subscription until its connection is lost, and the error."""
    received: list[Any] = []
    try:
        for data in client.subscribe(document):
            received += data.values()
    except TransportConnectionFailed as error:
        return received, error
    pytest.fail(f"The connection was not lost after {received}.")


def check_silence(protocol: Protocol) -> None:
    """Check that signs of life keep a stream alive, and that it is lost when nothing arrives any more."""
    while not _ends_in_silence(protocol):
        pass  # The machine was so busy that a sign of life came too late.


def _ends_in_silence(protocol: Protocol) -> bool:
    pieces = chain([protocol.start], paced([protocol.alive] * 20, seconds=0.1), [protocol.n(1)])
    with (
        WireServer(Stream(pieces, content_type=protocol.content_type, end="open")) as server,
        protocol.client(server.url, keep_alive_timeout=1.5) as client,
    ):
        events = client.subscribe(SUBSCRIPTION)
        try:
            assert next(events) == {"n": 1}
        except TransportTimeout:
            return False
        with pytest.raises(TransportTimeout) as info:
            next(events)
    assert (info.value.limit, info.value.seconds) == ("keep_alive_timeout", 1.5)
    return True


def answer_once(connection: WireConnection, response: bytes) -> None:
    """A script that responds to one request."""
    connection.read_request()
    connection.send(response)


def paced(pieces: Iterable[bytes], seconds: float) -> Iterator[bytes]:
    """Yield the pieces of a stream with a pause before each."""
    for piece in pieces:
        time.sleep(seconds)
        yield piece
