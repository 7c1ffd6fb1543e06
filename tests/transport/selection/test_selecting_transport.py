"""SelectingTransport: subscriptions find the protocol of the server, start once, and remember what worked."""

from __future__ import annotations

import asyncio
import logging
import os
import pickle
import struct
import threading
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any

import pytest

from syncgql import (
    AIOHTTPWebsocketsTransport,
    Client,
    GraphQLRequest,
    RequestsHTTPTransport,
    Subscription,
    TransportAuthenticationError,
    TransportConnectionFailed,
    TransportError,
    TransportProtocolsRefused,
    TransportQueryError,
    TransportRateLimited,
    TransportServerError,
    TransportTimeout,
)
from syncgql.deadline import Deadline
from syncgql.testing import GraphQLMock, complete, event
from syncgql.transport.async_event_sink import AsyncEventSink
from syncgql.transport.selectable_stream import ProtocolsRefused
from syncgql.transport.websocket.active_operation import ActiveOperation
from syncgql.transport.websocket.pool import WebSocketPool

from ...fix_servers import PATIENCE, Server
from ...fix_streams import StreamServer
from ...ports import reserved_port
from ...servers.python import PythonProcess
from ...servers.scripted import CLOSE, Peer, ScriptedServer
from ...servers.stream_wire import Stream
from ...servers.wire import Script, WireServer, answer
from ..asynchronous import in_loop
from ..response_streams import CLOSE as LAST_PART
from ..response_streams import COMPLETE, MULTIPART_TYPE, OPENING, SOON, SUBSCRIPTION, answer_once, n, n_part, numbers

COUNT = "subscription { count(to: 3) }"
NO_SOCKET = answer(b"no", status="404 Not Found", content_type="text/plain")
EVENTS = Stream([n(1), COMPLETE])
PARTS = Stream([OPENING, n_part(1), LAST_PART], content_type=MULTIPART_TYPE)


def answering(response: bytes) -> Script:
    """A script that responds to one request."""
    return lambda connection: answer_once(connection, response)


NOTHING = answering(NO_SOCKET)


def requested(server: WireServer) -> list[str]:
    """The ``Upgrade`` header, or else the first accepted media type, of each request to a server."""
    return [
        request.header("upgrade") or (request.header("accept") or "").partition(";")[0] for request in server.requests
    ]


def opened(client: Client, document: str = COUNT) -> tuple[str, list[Any]]:
    """The protocol and the numbers of a subscription."""
    subscription = client.subscribe(document)
    return subscription.protocol, [next(iter(data.values())) for data in subscription]


# -- real servers, with nothing but their URL


@pytest.fixture(scope="module", params=["graphql-transport-ws", "graphql-ws", "sse", "multipart"])
def single(request: pytest.FixtureRequest) -> Iterator[tuple[str, str]]:
    """Strawberry with one protocol: its name and the URL."""
    with PythonProcess("tests.servers.strawberry_streams", request.param) as process:
        yield request.param, process.url


def test_a_server_with_one_protocol(single: tuple[str, str]) -> None:
    """The server's only protocol is found, and the subscription starts there once."""
    protocol, url = single
    server = StreamServer(url)
    with Client(url) as client:
        assert opened(client) == (protocol, [1, 2, 3])
        assert opened(client) == (protocol, [1, 2, 3])
    assert len(server.seen("started")) == 2


def test_servers_of_both_websockets_and_streams(
    strawberry_streams: StreamServer, ariadne_streams: StreamServer
) -> None:
    """WebSockets come first."""
    for server in (strawberry_streams, ariadne_streams):
        with Client(server.url) as client:
            assert opened(client) == ("graphql-transport-ws", [1, 2, 3])
        assert len(server.seen("started")) == 1


def test_yoga(yoga_server: StreamServer) -> None:
    """GraphQL Yoga has SSE at the URL of queries."""
    with Client(yoga_server.url) as client:
        assert opened(client) == ("sse", [1, 2, 3])
        assert client.execute("{ hello }") == {"hello": "Hello world!"}
    assert len(yoga_server.seen("started")) == 1


def test_graphql_sse(graphql_sse_server: StreamServer) -> None:
    """graphql-sse supports only SSE."""
    with Client(graphql_sse_server.url) as client:
        assert opened(client) == ("sse", [1, 2, 3])
    assert len(graphql_sse_server.seen("started")) == 1


def test_legacy_beside_http(ariadne_server: Server) -> None:
    """A legacy server at another URL, given as http or ws."""
    for url in (ariadne_server.at("/legacy"), ariadne_server.at("/legacy").replace("http", "ws", 1)):
        with Client(ariadne_server.url, subscriptions=url) as client:
            assert client.subscribe("subscription { count(to: 3) }").protocol == "graphql-ws"


def test_apollo(apollo_server: StreamServer) -> None:
    """Apollo Server has no subscriptions: the error has a reason for each protocol."""
    with Client(apollo_server.url) as client, pytest.raises(TransportProtocolsRefused) as caught:
        client.subscribe(COUNT)
    assert list(caught.value.reasons) == ["graphql-transport-ws, graphql-ws", "sse", "multipart"]
    websocket, *streams = caught.value.reasons.values()
    assert isinstance(websocket, TransportServerError)
    assert [type(reason) for reason in streams] == [TransportQueryError] * 2
    for reason in caught.value.reasons.values():
        assert str(reason).rstrip(".") in str(caught.value)


def test_a_blocking_transport_for_queries(single: tuple[str, str]) -> None:
    """An http URL as subscriptions= is tried by every protocol."""
    protocol, url = single
    with Client(transport=RequestsHTTPTransport(url), subscriptions=url) as client:
        assert opened(client) == (protocol, [1, 2, 3])


def test_yoga_does_not_start_twice(yoga_server: StreamServer) -> None:
    """Yoga starts a subscription that it refuses to send as multipart, so no other protocol is tried after that."""
    for protocols in (["multipart", "sse"], ["multipart", "graphql-transport-ws"], "multipart"):
        before = len(yoga_server.seen("started"))
        with (
            Client(yoga_server.url, subscription_protocol=protocols) as client,
            pytest.raises(TransportServerError) as caught,
        ):
            client.subscribe(COUNT)
        assert caught.value.code == 406
        assert len(yoga_server.seen("started")) <= before + 1


# -- errors that do not refuse the protocol


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, TransportAuthenticationError),
        (403, TransportAuthenticationError),
        (407, TransportServerError),
        (408, TransportServerError),
        (425, TransportServerError),
        (429, TransportRateLimited),
        (500, TransportServerError),
        (501, TransportServerError),
        (502, TransportServerError),
        (503, TransportServerError),
    ],
)
@pytest.mark.parametrize("step", ["WebSocket", "sse"])
def test_refusals_of_credentials_and_failures(step: str, status: int, kind: type[TransportError]) -> None:
    """They are raised, and the next protocol is not tried."""
    refusal = answering(answer(b"no", status=f"{status} No", content_type="text/plain"))
    scripts = [refusal] if step == "WebSocket" else [answering(NO_SOCKET), refusal]
    with WireServer(*scripts) as server, Client(server.url, reconnect=False) as client:
        with pytest.raises(kind) as caught:
            client.subscribe(SUBSCRIPTION)
        assert not isinstance(caught.value, TransportProtocolsRefused)
        assert requested(server) == ["websocket", "text/event-stream"][: len(scripts)]


def test_a_graphql_error_is_the_response() -> None:
    """A refused operation is not tried again over another protocol."""
    with (
        WireServer(
            answering(NO_SOCKET), answering(answer(b'{"errors": [{"message": "no"}]}', status="400 No"))
        ) as server,
        Client(server.url) as client,
    ):
        with pytest.raises(TransportQueryError, match="no"):
            client.subscribe(SUBSCRIPTION).next(PATIENCE)
        assert requested(server) == ["websocket", "text/event-stream"]


def test_no_connection_no_tls_no_name_no_response(refusing_url: str) -> None:
    """Errors of the connection and timeouts are raised as they are."""
    with Client(refusing_url, reconnect=False) as client, pytest.raises(TransportConnectionFailed):
        client.subscribe(SUBSCRIPTION)
    with Client("http://no.such.name.invalid/", reconnect=False) as client, pytest.raises(TransportConnectionFailed):
        client.subscribe(SUBSCRIPTION)
    with (
        WireServer(lambda connection: connection.wait_for_end()) as server,
        Client(server.url.replace("http", "https"), reconnect=False) as client,
        pytest.raises(TransportError),
    ):
        client.subscribe(SUBSCRIPTION, timeout=1)
    assert server.connections == 1
    with (
        WireServer(lambda connection: connection.wait_for_end()) as server,
        Client(server.url, timeout=1.0) as client,
        pytest.raises(TransportTimeout),
    ):
        client.subscribe(SUBSCRIPTION)
    assert server.connections == 1


@pytest.fixture
def refusing_url() -> Iterator[str]:
    """A URL at which connections are refused."""
    with reserved_port() as port:
        yield f"http://127.0.0.1:{port}/"


# -- refusals of the protocol


@pytest.mark.parametrize("status", [200, 204, 301, 400, 404, 405, 406, 415, 426])
def test_statuses_without_a_websocket(status: int) -> None:
    """Any status but those of credentials and failures says that there is no WebSocket."""
    headers = ["Location: /elsewhere"] if status == 301 else []
    refusal = answer(b"" if status == 204 else b"no", *headers, status=f"{status} No", content_type="text/plain")
    with WireServer(answering(refusal), EVENTS) as server, Client(server.url) as client:
        assert opened(client, SUBSCRIPTION) == ("sse", [1])
        assert opened(client, SUBSCRIPTION) == ("sse", [1])  # remembered
    assert requested(server) == ["websocket", "text/event-stream", "text/event-stream"]


def test_everything_to_the_last(caplog: pytest.LogCaptureFixture) -> None:
    """Each refusal and the result are in the DEBUG log; the last protocol is remembered."""
    caplog.set_level(logging.DEBUG, "syncgql")
    no_stream = answering(answer(b"no", status="406 No", content_type="text/plain"))
    with WireServer(answering(NO_SOCKET), no_stream, PARTS) as server, Client(server.url) as client:
        assert opened(client, SUBSCRIPTION) == ("multipart", [1])
        assert opened(client, SUBSCRIPTION) == ("multipart", [1])
    assert requested(server) == ["websocket", "text/event-stream", "multipart/mixed", "multipart/mixed"]
    said = [record.getMessage() for record in caplog.records if "support" in record.message or "use" in record.message]
    ws, sse, result = said
    assert "does not support graphql-transport-ws, graphql-ws: " in ws
    assert "404" in ws
    assert "does not support sse: " in sse
    assert result == f"{server.url}: subscriptions use multipart."


def test_the_order_of_a_list() -> None:
    """The first supported protocol is used; WebSockets and streams are tried at the position of their first name."""
    with (
        WireServer(
            answering(answer(b"no", status="405 No")), answering(answer(b"no", status="405 No")), NOTHING
        ) as server,
        Client(server.url, subscription_protocol=["sse", "graphql-ws", "multipart"], reconnect=False) as client,
    ):
        with pytest.raises(TransportProtocolsRefused) as caught:
            client.subscribe(SUBSCRIPTION)
        assert list(caught.value.reasons) == ["sse", "multipart", "graphql-ws"]
        assert requested(server) == ["text/event-stream", "multipart/mixed", "websocket"]


def test_one_error_with_all_reasons() -> None:
    """It has the URL and the reasons, also after pickling."""
    with WireServer(NOTHING) as server, Client(server.url) as client:
        with pytest.raises(TransportProtocolsRefused) as caught:
            client.subscribe(SUBSCRIPTION)
        copy = pickle.loads(pickle.dumps(caught.value))
        assert str(copy) == str(caught.value)
        assert [type(reason) for reason in copy.reasons.values()] == [TransportServerError] * 3
        assert server.url in str(copy)


@pytest.mark.parametrize("code", [1002, 4406])
def test_a_subprotocol_that_is_refused(code: int) -> None:
    """A server that closes with this code before the acknowledgement does not support GraphQL over WebSocket."""

    async def close(peer: Peer) -> None:
        if peer.subprotocols:
            await peer.accept(peer.subprotocols[0])
            await peer.frame(CLOSE, struct.pack("!H", code))
        else:
            await peer.refuse(405)

    with ScriptedServer(close) as server, Client(server.url) as client:
        with pytest.raises(TransportProtocolsRefused) as caught:
            client.subscribe(SUBSCRIPTION)
        offers = [peer.subprotocols for peer in server.peers]
        assert offers == [["graphql-transport-ws", "graphql-ws"], ["graphql-ws"], [], []]
        reason = caught.value.reasons["graphql-transport-ws, graphql-ws"]
        assert isinstance(reason, TransportConnectionFailed)
        assert reason.code == code


@pytest.mark.parametrize("code", [1002, 4406])
def test_a_close_after_the_acknowledgement(code: int) -> None:
    """It says nothing about protocols, because the operation may have started."""

    async def close(peer: Peer) -> None:
        await peer.acknowledge()
        await peer.expect("subscribe")
        await peer.frame(CLOSE, struct.pack("!H", code))

    with ScriptedServer(close) as server, Client(server.url, timeout=10) as client:
        with pytest.raises(TransportConnectionFailed) as caught:
            client.subscribe(SUBSCRIPTION).next(PATIENCE)
        assert caught.value.code == code
        assert len(server.peers) == 1


@pytest.mark.parametrize("was_sent", [True, False])
@in_loop
async def test_a_close_while_the_operation_is_sent(was_sent: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A close that crosses the operation may come after the start."""

    async def start(pool: WebSocketPool, operation: ActiveOperation, *arguments: object) -> None:
        operation.was_sent = was_sent
        raise TransportConnectionFailed("no", code=1002)

    monkeypatch.setattr(WebSocketPool, "start", start)
    transport = AIOHTTPWebsocketsTransport("ws://127.0.0.1:9/")
    stream = transport.stream(GraphQLRequest(SUBSCRIPTION), AsyncEventSink(1))
    with pytest.raises(TransportConnectionFailed if was_sent else ProtocolsRefused):
        await stream.try_open(Deadline())


# -- the caller


def test_the_functions_of_the_user() -> None:
    """They are called for each protocol, in the context of the caller and never on the loop."""
    user = ContextVar("user", default="nobody")
    calls: list[str] = []

    def headers() -> dict[str, str]:
        calls.append(user.get())
        with pytest.raises(RuntimeError):
            asyncio.get_running_loop()
        return {"X-User": user.get()}

    no_stream = answering(answer(b"no", status="406 No", content_type="text/plain"))
    user.set("ann")
    with WireServer(answering(NO_SOCKET), no_stream, PARTS) as server, Client(server.url, headers=headers) as client:
        assert numbers(client) == [1]
    assert [request.header("x-user") for request in server.requests] == ["ann"] * 3
    assert set(calls) == {"ann"}


def test_an_exception_of_the_users_function() -> None:
    """It reaches the caller, also when it is raised for a later protocol."""
    tokens = iter(["1"])

    def headers() -> dict[str, str]:
        return {"X-Token": next(tokens, None) or fail()}

    def fail() -> str:
        raise LookupError("no token")

    with (
        WireServer(NOTHING) as server,
        Client(server.url, headers=headers) as client,
        pytest.raises(LookupError, match="no token"),
    ):
        client.subscribe(SUBSCRIPTION)


def test_two_threads_at_once(yoga_server: StreamServer) -> None:
    """Both find the protocol, and each subscription starts once."""
    barrier, results = threading.Barrier(2), list[tuple[str, list[Any]]]()
    with Client(yoga_server.url) as client:

        def work() -> None:
            barrier.wait()
            results.append(opened(client))

        threads = [threading.Thread(target=work) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert results == [("sse", [1, 2, 3])] * 2
    assert len(yoga_server.seen("started")) == 2


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
def test_a_child_finds_the_protocol_itself(single: tuple[str, str]) -> None:
    """After a fork, parent and child subscribe."""
    protocol, url = single
    with Client(url) as client:
        assert opened(client) == (protocol, [1, 2, 3])
        child = os.fork()
        if child == 0:
            os._exit(0 if opened(client) == (protocol, [1, 2, 3]) else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert opened(client) == (protocol, [1, 2, 3])


def test_a_pickled_client(single: tuple[str, str]) -> None:
    """The copy has the same protocols."""
    protocol, url = single
    with pickle.loads(pickle.dumps(Client(url, subscription_protocol=[protocol, "multipart"][:1]))) as client:
        assert opened(client) == (protocol, [1, 2, 3])


def test_a_reconnect_stays_with_the_protocol() -> None:
    """A lost stream is opened again by the same protocol, without another probe."""
    first = Stream([n(1)], end="fin", cut=None)
    with (
        WireServer(answering(NO_SOCKET), first, Stream([n(2), COMPLETE])) as server,
        Client(server.url, reconnect=SOON) as client,
    ):
        assert numbers(client) == [1, 2]
    assert requested(server) == ["websocket", "text/event-stream", "text/event-stream"]


def test_other_variables_after_a_reconnect() -> None:
    """on_reconnect= starts the subscription again over the protocol that was chosen."""
    first = Stream([n(1)], end="fin")
    with (
        WireServer(answering(NO_SOCKET), first, Stream([n(2)], end="open"), Stream([n(3), COMPLETE])) as server,
        Client(server.url, reconnect=SOON, on_reconnect=lambda seconds: {"after": 1}) as client,
    ):
        assert numbers(client, "subscription ($after: Int) { n(after: $after) }")[-1] == 3


def test_protocol_survives_map(yoga_server: StreamServer) -> None:
    """A mapped subscription has the protocol of the original."""
    with Client(yoga_server.url) as client:
        mapped: Subscription[int] = client.subscribe(COUNT).map(lambda data: data["count"])
        assert mapped.protocol == "sse"
        assert list(mapped) == [1, 2, 3]


@pytest.mark.parametrize("protocol", ["auto", "sse", "graphql-ws", ["multipart", "graphql-transport-ws"]])
def test_graphql_mock(protocol: Any) -> None:
    """The mock receives subscriptions, whatever protocols the client would try."""
    with GraphQLMock() as mock, Client("http://127.0.0.1:9/", subscription_protocol=protocol) as client:
        mock.script("subscription { n }", event({"n": 1}), event({"n": 2}), complete())
        assert numbers(client) == [1, 2]


def test_protocols_are_not_detected_without_subscriptions(single: tuple[str, str]) -> None:
    """Queries and mutations do not look for protocols."""
    _, url = single
    server = StreamServer(url)
    with Client(url) as client:
        client.execute("{ hello }")
    assert server.seen("ws_connect") == []
    assert len(server.seen("request")) == 1


@pytest.mark.parametrize("protocol", ["sse", "multipart"])
def test_the_only_protocol_is_refused(strawberry_server: Server, protocol: str) -> None:
    """Strawberry without streams executes the subscription as a query; its error alone would not say so."""
    with (
        Client(strawberry_server.url, subscription_protocol=protocol) as client,
        pytest.raises(TransportProtocolsRefused, match=rf"\[{protocol}\] Cannot return null") as caught,
    ):
        client.subscribe("subscription { count(to: 1) }")
    assert list(caught.value.reasons) == [protocol]
