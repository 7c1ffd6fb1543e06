"""Stream: what it puts on the wire, and what it learns of its client."""

from __future__ import annotations

import http.client
import socket
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import repeat
from typing import Any

import pytest

from .stream_wire import Held, Stream
from .wire import PATIENCE, WireServer

REQUEST = b"POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}"
EVENT = b'event: next\ndata: {"data":{"count":1}}\n\n'


@contextmanager
def asked(*streams: Stream) -> Iterator[socket.socket]:
    """Ask a server for its first stream."""
    with WireServer(*streams) as server, socket.create_connection(("127.0.0.1", server.port), PATIENCE) as client:
        client.sendall(REQUEST)
        yield client


def read(client: socket.socket) -> bytes:
    """Return all that the server sends until the end of the connection."""
    return b"".join(iter(lambda: client.recv(65536), b""))


def receive(client: socket.socket, end: bytes) -> bytes:
    """Return the bytes that the server sends, up to *end*."""
    data = b""
    while not data.endswith(end):
        data += client.recv(65536)
    return data


@pytest.mark.parametrize(
    ("options", "headers", "body"),
    [
        ({"end": "fin"}, b"Transfer-Encoding: chunked", b"28\r\n" + EVENT + b"\r\n"),
        ({"framing": "close"}, b"Connection: close", EVENT),
        ({"framing": "length", "end": "fin"}, b"Content-Length: 40", EVENT),
    ],
    ids=["chunked", "close", "length"],
)
def test_framings(options: dict[str, Any], headers: bytes, body: bytes) -> None:
    """The body is framed as asked for."""
    with asked(Stream([EVENT], **options)) as client:
        head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n" + headers
        assert read(client) == head + b"\r\n\r\n" + body


@pytest.mark.parametrize("framing", ["chunked", "length"])
def test_connection_is_kept(framing: Any) -> None:
    """A complete response leaves the connection open for the next request; requests and connections are counted."""
    stream = Stream([EVENT], framing=framing, content_type="multipart/mixed", status="294 Partial")
    with WireServer(stream) as server, closing(http.client.HTTPConnection("127.0.0.1", server.port)) as client:
        for _ in range(2):
            client.request("POST", "/graphql", b"{}")
            response = client.getresponse()
            assert (response.status, response.headers["Content-Type"]) == (294, "multipart/mixed")
            assert response.read() == EVENT
        assert (server.connections, len(server.requests)) == (1, 2)
        assert not stream.left.is_set()
        client.close()
        stream.wait_until_left()


def test_cut_at_every_byte() -> None:
    """What arrives of a response that is cut is its beginning, for each length."""
    whole = Stream([EVENT, EVENT])
    streams = [Stream([EVENT, EVENT], cut=length, end="fin") for length in range(1, whole.size())]
    with WireServer(*streams) as server:
        received = []
        for _ in streams:
            with socket.create_connection(("127.0.0.1", server.port), PATIENCE) as client:
                client.sendall(REQUEST)
                received.append(read(client))
    assert [len(data) for data in received] == [stream.cut for stream in streams]
    assert all(received[-1].startswith(data) for data in received)


def test_reset() -> None:
    """The stream ends by an RST."""
    held = Held()
    with asked(Stream([EVENT, held], end="reset")) as client:
        receive(client, EVENT + b"\r\n")
        held.release()
        with pytest.raises(ConnectionResetError):
            client.recv(1)


def test_held_until_released() -> None:
    """Nothing comes after a Held until the test releases it."""
    held = Held()
    with asked(Stream([EVENT, held, b":\n\n"], end="fin")) as client:
        held.wait_until_reached()
        receive(client, EVENT + b"\r\n")
        client.setblocking(False)
        with pytest.raises(BlockingIOError):
            client.recv(1)
        client.settimeout(PATIENCE)
        held.release()
        assert read(client) == b"3\r\n:\n\n\r\n"


def test_client_leaves() -> None:
    """The test learns when the client closes the connection of an open stream."""
    stream = Stream([EVENT], end="open")
    with asked(stream) as client:
        receive(client, EVENT + b"\r\n")
        assert not stream.left.is_set()
        client.close()
        stream.wait_until_left()


def test_gzip_pieces_arrive() -> None:
    """A compressed piece can be read before the next one is sent."""
    held = Held()
    stream = Stream([EVENT, held, EVENT], gzip=True)
    with WireServer(stream) as server, closing(http.client.HTTPConnection("127.0.0.1", server.port)) as client:
        client.request("POST", "/graphql", b"{}")
        response = client.getresponse()
        assert response.headers["Content-Encoding"] == "gzip"
        decompressor = zlib.decompressobj(wbits=31)
        assert decompressor.decompress(response.read1()) == EVENT
        held.release()
        assert decompressor.decompress(response.read()) == EVENT
        assert decompressor.eof


def test_client_that_does_not_read_stops_the_server() -> None:
    """A million events are not sent to a client that reads none of them."""
    stream = Stream(repeat(EVENT, 1_000_000), end="open")
    with asked(stream) as client:
        client.recv(1)
        client.close()
        stream.wait_until_left()
    assert stream.sent < 1_000_000 * len(EVENT)
