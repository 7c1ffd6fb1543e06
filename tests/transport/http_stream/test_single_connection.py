"""SingleConnectionOpener: the single connection mode of SSE, with the reference server and a raw one."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from syncgql import (
    Client,
    EventStreamTransport,
    TransportConnectionFailed,
    TransportError,
    TransportProtocolError,
    TransportQueryError,
    TransportServerError,
    TransportTimeout,
)

from ...fix_streams import StreamServer
from ...servers.wire import WireConnection, WireRequest, WireServer, answer
from ..response_streams import COMMENT, SOON, SUBSCRIPTION, event, numbers

ACCEPTED = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"
OK = answer(b"")
TOKEN = "x-graphql-event-stream-token"


def single(url: str, **options: Any) -> Client:
    """A client whose operations share a connection."""
    return Client(transport=EventStreamTransport(url, single_connection=True, **options))


class Reservations:
    """A server of single connection mode; what it does on POST is a test's.

    Args:
        on_post: returns the response to the POST of an operation, given its id and what sends to the stream.
    """

    def __init__(self, on_post: Callable[[str, Callable[[bytes], None], WireRequest], bytes]) -> None:
        self.on_post = on_post
        self.tokens: list[str] = []
        self.streams: dict[str, WireConnection] = {}
        self.opened: dict[str, Any] = {}
        self.ids: list[str] = []
        self.deleted: list[str] = []

    def lose(self) -> None:
        """End the last stream."""
        self.streams[self.tokens[-1]].socket.shutdown(socket.SHUT_RDWR)

    def __call__(self, connection: WireConnection) -> None:
        while (request := connection.read_request()) is not None:
            token = request.header(TOKEN)
            if request.method == "PUT":
                self.tokens.append(f"token {len(self.tokens)}")
                connection.send(answer(self.tokens[-1].encode(), status="201 Created", content_type="text/plain"))
            elif request.method == "GET":
                assert token is not None
                self.streams[token] = connection
                head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
                connection.send(head.encode(), COMMENT)
                connection.wait_for_end()
                return
            elif request.method == "DELETE":
                self.deleted.append(request.target)
                connection.send(OK)
            else:
                assert token in self.streams
                id = json.loads(request.body)["extensions"]["operationId"]
                self.ids.append(id)
                connection.send(self.on_post(id, self.streams[token].send, request))


@contextmanager
def serving(
    on_post: Callable[[str, Callable[[bytes], None], WireRequest], bytes],
) -> Iterator[tuple[str, Reservations]]:
    """Run a server; yields its URL and what it saw."""
    reservations = Reservations(on_post)
    with WireServer(reservations) as server:
        yield server.url, reservations


def next_of(id: str, number: Any) -> bytes:
    return event({"id": id, "payload": {"data": {"n": number}}})


def complete(id: str) -> bytes:
    return event({"id": id}, "complete")


@pytest.mark.parametrize("overflow", ["block", "raise"])
def test_with_the_reference_server(graphql_sse_server: StreamServer, overflow: Any) -> None:
    """Subscriptions, queries and mutations run on graphql-sse; so does a refusal, and a stop."""
    with single(graphql_sse_server.url) as client:
        assert client.execute("{ hello }") == {"hello": "Hello world!"}
        assert client.execute("mutation { add(a: 1, b: 2) }") == {"add": 3}
        assert numbers(client, "subscription { count(to: 3) }", overflow=overflow) == [1, 2, 3]
        with pytest.raises(TransportQueryError, match="wrong"):
            numbers(client, "subscription { wrong }", overflow=overflow)
        for _ in client.subscribe("subscription { endless }", overflow=overflow):
            break
        graphql_sse_server.wait_for("ended", name="subscription endless")
    methods = [entry["method"] for entry in graphql_sse_server.seen("request")]
    assert methods.count("PUT") == (1 if overflow == "raise" else 4)


def test_s16_results_before_the_response() -> None:
    """Every request carries the token, and results that precede the 202 are delivered."""

    def on_post(id: str, send: Callable[[bytes], None], request: WireRequest) -> bytes:
        assert request.header("accept") == "application/json"
        send(next_of(id, 1) + next_of(id, 2) + complete(id))
        return ACCEPTED

    with serving(on_post) as (url, seen), single(url) as client:
        assert numbers(client) == [1, 2]
        assert client.execute("{ n }") == {"n": 1}
    assert len(seen.tokens) == 2  # the subscription blocks, so it had its own stream


def test_s17_a_refused_operation() -> None:
    """An operation that is refused does not affect another on the same stream."""
    refused = answer(b'{"errors": [{"message": "no"}]}', status="400 No")
    running: list[str] = []

    def on_post(id: str, send: Callable[[bytes], None], request: WireRequest) -> bytes:
        if b"refused" in request.body:
            return refused
        running.append(id)
        send(next_of(id, 1))
        return ACCEPTED

    with serving(on_post) as (url, seen), single(url) as client:
        events = client.subscribe(SUBSCRIPTION, overflow="raise")
        assert next(events) == {"n": 1}
        with pytest.raises(TransportQueryError, match="no"):
            numbers(client, "subscription { refused }", overflow="raise")
        (token,) = seen.tokens
        seen.streams[token].send(next_of(running[0], 2) + complete(running[0]))
        assert list(events) == [{"n": 2}]


def test_s18_s19_a_lost_stream() -> None:
    """After a loss another stream is reserved, and each subscription on it is sent again with another id."""

    def on_post(id: str, send: Callable[[bytes], None], request: WireRequest) -> bytes:
        send(next_of(id, len(seen.ids)))
        if len(seen.ids) > 2:
            send(complete(id))
        return ACCEPTED

    with serving(on_post) as (url, seen), single(url, reconnect=SOON) as client:
        both = [client.subscribe(SUBSCRIPTION, overflow="raise") for _ in range(2)]
        assert [next(events) for events in both] == [{"n": 1}, {"n": 2}]
        seen.lose()
        rest = [list(events) for events in both]
    assert sorted(event["n"] for events in rest for event in events) == [3, 4]
    assert len(seen.tokens) == 2
    assert len(set(seen.ids)) == 4


def test_s19_a_query_is_not_sent_again() -> None:
    """A query or mutation fails with its stream."""

    def on_post(id: str, send: Callable[[bytes], None], request: WireRequest) -> bytes:
        seen.lose()
        return ACCEPTED

    with serving(on_post) as (url, seen):
        with single(url, reconnect=SOON) as client, pytest.raises(TransportConnectionFailed):
            client.execute("mutation { n }")
        assert len(seen.ids) == 1


@pytest.mark.parametrize("overflow", ["block", "raise"])
def test_s20_stop(overflow: Any) -> None:
    """Leaving a subscription sends DELETE with its id, and waits for no event; late ones are ignored."""

    def on_post(id: str, send: Callable[[bytes], None], request: WireRequest) -> bytes:
        send(next_of(id, 1))
        return ACCEPTED

    with serving(on_post) as (url, seen), single(f"{url}?tenant=a%20b") as client:
        for data in client.subscribe(SUBSCRIPTION, overflow=overflow):
            assert data == {"n": 1}
            break
        if overflow == "raise":
            seen.streams[seen.tokens[0]].send(next_of(seen.ids[0], 2))
            assert client.execute("{ n }") == {"n": 1}
    assert f"/graphql?tenant=a%20b&operationId={seen.ids[0]}" in seen.deleted


def test_silence() -> None:
    """A stream on which nothing arrives is lost."""
    with (
        serving(lambda id, send, request: ACCEPTED) as (url, _),
        single(url, keep_alive_timeout=0.3) as client,
        pytest.raises(TransportTimeout) as info,
    ):
        numbers(client, overflow="raise")
    assert info.value.limit == "keep_alive_timeout"


@pytest.mark.parametrize(
    ("response", "kind"),
    [
        (answer(b"no", status="404 No", content_type="text/plain"), TransportServerError),
        (answer(b"no", status="405 No", content_type="text/plain"), TransportServerError),
        (answer(b"", status="201 Created"), TransportProtocolError),
        (answer(b'{"data": {"n": 1}}'), TransportProtocolError),
        (b"", TransportConnectionFailed),
    ],
)
def test_servers_without_the_mode(response: bytes, kind: type[TransportError]) -> None:
    """The error names the response to PUT."""

    def script(connection: WireConnection) -> None:
        connection.read_request()
        connection.send(response)

    with WireServer(script) as server, single(server.url) as client, pytest.raises(kind):
        client.execute("{ n }")


def test_a_real_server_without_the_mode(yoga_server: StreamServer) -> None:
    """The message suggests the mode as the cause, because the server's error does not mention it."""
    with single(yoga_server.url) as client:
        with pytest.raises(TransportServerError, match="leave out single_connection=True"):
            numbers(client, "subscription { count(to: 1) }", overflow="raise")
        with pytest.raises(TransportServerError, match="leave out single_connection=True"):
            client.execute("{ hello }")


def test_a_refused_stream() -> None:
    """The error names the response to GET."""

    def script(connection: WireConnection) -> None:
        while (request := connection.read_request()) is not None:
            created = answer(b"token", status="201 Created", content_type="text/plain")
            connection.send(created if request.method == "PUT" else answer(b"open already", status="409 Conflict"))

    with WireServer(script) as server, single(server.url) as client, pytest.raises(TransportServerError) as info:
        client.execute("{ n }")
    assert info.value.code == 409


def test_back_pressure() -> None:
    """A subscription that blocks has its own stream, which is read no further while it is full."""
    pieces = 2000

    def on_post(id: str, send: Callable[[bytes], None], request: WireRequest) -> bytes:
        send(b"".join(next_of(id, number) for number in range(pieces)) + complete(id))
        return ACCEPTED

    with serving(on_post) as (url, _), single(url) as client:
        events = client.subscribe(SUBSCRIPTION, buffer_size=10)
        assert next(events) == {"n": 0}
        assert [data["n"] for data in events] == list(range(1, pieces))


def test_signatures_are_refused() -> None:
    """Credentials that depend on the body cannot be had for requests without one."""

    class Signing:
        def get_headers(self, data: str | None = None, headers: Mapping[str, str] | None = None) -> dict[str, str]:
            return {}

    with pytest.raises(TypeError, match="single_connection=True"):
        EventStreamTransport("http://127.0.0.1:9/", auth=Signing(), single_connection=True)


@pytest.mark.parametrize(
    "bob",
    [{"headers": {"Authorization": "bob"}}, {"extra_args": {"cookies": {"user": "bob"}}}],
    ids=["header", "cookie"],
)
def test_calls_with_credentials_have_their_own_streams(bob: dict[str, Any]) -> None:
    """A call with its own headers or arguments has its own stream, opened with them; other calls share one."""
    users: list[tuple[str | None, str | None]] = []

    def on_post(id: str, send: Callable[[bytes], None], request: WireRequest) -> bytes:
        users.append((request.header("authorization"), request.header("cookie")))
        send(next_of(id, 1) + complete(id))
        return ACCEPTED

    with serving(on_post) as (url, seen), single(url, headers={"Authorization": "site"}) as client:
        for options in ({}, bob, {}):
            assert client.execute("{ n }", **options) == {"n": 1}
    own = ("bob", None) if "headers" in bob else ("site", "user=bob")
    assert users == [("site", None), own, ("site", None)]
    assert len(seen.tokens) == 2
