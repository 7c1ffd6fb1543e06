"""Messages that no honest server sends, and handshakes that must not leak or follow anything."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from syncgql import (
    AIOHTTPWebsocketsTransport,
    Client,
    DocumentError,
    TransportError,
    TransportProtocolError,
    TransportQueryError,
    TransportServerError,
    TransportTimeout,
)

from ..servers.scripted import TEXT, Peer, ScriptedServer, frame
from ..transport.asynchronous import in_loop, websockets
from .conversation import APPSYNC, GRAPHQL_WS, TRANSPORT_WS, Dialect, each_dialect, events_of, numbers, sends
from .heartbeat import heartbeat


def message(**members: Any) -> bytes:
    """Return the frame of a message."""
    return frame(TEXT, json.dumps(members).encode())


@each_dialect
def test_id_of_another_subscription(dialect: Dialect) -> None:
    """A result goes to the operation with its id, and an end ends only that operation, in any order."""

    async def script(peer: Peer) -> None:
        first = await dialect.open(peer)
        second = (await peer.receive())["id"]
        if dialect is APPSYNC:
            await peer.send("start_ack", id=second)
        await peer.write(dialect.result(second, 2) + message(type="complete", id=second) + dialect.result(second, 3))
        await peer.write(dialect.result(first, 1) + message(type="complete", id=first))
        await peer.drain()

    with ScriptedServer(script) as server, Client(transport=dialect.transport(server)) as client:
        # On one socket, because these subscriptions cannot pause reading.
        first, second = [client.subscribe("subscription { n }", overflow="raise") for _ in range(2)]
        assert (list(first), list(second)) == ([{"n": 1}], [{"n": 2}])
    assert len(server.peers) == 1


@pytest.mark.parametrize(
    "id", ["7777", "__proto__", "constructor", "__class__", "__init__", "\0", "\ud800", "x" * 10**6]
)
@each_dialect
@in_loop
async def test_id_that_is_not_ours(dialect: Dialect, id: str) -> None:
    """Messages with unknown ids are ignored; names with a special meaning elsewhere are ordinary ids."""

    async def act(peer: Peer, own: str) -> None:
        for type in (dialect.event, "error", "complete", "start_ack"):
            if type != "start_ack" or dialect is not TRANSPORT_WS:
                await peer.write(message(type=type, id=id, payload={"data": {"n": 0}}))
        await peer.write(dialect.result(own))

    assert numbers(await events_of(dialect, act)) == [1]


@pytest.mark.parametrize("id", [1, 1.0, True, None, "", [], {}, ["1"], {"toString": 1}])
@each_dialect
@in_loop
async def test_id_that_is_not_text(dialect: Dialect, id: Any) -> None:
    """An id of another type is not mistaken for similar text."""
    for type in (dialect.event, "complete"):
        if dialect is APPSYNC:
            assert await events_of(dialect, sends(message(type=type, id=id, payload={"data": {"n": 1}}))) == []
            continue
        with pytest.raises(TransportProtocolError, match="is a non-empty string"):
            await events_of(dialect, sends(message(type=type, id=id, payload={"data": {"n": 1}})))


@pytest.mark.parametrize("type", ["__proto__", "__class__", "receive", "_on_ack", "x" * 10**6, "\0", 1, [], {}, True])
@each_dialect
@in_loop
async def test_type_that_is_none(dialect: Dialect, type: Any) -> None:
    """A type is looked up in a table of the protocol and never among attributes."""
    if dialect is APPSYNC:
        assert await events_of(dialect, sends(message(type=type))) == []
        return
    with pytest.raises(TransportProtocolError, match="is not a type of message") as caught:
        await events_of(dialect, sends(message(type=type)))
    assert len(str(caught.value)) < 1000


@each_dialect
@in_loop
async def test_results_before_the_acknowledgement(dialect: Dialect) -> None:
    """A flood of results for an operation that was not started is an error, or nothing until ack_timeout."""

    async def script(peer: Peer) -> None:
        await peer.accept(dialect.subprotocol)
        await peer.expect("connection_init")
        await peer.flood(dialect.result("1") * 50_000)
        await peer.discard()

    async with heartbeat():
        with ScriptedServer(script) as server:
            kind = TransportProtocolError if dialect is TRANSPORT_WS else TransportTimeout
            ack_timeout = 30 if dialect is TRANSPORT_WS else 1
            transport = dialect.transport(server, ack_timeout=ack_timeout, close_timeout=0.1)
            with pytest.raises(kind) as caught:
                await transport.connect()
            await transport.close()
    if isinstance(caught.value, TransportTimeout):
        assert caught.value.limit == "ack_timeout"


@each_dialect
@in_loop
async def test_acknowledged_twice(dialect: Dialect) -> None:
    """A second acknowledgement changes neither the payload nor the limits of the first."""

    async def script(peer: Peer) -> None:
        id = await dialect.open(peer)
        await peer.send("connection_ack", payload={"connectionTimeoutMs": 1, "second": True})
        await peer.write(dialect.result(id) + message(type="complete", id=id))
        await peer.drain()

    with ScriptedServer(script) as server:
        transport = dialect.transport(server)
        try:
            assert numbers([event async for event in transport.subscribe("subscription { n }")]) == [1]
            assert "second" not in (transport.payloads.get("connection_ack") or {})
        finally:
            await transport.close()


@pytest.mark.parametrize(
    "payload",
    [json.dumps({"a": "x" * 16_000_000}), json.dumps({"a": [[]] * 500_000})],
    ids=["text", "lists"],
)
@each_dialect
@in_loop
async def test_ping_payload_of_16_mb(dialect: Dialect, payload: str) -> None:
    """The payload of a ping is sent back, so its size is limited; the other dialects have no such message."""
    ping = frame(TEXT, f'{{"type":"ping","payload":{payload}}}'.encode())
    if dialect is APPSYNC:
        assert await events_of(dialect, sends(ping)) == []
        return
    rule = "a ping has at most 65,536 characters" if dialect is TRANSPORT_WS else "'ping' is not a type of message"
    with pytest.raises(TransportProtocolError, match=rule) as caught:
        await events_of(dialect, sends(ping))
    assert caught.value.code == dialect.code
    assert len(str(caught.value)) < 1000


@in_loop
async def test_ping_payload_up_to_the_limit_is_sent_back() -> None:
    """A payload of 60,000 characters is accepted and sent back unchanged."""
    pongs = []

    async def act(peer: Peer, id: str) -> None:
        await peer.send("ping", payload={"a": "x" * 60_000})
        pongs.append(await peer.expect("pong"))

    assert await events_of(TRANSPORT_WS, act) == []
    assert pongs == [{"type": "pong", "payload": {"a": "x" * 60_000}}]


@pytest.mark.parametrize("type", ["complete", "error", "event", "ping", "ka"])
@each_dialect
@in_loop
async def test_flood(dialect: Dialect, type: str) -> None:
    """A flood of messages for no operation does not block the loop, and later messages are read."""
    flood = {
        "complete": message(type="complete", id="7777"),
        "error": message(type="error", id="7777", payload=[{"message": "x"}]),
        "event": dialect.result("7777"),
        "ping": message(type="ping") if dialect is TRANSPORT_WS else b"",
        "ka": message(type="ka") if dialect is not TRANSPORT_WS else b"",
    }[type]

    async def act(peer: Peer, id: str) -> None:
        await peer.flood(flood * 30_000 + dialect.result(id))

    async with heartbeat():
        assert numbers(await events_of(dialect, act)) == [1]


@pytest.mark.parametrize("dialect", [GRAPHQL_WS, APPSYNC], ids=lambda dialect: dialect.name)
@in_loop
async def test_flood_of_complaints(dialect: Dialect, caplog: pytest.LogCaptureFixture) -> None:
    """A server that complains endlessly does not fill the log: only the first ten complaints are warnings."""
    caplog.set_level(logging.WARNING, "syncgql")
    complaint = message(type="error", payload={"message": "evil\nWARNING forged"})

    async def act(peer: Peer, id: str) -> None:
        await peer.flood(complaint * 1000)

    assert await events_of(dialect, act) == []
    assert len(caplog.messages) <= 10
    assert all("\n" not in message for message in caplog.messages)


@each_dialect
@in_loop
async def test_event_after_complete(dialect: Dialect) -> None:
    """Nothing follows the end of an operation: no event, no error and no second end."""

    async def act(peer: Peer, id: str) -> None:
        await peer.write(dialect.result(id, 1) + message(type="complete", id=id) + dialect.result(id, 2))
        await peer.write(message(type="error", id=id, payload=[{"message": "late"}]))
        await peer.write(message(type="complete", id=id))

    assert numbers(await events_of(dialect, act)) == [1]


@each_dialect
@in_loop
async def test_event_after_an_error(dialect: Dialect) -> None:
    """An error ends an operation like a completion."""

    async def act(peer: Peer, id: str) -> None:
        await peer.write(message(type="error", id=id, payload=[{"message": "early"}]) + dialect.result(id, 2))

    with pytest.raises(TransportQueryError, match="early"):
        await events_of(dialect, act)


# -- the handshake


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@each_dialect
@in_loop
async def test_redirect_of_a_handshake(dialect: Dialect, status: int) -> None:
    """It is not followed, neither to another host nor with the credentials of the upgrade."""

    async def trap(peer: Peer) -> None:
        await peer.accept(dialect.subprotocol)

    async def redirect(peer: Peer) -> None:
        await peer.refuse(status, Location=elsewhere.ws_url)

    with ScriptedServer(trap) as elsewhere, ScriptedServer(redirect) as server:
        transport = dialect.transport(server, headers={"X-Secret": "hush"})
        try:
            with pytest.raises(TransportServerError, match=f"HTTP {status}. It redirects to {elsewhere.ws_url}"):
                await transport.connect()
        finally:
            await transport.close()
    assert elsewhere.peers == []


@pytest.mark.parametrize("location", ["", "//evil", "\\\\evil", "javascript:alert(1)", "ws:/x", "/" + "x" * 5000])
@in_loop
async def test_redirect_of_a_handshake_to_nowhere(location: str) -> None:
    """The text of Location is truncated in the error."""

    async def redirect(peer: Peer) -> None:
        await peer.refuse(302, Location=location)

    with ScriptedServer(redirect) as server:
        async with websockets(server.ws_url) as transport:
            with pytest.raises(TransportServerError, match="HTTP 302") as caught:
                await transport.connect()
    assert caught.value.code == 302
    assert len(str(caught.value)) < 2000


@pytest.mark.parametrize(
    "key", ['"', '"}', "a\r\nX-Evil: 1", "\0", "\x7f", "\u2028", "__proto__", "type", "", "é" * 1000]
)
@in_loop
async def test_keys_of_init_payload(key: str) -> None:
    """A key is JSON like any other text: it cannot leave the payload or replace members of the message."""

    async def script(peer: Peer) -> None:
        await peer.acknowledge()
        await peer.drain()

    with ScriptedServer(script) as server:
        async with websockets(server.ws_url, init_payload={key: "value"}) as transport:
            await transport.connect()
    assert server.peers[0].received == [{"type": "connection_init", "payload": {key: "value"}}]


@pytest.mark.parametrize("payload", [{"a": "\ud800"}, {"\ud800": 1}, {"a": float("nan")}, {("a",): 1}, {"a": b"x"}])
def test_init_payload_that_cannot_be_sent(payload: Any) -> None:
    """It is refused when the transport is created, without showing its values."""
    with pytest.raises((TypeError, ValueError), match="init_payload"):
        AIOHTTPWebsocketsTransport("ws://localhost/graphql", init_payload=payload)


@pytest.mark.parametrize(
    "name", ["", "a b", "a,b", "a\r\nX-Evil: 1", "a\0", "graphql-ws\n", "GRAPHQL-WS", "ü", "x" * 10**5]
)
def test_names_of_subprotocols(name: str) -> None:
    """Only known names are offered, so none can break out of the header."""
    with pytest.raises(ValueError, match="which is not supported"):
        AIOHTTPWebsocketsTransport("ws://localhost/graphql", subprotocols=[name])


@pytest.mark.parametrize("selected", ["evil", "__class__", "x" * 5000, ""])
@in_loop
async def test_subprotocol_that_was_not_offered(selected: str) -> None:
    """A server that selects something else is refused."""

    async def script(peer: Peer) -> None:
        await peer.accept(selected)
        await peer.drain()

    with ScriptedServer(script) as server:
        async with websockets(server.ws_url) as transport:
            with pytest.raises(TransportError, match="selected none of the GraphQL subprotocols") as caught:
                await transport.connect()
    assert len(str(caught.value)) < 1000


@in_loop
async def test_document_with_control_characters_stays_in_its_message() -> None:
    """A document and its variables stay inside the payload."""

    async def script(peer: Peer) -> None:
        await peer.acknowledge()
        start = await peer.expect("subscribe")
        await peer.send("complete", id=start["id"])
        await peer.drain()

    evil = '"},"type":"complete"}\r\n\0'
    with ScriptedServer(script) as server:
        async with websockets(server.ws_url) as transport:
            document = "subscription ($text: String) { n(text: $text) }"
            assert [event async for event in transport.subscribe(document, {"text": evil})] == []
            with pytest.raises(DocumentError):
                await anext(transport.subscribe(f"subscription {{ n {evil} }}"))
    (start,) = [received for received in server.peers[0].received if received["type"] == "subscribe"]
    assert start["payload"] == {"query": document, "variables": {"text": evil}}
