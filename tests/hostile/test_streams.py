"""Streams of results that flood, expand or never end: SSE and multipart responses of a hostile server."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

import pytest

from syncgql import TransportConnectionFailed, TransportError, TransportProtocolError

from ..servers.stream_wire import Stream
from ..servers.wire import WireServer, always, answer
from ..transport.response_streams import COMPLETE, MULTIPART, OPENING, SSE, Protocol, each_protocol, numbers
from .attack import OK, bounded_memory

pytestmark = pytest.mark.usefixtures("loop_is_never_held")

MB = 1024 * 1024
LIMIT = 100_000  # bytes
HEADERS = b"\r\nContent-Type: application/json\r\n\r\n"


def outcome(
    protocol: Protocol, pieces: Iterable[bytes], *, content_type: str | None = None, gzip: bool = False
) -> list[object] | TransportError:
    """Return the events of a stream or its error; afterwards, the client's next call must receive its response."""
    stream = Stream(pieces, content_type=content_type or protocol.content_type, gzip=gzip)
    with (
        WireServer(stream, always(answer())) as server,
        protocol.client(server.url, max_message_size=LIMIT, reconnect=False) as client,
    ):
        result: list[object] | TransportError
        try:
            result = numbers(client)
        except TransportError as error:
            result = error
        stream.wait_until_left()
        assert client.execute("{ ok }") == OK
        return result


@each_protocol
def test_bomb_in_an_event(protocol: Protocol) -> None:
    """An event is decompressed up to max_message_size and no further."""
    beginning, _, _ = protocol.n(1).partition(b"1")
    bomb = itertools.chain([protocol.start, beginning], itertools.repeat(MB * b" ", 100))
    with bounded_memory(8 * MB):
        error = outcome(protocol, bomb, gzip=True)
    assert isinstance(error, TransportProtocolError)
    assert "max_message_size, 100000 bytes" in str(error)


@each_protocol
def test_bomb_of_heartbeats(protocol: Protocol) -> None:
    """Hundreds of thousands of signs of life, compressed into a few kilobytes, do not block the loop."""
    many = [20_000 * protocol.alive] * 10
    assert outcome(protocol, [protocol.start, *many, protocol.n(1), protocol.complete], gzip=True) == [1]


def endless(beginning: bytes, piece: bytes) -> Iterator[bytes]:
    """Yield the beginning, and a piece repeatedly until the client disconnects."""
    yield beginning
    while True:
        yield 1_000 * piece


FLOODS = {
    "headers of a part": (MULTIPART, OPENING + b"\r\n", b"A: b\r\n"),
    "header of a part": (MULTIPART, OPENING + b"\r\nA: ", b"x"),
    "part": (MULTIPART, OPENING + HEADERS, b" "),
    "preamble": (MULTIPART, b"", b"x"),
    "lines of data": (SSE, b"event: next\n", b"data\n"),
    "id": (SSE, b"id: ", b"1"),
    "name of an event": (SSE, b"event: ", b"x"),
    "name of a field": (SSE, b"", b"x"),
    "comment": (SSE, b":", b"x"),
    "retry": (SSE, b"retry: ", b"9"),
}


@pytest.mark.parametrize(("protocol", "beginning", "piece"), FLOODS.values(), ids=list(FLOODS))
def test_flood(protocol: Protocol, beginning: bytes, piece: bytes) -> None:
    """Anything that does not end is given up at a limit."""
    with bounded_memory(8 * MB):
        error = outcome(protocol, endless(beginning, piece))
    assert isinstance(error, TransportProtocolError)
    assert len(str(error)) < 1_000


DEEP = 40_000 * b"[" + 40_000 * b"]"

INVALID = {
    "nested 40,000 deep, SSE": (SSE, b"event: next\ndata: " + DEEP + b"\n\n" + COMPLETE),
    "nested 40,000 deep, multipart": (MULTIPART, OPENING + HEADERS + DEEP + OPENING),
    "part without end": (MULTIPART, OPENING + HEADERS + b'{"payload": {"data": {"n": 1}}}'),
    "event without end": (SSE, b'event: next\ndata: {"data": {"n": 1}}\n'),
    "part of another type": (MULTIPART, OPENING + b"\r\nContent-Type: text/html\r\n\r\n<html>" + OPENING),
}


@pytest.mark.parametrize(("protocol", "body"), INVALID.values(), ids=list(INVALID))
def test_invalid(protocol: Protocol, body: bytes) -> None:
    """The error is one of the package's, and a part of an event is not an event."""
    error = outcome(protocol, [body])
    assert isinstance(error, TransportProtocolError | TransportConnectionFailed)
    assert len(str(error)) < 1_000


def test_boundary_in_data() -> None:
    """A delimiter begins a line, so text that contains the boundary is data."""
    data = "--graphql--graphql--"
    assert outcome(MULTIPART, [MULTIPART.start, MULTIPART.n(data), MULTIPART.complete]) == [data]


@pytest.mark.parametrize("boundary", ["x" * 50_000, '"' * 50_000, "\\" * 50_000, "; boundary=" * 5_000])
def test_long_boundary(boundary: str) -> None:
    """A header that is nothing but a boundary is read in little time."""
    error = outcome(MULTIPART, [MULTIPART.start], content_type=f'multipart/mixed; boundary="{boundary}')
    assert isinstance(error, TransportError)
    assert len(str(error)) < 2_000
