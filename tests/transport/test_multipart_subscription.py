"""MultipartSubscriptionTransport: subscriptions over multipart responses, with a real server and raw ones."""

from __future__ import annotations

from typing import Any

import pytest

from syncgql import (
    Client,
    ExecutionResult,
    MultipartSubscriptionTransport,
    TransportProtocolError,
    TransportQueryError,
    TransportServerError,
    gql,
)

from ..fix_streams import StreamServer
from ..servers.stream_wire import Stream
from ..servers.wire import WireServer, answer
from .asynchronous import in_loop
from .response_streams import (
    CLOSE,
    HEARTBEAT,
    MULTIPART,
    MULTIPART_TYPE,
    OPENING,
    SOON,
    SUBSCRIPTION,
    answer_once,
    check_silence,
    n_part,
    numbers,
    part,
    until_lost,
)


def wire(*pieces: bytes, **options: Any) -> WireServer:
    """A server that responds to each request with these pieces."""
    return WireServer(Stream(pieces, content_type=MULTIPART_TYPE, **options))


def test_a_subscription(strawberry_streams: StreamServer) -> None:
    """Events arrive until the server completes the subscription."""
    with MULTIPART.client(strawberry_streams.url) as client:
        assert numbers(client, "subscription { count(to: 3) }") == [1, 2, 3]
    strawberry_streams.wait_for("ended", name="subscription count")


def test_m01_accept() -> None:
    """The type with ``subscriptionSpec`` is the first in Accept, before those of other responses."""
    with wire(OPENING, n_part(1), CLOSE) as server, MULTIPART.client(server.url) as client:
        assert numbers(client) == [1]
    (request,) = server.requests
    accept = request.header("accept")
    assert accept is not None
    first, *others = accept.split(", ")
    assert first.replace("boundary=graphql;", "") == "multipart/mixed;subscriptionSpec=1.0"
    assert others == ["application/graphql-response+json", "application/json;q=0.9"]
    assert request.header("accept-encoding") == "identity"


def test_m02_heartbeats_are_not_events() -> None:
    """Heartbeats yield nothing, also as the first and the last part."""
    pieces = [OPENING, HEARTBEAT, n_part(1), HEARTBEAT, n_part(2), HEARTBEAT, CLOSE]
    with wire(*pieces) as server, MULTIPART.client(server.url) as client:
        assert numbers(client) == [1, 2]


def test_m03_events_arrive_at_once(strawberry_streams: StreamServer) -> None:
    """An event is delivered while the server waits for the next one."""
    with MULTIPART.client(strawberry_streams.url) as client, client.subscribe("subscription { published }") as events:
        strawberry_streams.wait_for("started", name="subscription published")
        for number in (1, 2):
            strawberry_streams.publish(number)
            assert events.next(timeout=30) == {"published": number}


def test_m04_errors_of_an_event(strawberry_streams: StreamServer) -> None:
    """Errors inside the payload are those of one event; the subscription continues."""
    failed = part({"payload": {"data": None, "errors": [{"message": "no"}]}})
    with wire(OPENING, failed, n_part(1), CLOSE) as server, MULTIPART.client(server.url) as client:
        events = client.subscribe(SUBSCRIPTION)
        with pytest.raises(TransportQueryError, match="no"):
            next(events)
        assert list(events) == [{"n": 1}]
    with MULTIPART.client(strawberry_streams.url) as client:
        assert list(client.subscribe_results("subscription { fails }"))[-1].errors


@pytest.mark.parametrize("message", [{"payload": None}, {"payload": {"data": {"n": 2}}}, {}])
def test_m05_m12_fatal_errors(message: dict[str, Any]) -> None:
    """Errors beside the payload end the subscription after its event, and keep their code; it is not sent again."""
    code = "SUBSCRIPTION_SCHEMA_RELOAD"
    fatal = part({**message, "errors": [{"message": "reloaded", "extensions": {"code": code}}]})
    with wire(OPENING, n_part(1), fatal, end="open") as server, MULTIPART.client(server.url, reconnect=SOON) as client:
        events = client.subscribe_results(SUBSCRIPTION)
        received = [next(events).data]
        if message.get("payload"):
            received.append(next(events).data)
        with pytest.raises(TransportQueryError, match="reloaded") as info:
            next(events)
        server.wait_for_scripts()
    assert info.value.codes == (code,)
    assert received == [{"n": 1}, {"n": 2}][: len(received)]
    assert len(server.requests) == 1


@pytest.mark.parametrize("end", [part({"payload": None}), CLOSE])
def test_m06_complete(end: bytes) -> None:
    """A null payload and the closing delimiter complete the subscription."""
    with wire(OPENING, n_part(1), end, end="open") as server, MULTIPART.client(server.url, reconnect=SOON) as client:
        assert numbers(client) == [1]
        server.wait_for_scripts()


@pytest.mark.parametrize("end", ["complete", "fin", "reset"])
def test_m07_lost_and_subscribed_again(end: Any) -> None:
    """A stream that ends without its closing delimiter is lost: re-established if wanted, with its gap."""
    first = Stream([OPENING, n_part(1)], content_type=MULTIPART_TYPE, end=end)
    second = Stream([OPENING, n_part(2), CLOSE], content_type=MULTIPART_TYPE)
    with WireServer(first, second) as server, MULTIPART.client(server.url, reconnect=SOON) as client:
        gaps: list[float] = []
        assert numbers(client, on_reconnect=gaps.append) == [1, 2]
        assert len(gaps) == 1
    with WireServer(first) as server, MULTIPART.client(server.url) as client:
        assert until_lost(client)[0] == [1]


@pytest.mark.parametrize(
    "pieces",
    [
        # Apollo Router
        [b"\r\n--graphql\r\ncontent-type: application/json\r\n\r\n{}\r\n--graphql", n_part(1), b"--\r\n"],
        # Strawberry
        [
            b"\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: 2\r\n\r\n{}\r\n--graphql",
            n_part(1),
            b"\r\n--graphql--\r\n",
        ],
    ],
    ids=["router", "strawberry"],
)
def test_m08_framings_of_servers(pieces: list[bytes]) -> None:
    """The framings of servers are read."""
    with wire(*pieces) as server, MULTIPART.client(server.url) as client:
        assert numbers(client) == [1]


def test_m09_json() -> None:
    """A JSON response is the only event, or the refusal."""
    refused = answer(b'{"errors": [{"message": "no"}]}', status="400 No")
    data = answer(b'{"data": {"n": 1}}')
    with (
        WireServer(lambda c: answer_once(c, refused), lambda c: answer_once(c, data)) as server,
        MULTIPART.client(server.url) as client,
    ):
        with pytest.raises(TransportQueryError, match="no"):
            numbers(client)
        assert numbers(client) == [1]


def test_m09_refused(yoga_server: StreamServer) -> None:
    """A server that does not support the protocol refuses with a status."""
    with MULTIPART.client(yoga_server.url, reconnect=SOON) as client, pytest.raises(TransportServerError) as info:
        client.subscribe("subscription { count }")
    assert info.value.code == 406


def test_m10_silence() -> None:
    """Heartbeats keep a stream alive; without them it is lost."""
    check_silence(MULTIPART)


def test_m11_break_closes_the_connection(strawberry_streams: StreamServer) -> None:
    """Leaving the loop ends the subscription on the server."""
    with MULTIPART.client(strawberry_streams.url) as client:
        for _ in client.subscribe("subscription { endless }"):
            break
        strawberry_streams.wait_for("ended", name="subscription endless")


def test_m13_data_without_payload() -> None:
    """A part with data but without a payload is an event."""
    with wire(OPENING, part({"data": {"n": 1}}), CLOSE) as server, MULTIPART.client(server.url) as client:
        assert numbers(client) == [1]


@pytest.mark.parametrize("body", [b"<html>", b"\r\n[1]\r\n--graphql", part("text"), part({"payload": 1})])
def test_broken_streams(body: bytes) -> None:
    """A part that violates the protocol ends the subscription with an error that quotes it."""
    with (
        wire(OPENING, n_part(1), body, OPENING, end="open") as server,
        MULTIPART.client(server.url, reconnect=SOON) as client,
    ):
        events = client.subscribe(SUBSCRIPTION)
        assert next(events) == {"n": 1}
        with pytest.raises(TransportProtocolError) as info:
            next(events)
        server.wait_for_scripts()
    assert info.value.received
    assert len(server.requests) == 1


@in_loop
async def test_in_asyncio_code() -> None:
    """The transport works without a client; servers respond to queries with JSON."""
    json = answer(b'{"data": {"n": 1}}')
    stream = Stream([OPENING, n_part(1), CLOSE], content_type=MULTIPART_TYPE)
    with WireServer(stream, lambda connection: answer_once(connection, json)) as server:
        transport = MultipartSubscriptionTransport(server.url)
        try:
            assert [event async for event in transport.subscribe(gql(SUBSCRIPTION))] == [ExecutionResult({"n": 1})]
            assert await transport.execute(gql("{ n }")) == ExecutionResult({"n": 1})
        finally:
            await transport.close()


def test_queries(strawberry_streams: StreamServer) -> None:
    """Queries and mutations do not accept ``subscriptionSpec``, because Strawberry would refuse them."""
    with Client(transport=MultipartSubscriptionTransport(strawberry_streams.url)) as client:
        assert client.execute("{ hello }") == {"hello": "Hello world!"}
        assert client.execute("mutation { add(a: 1, b: 2) }") == {"add": 3}
