"""StreamOpener: the protocol that a server supports, and the limits of opening a stream."""

from __future__ import annotations

import time
from typing import Any

import aiohttp
import pytest

from syncgql import (
    AIOHTTPTransport,
    Client,
    EventStreamTransport,
    TransportAuthenticationError,
    TransportError,
    TransportQueryError,
    TransportServerError,
    TransportTimeout,
)

from ...fix_streams import StreamServer
from ...servers.stream_wire import Stream
from ...servers.wire import Script, WireConnection, WireServer, answer
from ..response_streams import (
    CLOSE,
    COMPLETE,
    MULTIPART_TYPE,
    OPENING,
    SOON,
    SSE,
    SSE_TYPE,
    SUBSCRIPTION,
    Protocol,
    answer_once,
    each_protocol,
    n,
    n_part,
    numbers,
)

EVENTS = Stream([n(1), COMPLETE])
PARTS = Stream([OPENING, n_part(1), CLOSE], content_type=MULTIPART_TYPE)


def answering(response: bytes) -> Script:
    """A script that responds to one request."""
    return lambda connection: answer_once(connection, response)


def accepts(server: WireServer) -> list[str]:
    """The first media type in the ``Accept`` header of each request."""
    return [(request.header("accept") or "").partition(";")[0] for request in server.requests]


# -- AIOHTTPTransport, which knows both protocols


def test_sse_from_any_server(any_sse_server: StreamServer) -> None:
    """SSE is tried first; a server that supports both receives no other request."""
    with Client(transport=AIOHTTPTransport(any_sse_server.url)) as client:
        assert numbers(client, "subscription { count(to: 3) }") == [1, 2, 3]
    assert len(any_sse_server.seen("started")) == 1


def test_a_server_without_subscriptions(apollo_server: StreamServer) -> None:
    """Apollo Server runs a subscription as a query; its errors are the result."""
    with (
        Client(transport=AIOHTTPTransport(apollo_server.url)) as client,
        pytest.raises(TransportQueryError, match=r"Subscription\.count"),
    ):
        numbers(client, "subscription { count(to: 3) }")


@pytest.mark.parametrize(
    "refusal",
    [
        *(answer(b"no", status=f"{status} No", content_type="text/plain") for status in (400, 404, 405, 406, 415)),
        answer(b'{"errors": [{"message": "no"}]}', status="406 No"),
        answer(b"<html></html>", content_type="text/html"),
        answer(b'{"data": {"n": 1}}'),
    ],
)
def test_the_next_protocol(refusal: bytes) -> None:
    """After a refusal the other protocol is tried, and remembered."""
    with WireServer(answering(refusal), PARTS) as server, Client(transport=AIOHTTPTransport(server.url)) as client:
        assert numbers(client) == [1]
        assert numbers(client) == [1]
    assert accepts(server) == [SSE_TYPE, "multipart/mixed", "multipart/mixed"]


@pytest.mark.parametrize(
    "end",
    [
        answer(b"no", status="401 No"),
        answer(b"no", status="403 No"),
        answer(b"no", status="429 No"),
        answer(b"no", status="500 No"),
        answer(b'{"errors": [{"message": "no"}]}', status="400 No"),
        b"",
    ],
)
def test_not_the_next_protocol(end: bytes) -> None:
    """Other ends are the caller's; the operation is not sent twice."""
    with (
        WireServer(answering(end)) as server,
        Client(transport=AIOHTTPTransport(server.url)) as client,
        pytest.raises(TransportError),
    ):
        numbers(client)
    assert accepts(server) == [SSE_TYPE]


def test_no_protocol_at_all() -> None:
    """If no protocol is supported, the error of the last response is raised."""
    refusal = answer(b"no", status="406 No")
    with (
        WireServer(answering(refusal)) as server,
        Client(transport=AIOHTTPTransport(server.url)) as client,
        pytest.raises(TransportServerError, match="406"),
    ):
        client.subscribe(SUBSCRIPTION)
    assert accepts(server) == [SSE_TYPE, "multipart/mixed"]


def test_a_stream_of_the_other_protocol() -> None:
    """A server that sends parts although events were requested is accepted."""
    with WireServer(PARTS, EVENTS) as server, Client(transport=AIOHTTPTransport(server.url)) as client:
        assert numbers(client) == [1]
        assert numbers(client) == [1]
    assert accepts(server) == [SSE_TYPE, "multipart/mixed"]


def test_credentials_of_the_next_protocol() -> None:
    """The user's functions are called for each request, in the context of the caller."""
    tokens = iter(["Bearer 1", "Bearer 2"])
    with (
        WireServer(answering(answer(b"no", status="406 No")), EVENTS) as server,
        Client(transport=AIOHTTPTransport(server.url, auth=lambda: next(tokens))) as client,
    ):
        assert numbers(client) == [1]
    assert [request.header("authorization") for request in server.requests] == ["Bearer 1", "Bearer 2"]


# -- limits

LIMIT = 6.0
"""The seconds of limits within which a busy machine opens a stream."""


def silent(connection: WireConnection) -> None:
    """A script that reads a request and does not respond."""
    connection.read_request()
    connection.wait_for_end()


@each_protocol
@pytest.mark.parametrize(
    ("timeout", "limit"),
    [(0.2, "total"), (aiohttp.ClientTimeout(total=0.2), "total"), (aiohttp.ClientTimeout(sock_read=0.2), "sock_read")],
)
def test_n10_limits_of_the_opening(protocol: Protocol, timeout: Any, limit: str) -> None:
    """The limits of aiohttp hold until the stream opens."""
    with WireServer(silent) as server, protocol.client(server.url, timeout=timeout) as client:
        with pytest.raises(TransportTimeout) as info:
            client.subscribe(SUBSCRIPTION)
        server.wait_for_scripts()
    assert (info.value.limit, info.value.seconds) == (limit, 0.2)


@each_protocol
def test_n10_no_limits_of_the_stream(protocol: Protocol) -> None:
    """The limits of aiohttp and of the call do not end an open stream."""

    def pieces() -> Any:
        yield from protocol.events(1)
        time.sleep(LIMIT + 1)
        yield protocol.n(2)
        yield protocol.complete

    with WireServer(Stream(pieces(), content_type=protocol.content_type)) as server:
        limits = aiohttp.ClientTimeout(total=LIMIT, sock_read=LIMIT)
        subscriptions = protocol.type(server.url, timeout=limits)
        with Client(server.url, subscriptions=subscriptions, timeout=LIMIT) as client:
            assert numbers(client) == [1, 2]


@each_protocol
def test_limit_of_the_call(protocol: Protocol) -> None:
    """The call's limit ends the wait for a stream, and the server sees it."""
    with WireServer(silent) as server, protocol.client(server.url) as client:
        with pytest.raises(TransportTimeout) as info:
            client.subscribe(SUBSCRIPTION, timeout=1.0)
        server.wait_for_scripts()
    assert info.value.limit == "timeout"


# -- redirects


def test_redirects() -> None:
    """A redirect is followed; to another origin without credentials, but for the same protocol."""
    with WireServer(EVENTS) as target:
        redirect = answer(b"", f"Location: {target.url}", status="307 No")
        with WireServer(answering(redirect)) as server, SSE.client(server.url, auth="Bearer t") as client:
            assert numbers(client) == [1]
    (request,) = target.requests
    assert request.header("authorization") is None
    assert request.header("accept") == SSE_TYPE
    assert request.header("accept-encoding") == "identity"
    assert request.body == server.requests[0].body


def test_max_response_size() -> None:
    """The limit applies to responses that are not streams."""
    large = answer(b'{"data": {"n": "' + b"x" * 1000 + b'"}}')
    with (
        WireServer(answering(large)) as server,
        SSE.client(server.url, max_response_size=100, reconnect=SOON) as client,
        pytest.raises(TransportError, match="max_response_size"),
    ):
        client.subscribe(SUBSCRIPTION)


def test_queries_by_get() -> None:
    """A query may be sent by GET; a subscription is not."""
    with (
        WireServer(EVENTS) as server,
        Client(transport=EventStreamTransport(server.url, use_get_for_queries=True)) as client,
    ):
        assert client.execute("{ n }") == {"n": 1}
        assert numbers(client) == [1]
    assert [request.method for request in server.requests] == ["GET", "POST"]
    assert accepts(server) == [SSE_TYPE, SSE_TYPE]


def test_refused_credentials() -> None:
    """A refusal of credentials is its own exception."""
    with (
        WireServer(answering(answer(b"no", status="403 No"))) as server,
        SSE.client(server.url, reconnect=SOON) as client,
        pytest.raises(TransportAuthenticationError),
    ):
        client.subscribe(SUBSCRIPTION)
