"""Flawed responses, and responses that ask to wait, are read in the same way on every wire."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from graphql import GraphQLError, build_schema

from syncgql import (
    AIOHTTPWebsocketsTransport,
    Client,
    LocalSchemaTransport,
    RequestsHTTPTransport,
    TransportError,
    TransportProtocolError,
    TransportQueryError,
    TransportRateLimited,
    gql,
)
from syncgql.protocol import rate_limits
from syncgql.testing import GraphQLMock

from .hostile.conversation import APPSYNC
from .servers.scripted import Peer, ScriptedServer
from .servers.stream_wire import Stream
from .servers.wire import WireServer, always, answer
from .transport.conversations import Act
from .transport.response_streams import MULTIPART, SSE, Protocol, event, part

QUERY = "{ a }"
SUBSCRIPTION = "subscription { a }"
MODERN, LEGACY = "graphql-transport-ws", "graphql-ws"

Wire = Callable[[Any], AbstractContextManager[Client]]


def at_each_start(act: Act, subprotocol: str) -> Callable[[Peer], Coroutine[Any, Any, None]]:
    """A script that acts whenever an operation is started."""

    async def script(peer: Peer) -> None:
        await peer.acknowledge(subprotocol)
        while True:
            message = await peer.receive()
            if message["type"] in ("subscribe", "start"):
                await act(peer, message["id"])

    return script


@contextmanager
def by_aiohttp(payload: Any) -> Iterator[Client]:
    with WireServer(always(answer(json.dumps(payload).encode()))) as server, Client(server.url) as client:
        yield client


@contextmanager
def by_requests(payload: Any) -> Iterator[Client]:
    with (
        WireServer(always(answer(json.dumps(payload).encode()))) as server,
        Client(transport=RequestsHTTPTransport(server.url, trust_env=False)) as client,
    ):
        yield client


@contextmanager
def by_mock(payload: Any) -> Iterator[Client]:
    with GraphQLMock() as mock, Client("http://graphql.test/") as client:
        mock.add(QUERY, body=json.dumps(payload))
        yield client


@contextmanager
def by_socket(payload: Any, subprotocol: str) -> Iterator[Client]:
    async def send(peer: Peer, id: str) -> None:
        await peer.send("next" if subprotocol == MODERN else "data", id=id, payload=payload)
        await peer.send("complete", id=id)

    with ScriptedServer(at_each_start(send, subprotocol)) as server, Client(server.ws_url) as client:
        yield client


@pytest.fixture(params=["aiohttp", "requests", "mock", MODERN, LEGACY])
def wire(request: pytest.FixtureRequest) -> Wire:
    """The ways in which the response to a query can arrive."""
    wires: dict[str, Wire] = {"aiohttp": by_aiohttp, "requests": by_requests, "mock": by_mock}
    return wires.get(request.param) or (lambda payload: by_socket(payload, request.param))


FLAWED: list[Any] = [
    {"errors": "m"},
    {"errors": ["m"]},
    {"errors": {"message": "m"}},
    {"errors": {"errors": [{"message": "m"}]}},
    {"data": None, "errors": ["m"]},
    {"data": [], "errors": [{"message": "m"}], "extensions": []},
]


@pytest.mark.parametrize("payload", FLAWED)
def test_errors_that_are_not_in_the_letter(wire: Wire, payload: Any) -> None:
    """They are read; further faults next to them do not matter."""
    with wire(payload) as client:
        with pytest.raises(TransportQueryError, match=r"^m$") as info:
            client.execute(QUERY)
        result = client.execute_result(QUERY)
    assert info.value.errors == result.errors == [{"message": "m"}]
    assert (info.value.data, result.data, result.extensions) == (None, None, None)


def test_null_without_errors(wire: Wire) -> None:
    """It is not data, and a value only of ``execute_result``."""
    with wire({"data": None}) as client:
        with pytest.raises(TransportProtocolError, match="null data and without an error") as info:
            client.execute(QUERY)
        result = client.execute_result(QUERY)
    assert info.value.rule == "null data comes with an error"
    assert (result.data, result.has_data, result.errors) == (None, True, None)


def test_error_without_a_message(wire: Wire) -> None:
    """The message has its code."""
    payload = {"errors": [{"extensions": {"code": "BOOM"}}]}
    with wire(payload) as client, pytest.raises(TransportQueryError, match="BOOM") as info:
        client.execute(QUERY)
    assert info.value.codes == ("BOOM",)


def test_throttled(wire: Wire) -> None:
    """It is an error of ``execute`` with the time to wait, and a value of ``execute_result``."""
    errors = [{"message": "Slow down", "extensions": {"code": "RATE_LIMITED", "retry_in_seconds": 2}}]
    with wire({"errors": errors}) as client:
        with pytest.raises(TransportRateLimited, match=r"Slow down\. Try again in 2 s\.") as info:
            client.execute(QUERY)
        result = client.execute_result(QUERY)
    assert (info.value.retry_after, info.value.errors, info.value.sent) == (2, errors, True)
    assert (result.errors, result.has_data) == (errors, False)


def test_nan(wire: Wire) -> None:
    """It is not JSON; the message names the option that accepts it."""
    with wire({"data": {"a": float("nan")}}) as client, pytest.raises(TransportProtocolError, match="NaN") as info:
        client.execute(QUERY)
    assert "json_deserialize=json.loads" in str(info.value)


# -- events of subscriptions


@contextmanager
def by_stream(payload: Any, protocol: Protocol) -> Iterator[Client]:
    message = event(payload) if protocol is SSE else part({"payload": payload})
    body = Stream([protocol.start, message, protocol.complete], content_type=protocol.content_type)
    with WireServer(body) as server, protocol.client(server.url) as client:
        yield client


@contextmanager
def by_appsync(payload: Any) -> Iterator[Client]:
    async def script(peer: Peer) -> None:
        id = await APPSYNC.open(peer)
        await peer.send("data", id=id, payload=payload)
        await peer.send("complete", id=id)
        await peer.drain()

    with ScriptedServer(script) as server, Client(transport=APPSYNC.transport(server)) as client:
        yield client


@pytest.fixture(params=["sse", "multipart", MODERN, LEGACY, "appsync"])
def events_wire(request: pytest.FixtureRequest) -> Wire:
    """The ways in which an event of a subscription can arrive."""
    wires: dict[str, Wire] = {
        "sse": lambda payload: by_stream(payload, SSE),
        "multipart": lambda payload: by_stream(payload, MULTIPART),
        "appsync": by_appsync,
    }
    return wires.get(request.param) or (lambda payload: by_socket(payload, request.param))


@pytest.mark.parametrize("payload", FLAWED)
def test_events_with_errors_that_are_not_in_the_letter(events_wire: Wire, payload: Any) -> None:
    """They are read as in a response to a query."""
    with events_wire(payload) as client, pytest.raises(TransportQueryError, match=r"^m$"):
        list(client.subscribe(SUBSCRIPTION))


def test_event_without_a_message(events_wire: Wire) -> None:
    """The message has the error's code."""
    payload = {"errors": [{"extensions": {"code": "BOOM"}}]}
    with events_wire(payload) as client, pytest.raises(TransportQueryError, match="BOOM"):
        list(client.subscribe(SUBSCRIPTION))


def test_event_with_nan(events_wire: Wire) -> None:
    """It ends the subscription; the message names the option that accepts it."""
    refused = pytest.raises(TransportProtocolError, match=r"has no NaN\..*json_deserialize=json\.loads")
    with events_wire({"data": {"a": float("nan")}}) as client, refused:
        list(client.subscribe(SUBSCRIPTION))


# -- the message "error" of a WebSocket


def failing(payload: Any, subprotocol: str) -> ScriptedServer:
    async def fail(peer: Peer, id: str) -> None:
        await peer.send("error", id=id, payload=payload)

    return ScriptedServer(at_each_start(fail, subprotocol))


@pytest.mark.parametrize("subprotocol", [MODERN, LEGACY])
@pytest.mark.parametrize("payload", ["m", ["m"], {"message": "m"}, [{"message": "m"}], {"errors": [{"message": "m"}]}])
def test_message_error(subprotocol: str, payload: Any) -> None:
    """It is a response like errors over HTTP: a value of ``execute_result``."""
    with failing(payload, subprotocol) as server, Client(server.ws_url) as client:
        with pytest.raises(TransportQueryError, match=r"^m$"):
            client.execute(QUERY)
        result = client.execute_result(QUERY)
        with pytest.raises(TransportQueryError, match=r"^m$"):
            list(client.subscribe("subscription { a }"))
    assert (result.errors, result.has_data) == ([{"message": "m"}], False)


@pytest.mark.parametrize("subprotocol", [MODERN, LEGACY])
def test_message_with_a_throttling_error(subprotocol: str) -> None:
    """A query that was throttled, and a subscription."""
    with failing([{"message": "Throttled"}], subprotocol) as server, Client(server.ws_url) as client:
        with pytest.raises(TransportRateLimited):
            client.execute(QUERY)
        assert client.execute_result(QUERY).errors == [{"message": "Throttled"}]
        with pytest.raises(TransportRateLimited):
            list(client.subscribe("subscription { a }"))


def test_message_error_of_a_bare_transport() -> None:
    """``execute`` of a transport raises it, as in gql."""

    async def execute(url: str) -> None:
        transport = AIOHTTPWebsocketsTransport(url)
        await transport.connect()
        try:
            with pytest.raises(TransportQueryError, match=r"^m$"):
                await transport.execute(gql(QUERY))
        finally:
            await transport.close()

    with failing([{"message": "m"}], MODERN) as server:
        asyncio.run(execute(server.ws_url))


# -- without a wire


def test_local_schema_that_throttles() -> None:
    """A schema in this process may return such an error as well."""
    schema = build_schema("type Query { a: Int }")

    def refuse(*_: object) -> None:
        raise GraphQLError("Slow down", extensions={"code": "THROTTLED"})

    schema.type_map["Query"].fields["a"].resolve = refuse  # type: ignore[attr-defined]
    with Client(transport=LocalSchemaTransport(schema)) as client:
        with pytest.raises(TransportRateLimited, match="Slow down"):
            client.execute(QUERY)
        assert client.execute_result(QUERY).data == {"a": None}


def test_answers_without_errors_are_not_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Checking for rate limits costs nothing if there is no error."""

    def fail(*_: object) -> Any:
        pytest.fail("an answer without errors was searched")

    for name in ("read_quota", "says_throttled", "is_throttled", "is_rate_limit"):
        monkeypatch.setattr(rate_limits, name, fail)
    monkeypatch.setattr("syncgql.protocol.graphql_response.is_throttled", fail)
    monkeypatch.setattr("syncgql.protocol.http.says_throttled", fail)
    with by_aiohttp({"data": {"a": 1}}) as client:
        assert client.execute(QUERY) == {"a": 1}


def test_introspection_that_is_throttled() -> None:
    """The schema is temporarily unavailable, which does not mean that introspection is refused."""
    throttled = {"errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}]}
    with by_aiohttp(throttled) as client, pytest.raises(TransportRateLimited):
        _ = client.schema
    refused = pytest.raises(TransportError, match=r"refused introspection: Introspection is off\. Pass")
    with by_aiohttp({"errors": ["Introspection is off"]}) as client, refused:
        _ = client.schema
