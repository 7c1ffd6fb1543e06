"""EventStreamTransport: GraphQL over Server-Sent Events, with real servers and raw ones."""

from __future__ import annotations

import contextlib
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from syncgql import (
    Client,
    EventStreamTransport,
    ExecutionResult,
    TransportAuthenticationError,
    TransportConnectionFailed,
    TransportProtocolError,
    TransportQueryError,
    TransportServerError,
    gql,
)

from ..fix_servers import Server
from ..fix_streams import StreamServer
from ..servers.stream_wire import Stream
from ..servers.wire import WireServer, answer
from .asynchronous import in_loop
from .response_streams import (
    COMMENT,
    COMPLETE,
    SOON,
    SSE,
    SUBSCRIPTION,
    answer_once,
    check_silence,
    event,
    n,
    numbers,
    until_lost,
)


def client_of(server: Server | WireServer, **options: Any) -> Client:
    return SSE.client(server.url, **options)


def test_a_subscription(any_sse_server: StreamServer) -> None:
    """Events arrive one by one until the server completes the subscription."""
    with client_of(any_sse_server) as client:
        assert numbers(client, "subscription { count(to: 3) }") == [1, 2, 3]
    any_sse_server.wait_for("ended", name="subscription count")


def test_events_arrive_at_once(any_sse_server: StreamServer) -> None:
    """An event is delivered while the server waits for the next one."""
    with client_of(any_sse_server) as client, client.subscribe("subscription { published }") as events:
        any_sse_server.wait_for("started", name="subscription published")
        for number in (1, 2):
            any_sse_server.publish(number)
            assert events.next(timeout=30) == {"published": number}


def test_s01_s23_headers() -> None:
    """Accept is exactly the media type, although the client has another, and no compression is requested."""
    with (
        WireServer(Stream([n(1), COMPLETE])) as server,
        client_of(server, headers={"Accept": "application/json", "Authorization": "Bearer t"}) as client,
    ):
        assert numbers(client) == [1]
    (request,) = server.requests
    headers = dict(request.headers)
    assert (headers["accept"], headers["accept-encoding"]) == ("text/event-stream", "identity")
    assert headers["authorization"] == "Bearer t"
    assert (request.method, headers["content-type"]) == ("POST", "application/json")
    assert request.body == b'{"query":"subscription { n }"}'


@pytest.mark.parametrize("framing", ["chunked", "close"])
def test_s08_end_without_complete(framing: Any) -> None:
    """A stream that ends without ``complete``, however cleanly, is lost; a subscription is sent again."""
    with (
        WireServer(Stream([n(1)], framing=framing), Stream([n(2), COMPLETE])) as server,
        client_of(server, reconnect=SOON) as client,
        client.subscribe(SUBSCRIPTION) as events,
    ):
        assert list(events) == [{"n": 1}, {"n": 2}]
        assert events.stats.reconnects == 1
    assert server.requests[0].body == server.requests[1].body


@pytest.mark.parametrize("end", ["complete", "fin", "reset"])
def test_s08_lost_without_reconnect(end: Any) -> None:
    """Without ``reconnect=`` the loss is raised after the events that arrived."""
    with WireServer(Stream([n(1)], end=end)) as server, client_of(server) as client:
        received, error = until_lost(client)
    assert received == [1]
    assert f"http://127.0.0.1:{server.port}/graphql" in str(error)
    assert error.sent


def test_s09_errors_are_events() -> None:
    """An event with errors raises, and the iterator continues."""
    failed = event({"data": None, "errors": [{"message": "no"}]})
    with WireServer(Stream([n(1), failed, n(2), COMPLETE])) as server, client_of(server) as client:
        events = client.subscribe(SUBSCRIPTION)
        assert next(events) == {"n": 1}
        with pytest.raises(TransportQueryError, match="no"):
            next(events)
        assert list(events) == [{"n": 2}]


def test_s09_a_subscription_that_fails(yoga_server: StreamServer) -> None:
    """The failure of a subscription on the server is an event with errors."""
    with client_of(yoga_server) as client:
        results = list(client.subscribe_results("subscription { fails }"))
    assert [result.data for result in results[:2]] == [{"fails": 1}, {"fails": 2}]
    assert results[-1].errors


REFUSED = b'{"errors": [{"message": "Syntax Error: no"}]}'


@pytest.mark.parametrize("status", ["400 Bad Request", "200 OK", "422 No"])
def test_s10_json_with_errors(status: str) -> None:
    """A JSON response that refuses the operation is its only event, errors included."""
    with (
        WireServer(lambda connection: answer_once(connection, answer(REFUSED, status=status))) as server,
        client_of(server, reconnect=SOON) as client,
    ):
        with pytest.raises(TransportQueryError, match="Syntax Error"):
            numbers(client)
        (result,) = client.subscribe_results(SUBSCRIPTION)
        assert result.errors == [{"message": "Syntax Error: no"}]
        assert result.response is not None
        assert result.response.status == int(status[:3])


def test_s10_json_with_data() -> None:
    """A JSON response with data is the only event."""
    with (
        WireServer(lambda connection: answer_once(connection, answer(b'{"data":{"n":1}}'))) as server,
        client_of(server) as client,
    ):
        assert numbers(client) == [1]


def test_s10_no_content() -> None:
    """204 completes the subscription without events."""
    with (
        WireServer(lambda connection: answer_once(connection, b"HTTP/1.1 204 No\r\n\r\n")) as server,
        client_of(server, reconnect=SOON) as client,
    ):
        assert numbers(client) == []
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("content_type", "body"),
    [("text/html", b"<html>hi</html>"), ("multipart/mixed; boundary=x", b"--x"), ("application/json", b"[1]")],
)
def test_s10_neither_stream_nor_graphql(content_type: str, body: bytes) -> None:
    """Any other response raises an error from ``subscribe`` that quotes or names it."""
    with (
        WireServer(lambda connection: answer_once(connection, answer(body, content_type=content_type))) as server,
        client_of(server, reconnect=SOON) as client,
        pytest.raises(TransportProtocolError) as info,
    ):
        client.subscribe(SUBSCRIPTION)
    assert info.value.response is not None
    assert len(server.requests) == 1


def test_s10_invalid_documents(any_sse_server: StreamServer) -> None:
    """Each server refuses a wrong document differently; each refusal is an error with the server's text."""
    with client_of(any_sse_server, reconnect=SOON) as client, pytest.raises(TransportQueryError, match="wrong"):
        numbers(client, "subscription { wrong }")


def test_s11_break_closes_the_connection(any_sse_server: StreamServer) -> None:
    """Leaving the loop ends the subscription on the server."""
    with client_of(any_sse_server) as client:
        for _ in client.subscribe("subscription { endless }"):
            break
        any_sse_server.wait_for("ended", name="subscription endless")


def test_s12_long_lines() -> None:
    """An event of 5 MB in one line is accepted; a larger one than the limit is an error that names the limit."""
    text = "x" * 5_000_000
    with WireServer(Stream([n(text), COMPLETE])) as server, client_of(server) as client:
        assert numbers(client) == [text]
    with (
        WireServer(Stream([n(1), n(text), COMPLETE])) as server,
        client_of(server, max_message_size=1_000_000, reconnect=SOON) as client,
    ):
        events = client.subscribe(SUBSCRIPTION)
        assert next(events) == {"n": 1}
        with pytest.raises(TransportProtocolError, match="max_message_size"):
            next(events)
    assert len(server.requests) == 1


def test_s13_silence() -> None:
    """Comments keep a stream alive; a stream on which nothing arrives is lost."""
    check_silence(SSE)


def test_s14_id_and_retry() -> None:
    """The id is sent back, and ``retry`` is the least time to wait."""
    first = Stream([b"retry: 700\n", event({"data": {"n": 1}}, id="a b-ü")])
    with (
        WireServer(first, Stream([n(2)]), Stream([n(3), COMPLETE])) as server,
        client_of(server, reconnect=SOON) as client,
    ):
        gaps: list[float] = []
        assert numbers(client, on_reconnect=gaps.append) == [1, 2, 3]
    ids = [request.header("last-event-id") for request in server.requests]
    assert [id and id.encode("latin-1").decode() for id in ids] == [None, "a b-ü", "a b-ü"]
    assert min(gaps) >= 0.7


@pytest.mark.parametrize("status", ["400 No", "404 No", "405 No", "406 No", "410 No", "415 No"])
def test_s15_final_statuses(status: str) -> None:
    """These are not retried."""
    with (
        WireServer(lambda connection: answer_once(connection, answer(b"no", status=status))) as server,
        client_of(server, reconnect=SOON) as client,
        pytest.raises(TransportServerError) as info,
    ):
        client.subscribe(SUBSCRIPTION)
    assert info.value.code == int(status[:3])
    assert len(server.requests) == 1


def test_s15_temporary_statuses() -> None:
    """These are retried, first and later connections, after the time that the server asks for."""
    statuses = (408, 425, 429, 500, 502, 503, 504)
    with ThreadPoolExecutor(len(statuses)) as threads:  # each waits twice, for a second
        for _ in threads.map(check_temporary_status, statuses):
            pass


def check_temporary_status(status: int) -> None:
    busy = answer(b"busy", "Retry-After: 1", status=f"{status} No")
    with (
        WireServer(
            lambda connection: answer_once(connection, busy),
            Stream([n(1)]),
            lambda connection: answer_once(connection, busy),
            Stream([n(2), COMPLETE]),
        ) as server,
        client_of(server, reconnect=SOON) as client,
    ):
        gaps: list[float] = []
        assert numbers(client, on_reconnect=gaps.append) == [1, 2]
    assert len(server.requests) == 4, status
    assert gaps[0] >= 1, status


def test_s15_refused_credentials() -> None:
    """401 is final, except that credentials from a function are tried once more."""
    refusal = answer(b"no", status="401 No")
    with WireServer(lambda connection: answer_once(connection, refusal)) as server:
        with (
            client_of(server, auth="Bearer old", reconnect=SOON) as client,
            pytest.raises(TransportAuthenticationError),
        ):
            client.subscribe(SUBSCRIPTION)
        assert len(server.requests) == 1
    tokens = iter(["Bearer old", "Bearer new"])
    with (
        WireServer(lambda connection: answer_once(connection, refusal), Stream([n(1), COMPLETE])) as server,
        client_of(server, auth=lambda: next(tokens), reconnect=SOON) as client,
    ):
        assert numbers(client) == [1]
    assert [request.header("authorization") for request in server.requests] == ["Bearer old", "Bearer new"]


@pytest.mark.parametrize("any_sse_server", ["yoga", "graphql-sse", "strawberry"], indirect=True)
def test_s21_queries(any_sse_server: StreamServer) -> None:
    """Queries and mutations run over SSE, too; Ariadne refuses them."""
    with Client(transport=EventStreamTransport(any_sse_server.url)) as client:
        assert client.execute('{ hello(name: "you") }') == {"hello": "Hello you!"}
        assert client.execute("mutation { add(a: 1, b: 2) }") == {"add": 3}


@pytest.mark.parametrize("framing", ["chunked", "close"])
@pytest.mark.parametrize("end", ["complete", "fin", "reset"])
def test_s21_a_query_without_complete(framing: Any, end: Any) -> None:
    """A query has its result although the stream ends without ``complete``."""
    with (
        WireServer(Stream([n(1)], framing=framing, end=end)) as server,
        Client(transport=EventStreamTransport(server.url)) as client,
    ):
        assert client.execute("{ n }") == {"n": 1}


@pytest.mark.parametrize("document", ["{ n }", "mutation { n }"])
def test_s21_sent_once(document: str) -> None:
    """A query or mutation whose stream ends before the result is not sent again."""
    with (
        WireServer(Stream([COMMENT], end="fin")) as server,
        Client(transport=EventStreamTransport(server.url, reconnect=SOON)) as client,
    ):
        with pytest.raises(TransportConnectionFailed) as info:
            client.execute(document)
        assert info.value.sent
    assert len(server.requests) == 1


def test_s21_refused_once() -> None:
    """A mutation that an overloaded server refuses is not sent again."""
    busy = answer(b"busy", status="503 No")
    with (
        WireServer(lambda connection: answer_once(connection, busy)) as server,
        Client(transport=EventStreamTransport(server.url, reconnect=SOON)) as client,
        pytest.raises(TransportServerError),
    ):
        client.execute("mutation { n }")
    assert len(server.requests) == 1


def test_s21_no_result() -> None:
    """A query that completes without a result is an error."""
    with (
        WireServer(Stream([COMPLETE])) as server,
        Client(transport=EventStreamTransport(server.url)) as client,
        pytest.raises(TransportProtocolError, match="without a result"),
    ):
        client.execute("{ n }")


@in_loop
async def test_in_asyncio_code() -> None:
    """The transport works on its own."""
    with WireServer(Stream([n(1), n(2), COMPLETE], end="open")) as server:
        transport = EventStreamTransport(server.url)
        await transport.connect()
        try:
            events = [result async for result in transport.subscribe(gql(SUBSCRIPTION))]
            assert events == [ExecutionResult({"n": 1}), ExecutionResult({"n": 2})]
            async with contextlib.aclosing(transport.subscribe(gql(SUBSCRIPTION))) as results:
                async for _ in results:
                    break
            assert await transport.execute(gql("{ n }")) == ExecutionResult({"n": 1})
        finally:
            await transport.close()
        server.wait_for_scripts()
