"""StreamConnection: back-pressure, every way in which a stream can be lost, and secrets in errors."""

from __future__ import annotations

import asyncio
import itertools
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from syncgql import (
    TransportConnectionFailed,
    TransportError,
    TransportProtocolError,
    TransportQueryError,
    gql,
)

from ...fix_servers import PATIENCE
from ...fix_streams import StreamServer
from ...servers.stream_wire import Held, Stream
from ...servers.wire import WireServer
from ..response_streams import (
    COMPLETE,
    MULTIPART,
    OPENING,
    SOON,
    SSE,
    SUBSCRIPTION,
    Protocol,
    each_protocol,
    event,
    n,
    numbers,
    part,
)

EVENTS = 1_000_000


def wire(protocol: Protocol, pieces: Any, **options: Any) -> Stream:
    """The script of a server that streams these pieces."""
    return Stream(pieces, content_type=protocol.content_type, **options)


@each_protocol
def test_f18_a_million_events(protocol: Protocol) -> None:
    """While the consumer stalls the server comes to a halt; no event is lost, and only a buffer of them is kept."""
    chunk = protocol.n(1) * 1000
    stream = wire(
        protocol, itertools.chain([protocol.start], itertools.repeat(chunk, EVENTS // 1000), [protocol.complete])
    )
    with WireServer(stream) as server, protocol.client(server.url) as client:
        events = client.subscribe(SUBSCRIPTION, buffer_size=100)
        assert next(events) == {"n": 1}
        sent = -1
        while stream.sent != sent:
            sent = stream.sent
            time.sleep(0.3)
        assert events.stats.received <= 110
        assert sent < 20_000_000  # what sockets buffer, of 40 MB
        assert sum(1 for _ in events) == EVENTS - 1
        assert events.stats.dropped == 0


@each_protocol
@pytest.mark.parametrize("overflow", ["raise", "drop_oldest"])
def test_f18_overflow(protocol: Protocol, overflow: Any) -> None:
    """The other policies continue to read; ``raise``, which ends the subscription, closes the connection."""
    pieces = [*protocol.events(*range(50)), *([] if overflow == "raise" else [protocol.complete])]
    stream = wire(protocol, pieces, end="open")
    with WireServer(stream) as server, protocol.client(server.url) as client:
        events = client.subscribe(SUBSCRIPTION, buffer_size=10, overflow=overflow)
        stream.wait_until_left()
        assert events.stats.received == (11 if overflow == "raise" else 50)
        assert events.stats.dropped == (1 if overflow == "raise" else 40)


@pytest.mark.parametrize("any_sse_server", ["yoga", "graphql-sse", "ariadne"], indirect=True)
def test_f18_the_server_waits(any_sse_server: StreamServer) -> None:
    """A real server comes to a halt, too."""
    with SSE.client(any_sse_server.url) as client:
        events = client.subscribe("subscription { endless(delay: 0) }", buffer_size=10)
        assert next(events) == {"endless": 1}
        received = -1
        while events.stats.received != received:
            received = events.stats.received
            time.sleep(0.3)
        assert received <= 20
        assert [next(events)["endless"] for _ in range(5000)] == list(range(2, 5002))
        events.close()
    any_sse_server.wait_for("ended", name="subscription endless")


@each_protocol
@pytest.mark.parametrize("end", ["fin", "reset"])
@pytest.mark.parametrize("framing", ["chunked", "close"])
def test_a_cut_at_every_byte(protocol: Protocol, end: Any, framing: Any) -> None:
    """Wherever a response breaks off, the events are a beginning of all, and a loss is named."""
    pieces = [*protocol.events(1, 2), protocol.complete]
    size = wire(protocol, pieces, framing=framing).size()
    cuts = range(1, size)
    scripts = [wire(protocol, pieces, framing=framing, end=end, cut=cut) for cut in cuts]

    async def converse(transport: Any) -> tuple[list[int], TransportError | None]:
        received: list[int] = []
        try:
            async for result in transport.subscribe(gql(SUBSCRIPTION)):
                received.append(result.data["n"])
        except TransportError as error:
            return received, error
        return received, None

    async def converse_each(url: str) -> list[tuple[list[int], TransportError | None]]:
        transport = protocol.type(url, keep_alive_timeout=30)
        try:
            return [await converse(transport) for _ in cuts]
        finally:
            await transport.close()

    with WireServer(*scripts) as server:
        outcomes = asyncio.run(converse_each(server.url), debug=False)
    losses = 0
    for received, error in outcomes:
        assert received == [1, 2][: len(received)]
        assert error is not None or received == [1, 2]
        assert error is None or f"http://127.0.0.1:{server.port}/graphql" in str(error)
        losses += isinstance(error, TransportConnectionFailed)
    assert losses > len(outcomes) - 20  # a cut in the end of the framing is no loss


@each_protocol
def test_an_event_that_arrived_while_the_process_was_stopped(protocol: Protocol) -> None:
    """It is read before the expired limit on silence ends the stream."""
    is_stopped, is_sent, is_read = (threading.Event() for _ in range(3))

    def pieces() -> Iterator[bytes]:
        yield from protocol.events(1)
        assert is_stopped.wait(PATIENCE)
        yield protocol.n(2)
        is_sent.set()
        assert is_read.wait(PATIENCE)
        yield protocol.complete

    async def converse(url: str) -> None:
        loop = asyncio.get_running_loop()
        time, skipped = loop.time, 0
        loop.time = lambda: time() + skipped  # type: ignore[method-assign]
        transport = protocol.type(url, keep_alive_timeout=3600)
        try:
            results = transport.subscribe(gql(SUBSCRIPTION))
            assert (await anext(results)).data == {"n": 1}
            second = asyncio.ensure_future(anext(results))
            await asyncio.sleep(0)
            is_stopped.set()
            assert is_sent.wait(PATIENCE)  # blocks the loop
            skipped = 3600
            assert (await second).data == {"n": 2}
            is_read.set()
            assert [result async for result in results] == []
        finally:
            await transport.close()

    with WireServer(Stream(pieces(), content_type=protocol.content_type)) as server:
        asyncio.run(converse(server.url))


@each_protocol
def test_a_cut_at_every_byte_is_a_gap(protocol: Protocol) -> None:
    """A subscription is re-established after a cut at any place in its events."""
    pieces = [*protocol.events(1, 2), protocol.complete]
    head = wire(protocol, []).size()
    size = wire(protocol, pieces).size() - len(protocol.complete) - 20
    scripts: list[Any] = []
    for cut in range(head, size, 3):
        scripts += [wire(protocol, pieces, cut=cut, end="fin"), wire(protocol, pieces)]
    with WireServer(*scripts) as server, protocol.client(server.url, reconnect=SOON) as client:
        for _ in range(0, len(scripts), 2):
            received = numbers(client)
            assert received[-2:] == [1, 2]
            assert received[:-2] == [1, 2][: len(received) - 2]
    assert len(server.requests) == len(scripts)


@each_protocol
@pytest.mark.parametrize("encoding", ["gzip", "none", "identity"])
def test_content_encodings(protocol: Protocol, encoding: str) -> None:
    """A stream that is compressed without a request for it is read as it arrives; Yoga sends ``none``."""
    headers = () if encoding == "gzip" else (f"Content-Encoding: {encoding}",)
    pieces = [*protocol.events(1, 2), protocol.complete]
    stream = wire(protocol, pieces, gzip=encoding == "gzip", headers=headers, end="open")
    with WireServer(stream) as server, protocol.client(server.url) as client:
        assert numbers(client) == [1, 2]
        stream.wait_until_left()


@each_protocol
def test_a_wrong_encoding(protocol: Protocol) -> None:
    """A stream that is not compressed as its headers say is an error and not tried again."""
    stream = wire(protocol, protocol.events(1), headers=("Content-Encoding: gzip",))
    with (
        WireServer(stream) as server,
        protocol.client(server.url, reconnect=SOON) as client,
        pytest.raises(TransportProtocolError, match="Content-Encoding"),
    ):
        numbers(client)
    assert len(server.requests) == 1


@each_protocol
def test_malformed_chunks_are_a_loss(protocol: Protocol) -> None:
    """They end the subscription, although the server leaves the connection open."""
    first, held = b"".join(protocol.events(1)), Held()
    pieces = [b"%x\r\n%b\r\n" % (len(first), first), held, b"no size\r\n"]
    stream = wire(protocol, pieces, framing="close", headers=("Transfer-Encoding: chunked",), end="open")
    with WireServer(stream) as server, protocol.client(server.url) as client:
        events = client.subscribe(SUBSCRIPTION)
        assert next(events) == {"n": 1}
        held.release()
        with pytest.raises(TransportConnectionFailed, match="it is not chunked as HTTP says"):
            next(events)


@each_protocol
def test_one_byte_at_a_time(protocol: Protocol) -> None:
    """The pieces in which a stream arrives do not matter."""
    stream = b"".join([*protocol.events("ü€𝄞", 2), protocol.complete])
    with (
        WireServer(wire(protocol, (bytes([byte]) for byte in stream))) as server,
        protocol.client(server.url) as client,
    ):
        assert numbers(client) == ["ü€𝄞", 2]


def test_credentials_are_masked() -> None:
    """Credentials that the server repeats do not get into messages."""
    secret = "Bearer abcdefghijkl"
    errors = [{"message": f"invalid token {secret}"}]
    scripts = [
        Stream([event({"data": None, "errors": errors})], end="open"),
        Stream([event(errors, "error")], end="open"),
        Stream([b"event: next\ndata: no JSON, " + secret.encode() + b"\n\n"], end="open"),
        wire(MULTIPART, [OPENING, part({"payload": None, "errors": errors})], end="open"),
    ]
    with WireServer(*scripts) as server:
        for protocol in [SSE, SSE, SSE, MULTIPART]:
            with protocol.client(server.url, auth=secret) as client:
                with pytest.raises(TransportError) as info:
                    numbers(client)
                assert "abcdefghijkl" not in str(info.value)
                assert "***" in str(info.value)
                if isinstance(info.value, TransportQueryError):
                    assert "abcdefghijkl" not in str(info.value.errors)


@pytest.mark.parametrize("body", [b"x" * 30_000, b"data: " + b"x" * 30_000])
@each_protocol
def test_an_endless_line(protocol: Protocol, body: bytes) -> None:
    """A line or part without an end is cut off at the limit, and the connection is closed."""
    stream = wire(protocol, itertools.repeat(body))
    with WireServer(stream) as server:
        with (
            protocol.client(server.url, max_message_size=100_000, reconnect=SOON) as client,
            pytest.raises(TransportProtocolError, match="max_message_size"),
        ):
            numbers(client)
        stream.wait_until_left()
    assert len(server.requests) == 1


def test_bytes_after_complete() -> None:
    """Bytes after the end of the operation are ignored."""
    with WireServer(Stream([n(1) + COMPLETE + n(2)], end="open")) as server, SSE.client(server.url) as client:
        assert numbers(client) == [1]
        server.wait_for_scripts()
