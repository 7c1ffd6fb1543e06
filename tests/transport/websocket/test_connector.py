"""WebSocketConnector: the subprotocol, and the messages before the acknowledgement."""

from __future__ import annotations

import asyncio
import contextlib
import struct
import threading
import weakref
from typing import Any

import aiohttp
import pytest

from syncgql import (
    AIOHTTPWebsocketsTransport,
    TransportAuthenticationError,
    TransportConnectionFailed,
    TransportError,
    TransportProtocolError,
    TransportTimeout,
)
from syncgql.cli.demo.server_process import ServerProcess
from syncgql.protocol import json_codec
from syncgql.transport.recovery.loss import ConnectFailed
from syncgql.transport.websocket.connector import WebSocketConnector
from syncgql.transport.websocket.handshake import GraphQLDialect
from syncgql.transport.websocket.options import WebSocketOptions

from ...fix_servers import Server
from ...servers.scripted import CLOSE, LEGACY, MODERN, Peer, ScriptedServer
from ..asynchronous import in_loop, websockets


async def talk(peer: Peer) -> None:
    """Select the first offered subprotocol, and respond to every operation with one event."""
    name = peer.subprotocols[0]
    await peer.acknowledge(name)
    while True:
        message = await peer.receive()
        if message["type"] in ("subscribe", "start"):
            event = "next" if name == MODERN else "data"
            await peer.send(event, id=message["id"], payload={"data": {"spoken": name}})
            await peer.send("complete", id=message["id"])


@in_loop
async def test_w01_l15_both_are_offered(strawberry_server: Server) -> None:
    """graphql-transport-ws is offered first, then graphql-ws, and the server's selection is used."""
    async with websockets(strawberry_server.ws_url) as transport:
        assert (await transport.execute("{ hello }")).data == {"hello": "Hello world!"}
    assert strawberry_server.wait_for("ws_connect")["subprotocols"] == [MODERN, LEGACY]
    assert strawberry_server.wait_for("ws_accept")["subprotocol"] == MODERN
    strawberry_server.wait_for("ws_message", message={"type": "subscribe"})


@in_loop
async def test_l15_the_message_set_follows_the_servers_choice(ariadne_server: Server) -> None:
    """If a server selects graphql-ws from the offer, it is used."""
    url = ariadne_server.at("/legacy").replace("http", "ws", 1)
    async with websockets(url) as transport:
        assert (await transport.execute("{ hello }")).data == {"hello": "Hello world!"}
    assert ariadne_server.wait_for("ws_connect")["subprotocols"] == [MODERN, LEGACY]
    assert ariadne_server.wait_for("ws_accept")["subprotocol"] == LEGACY
    ariadne_server.wait_for("ws_message", message={"type": "start"})


@pytest.mark.parametrize("name", [MODERN, LEGACY])
@in_loop
async def test_w01_l01_subprotocols_narrow_the_offer(name: str) -> None:
    """subprotocols= is the offer, and no other one is used."""
    with ScriptedServer(talk) as server:
        async with websockets(server.ws_url, subprotocols=[name]) as transport:
            assert (await transport.execute("{ spoken }")).data == {"spoken": name}
        assert server.peers[0].subprotocols == [name]


@in_loop
async def test_subprotocols_keep_their_order() -> None:
    """The order of subprotocols= is the order of preference."""
    with ScriptedServer(talk) as server:
        async with websockets(server.ws_url, subprotocols=(LEGACY, MODERN)) as transport:
            assert (await transport.execute("{ spoken }")).data == {"spoken": LEGACY}
        assert server.peers[0].subprotocols == [LEGACY, MODERN]


@pytest.mark.parametrize("selected", [None, "mqtt", "GRAPHQL-TRANSPORT-WS"])
@in_loop
async def test_w01_l01_n02_no_or_foreign_subprotocol(selected: str | None) -> None:
    """A server that selects none of the offered ones is refused with 1002, and the error explains it."""
    drained = threading.Event()

    async def select(peer: Peer) -> None:
        await peer.accept(selected)
        await peer.drain()
        drained.set()

    with ScriptedServer(select) as server:
        async with websockets(server.ws_url) as transport:
            with pytest.raises(TransportConnectionFailed, match=f"none of the GraphQL .*{MODERN}, {LEGACY}"):
                await transport.connect()
        # The client does not wait until the server has read the close frame.
        assert await asyncio.to_thread(drained.wait, 30)
    assert server.peers[0].closed_with == (1002, "")
    assert server.peers[0].received == []
    assert len(server.peers) == 1


@in_loop
async def test_w01_n07_a_foreign_server_that_does_not_answer_the_close_frame() -> None:
    """The selected name is reported without waiting for a close frame, and the connection is cut."""
    frames: list[tuple[int, bytes]] = []
    cut = threading.Event()

    async def ignore(peer: Peer) -> None:
        await peer.accept("mqtt")
        frames.extend(await peer.watch_to_end())
        cut.set()

    with ScriptedServer(ignore) as server:
        async with websockets(server.ws_url, websocket_close_timeout=None, close_timeout=None) as transport:
            with pytest.raises(TransportConnectionFailed, match="none of the GraphQL subprotocols"):
                await transport.connect()
            assert await asyncio.to_thread(cut.wait, 30)
    assert frames == [(CLOSE, struct.pack("!H", 1002))]


@in_loop
async def test_w01_a_real_server_that_ignores_the_offer(ariadne_server: Server) -> None:
    """Ariadne always selects graphql-transport-ws, which is detected."""
    async with websockets(ariadne_server.ws_url, subprotocols=[LEGACY]) as transport:
        with pytest.raises(TransportConnectionFailed, match="none of the GraphQL subprotocols"):
            await transport.connect()


@pytest.mark.parametrize("code", [1002, 4406])
@pytest.mark.parametrize("after_init", [True, False])
@in_loop
async def test_n02_a_server_that_refuses_its_own_choice(code: int, after_init: bool) -> None:
    """A server that selects the first offered one and then refuses it is offered only the other."""

    async def pick_first(peer: Peer) -> None:
        if peer.subprotocols[0] == LEGACY:
            await talk(peer)
        await peer.accept(peer.subprotocols[0])
        if after_init:
            await peer.expect("connection_init")
        await peer.close(code, "Subprotocol not acceptable")

    with ScriptedServer(pick_first) as server:
        async with websockets(server.ws_url) as transport:
            assert (await transport.execute("{ spoken }")).data == {"spoken": LEGACY}
        assert [peer.subprotocols for peer in server.peers] == [[MODERN, LEGACY], [LEGACY]]


@in_loop
async def test_n02_close_code_that_crosses_connection_init() -> None:
    """A server that closes and leaves right after the upgrade is understood, however it crosses connection_init."""

    async def refuse(peer: Peer) -> None:
        await peer.accept(peer.subprotocols[0])
        await peer.frame(CLOSE, struct.pack("!H", 1002))
        await peer.end()

    attempts = 50
    with ScriptedServer(refuse) as server:
        async with websockets(server.ws_url) as transport:
            for _ in range(attempts):
                with pytest.raises(TransportConnectionFailed) as caught:
                    await transport.connect()
                assert caught.value.code == 1002
        assert [peer.subprotocols for peer in server.peers] == [[MODERN, LEGACY], [LEGACY]] * attempts


@pytest.mark.parametrize("code", [1002, 4406])
@in_loop
async def test_a_server_that_refuses_both(code: int) -> None:
    """If the other one is refused as well, the error has the code and the reason."""

    async def refuse(peer: Peer) -> None:
        await peer.accept(peer.subprotocols[0])
        await peer.close(code, "Subprotocol not acceptable")

    with ScriptedServer(refuse) as server:
        async with websockets(server.ws_url) as transport:
            with pytest.raises(TransportConnectionFailed, match="Subprotocol not acceptable") as caught:
                await transport.connect()
        assert len(server.peers) == 2
    assert caught.value.code == code


@pytest.mark.parametrize(("name", "expected"), [(MODERN, {}), (LEGACY, {"payload": {}})])
@in_loop
async def test_w02_w03_l02_init_is_sent_first_and_alone(name: str, expected: dict[str, Any]) -> None:
    """connection_init is sent once and first; nothing follows it before the acknowledgement."""

    async def hesitate(peer: Peer) -> None:
        await peer.accept(name)
        await peer.expect("connection_init")
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(peer.receive(), 0.2)
        await peer.send("connection_ack")
        for _ in range(2):
            message = await peer.receive()
            await peer.send("complete", id=message["id"])
        await peer.drain()

    with ScriptedServer(hesitate) as server:
        async with websockets(server.ws_url) as transport:
            calls = [transport.execute("{ first }"), transport.execute("{ second }")]
            for outcome in await asyncio.gather(*calls, return_exceptions=True):
                assert isinstance(outcome, TransportProtocolError)
                assert outcome.rule == "an operation has a result"
    (peer,) = server.peers
    assert peer.received[0] == {"type": "connection_init", **expected}
    assert [message["type"] for message in peer.received].count("connection_init") == 1


@in_loop
async def test_w04_operations_are_sent_in_order_after_the_ack() -> None:
    """Calls before the acknowledgement are sent after it, in order."""

    async def answer(peer: Peer) -> None:
        await peer.accept()
        await peer.expect("connection_init")
        await asyncio.to_thread(all_asked.wait)
        await peer.send("connection_ack")
        while True:
            message = await peer.expect("subscribe")
            await peer.send("next", id=message["id"], payload={"data": None})
            await peer.send("complete", id=message["id"])

    all_asked = threading.Event()
    with ScriptedServer(answer) as server:
        async with websockets(server.ws_url) as transport:
            calls = []
            for number in range(5):
                calls.append(asyncio.ensure_future(transport.execute(f"{{ field{number} }}")))
                await asyncio.sleep(0.05)
            all_asked.set()
            await asyncio.gather(*calls)
    (peer,) = server.peers
    queries = [message["payload"]["query"] for message in peer.received[1:]]
    assert queries == [f"{{ field{number} }}" for number in range(5)]


@in_loop
async def test_w05_no_ack() -> None:
    """Without an acknowledgement within ack_timeout the socket is closed with 4504."""

    async def ignore(peer: Peer) -> None:
        await peer.accept()
        await peer.drain()

    with ScriptedServer(ignore) as server:
        async with websockets(server.ws_url, ack_timeout=1.5) as transport:
            with pytest.raises(TransportTimeout, match=r"within ack_timeout, 1\.5 s") as caught:
                await transport.connect()
    assert (caught.value.limit, caught.value.seconds) == ("ack_timeout", 1.5)
    assert server.peers[0].closed_with == (4504, "Connection acknowledgement timeout")


@pytest.mark.parametrize(
    ("members", "payload"), [({}, None), ({"payload": None}, None), ({"payload": {"session": 1}}, {"session": 1})]
)
@in_loop
async def test_w06_ack_payload_reaches_the_caller(members: dict[str, Any], payload: Any) -> None:
    """The acknowledgement's payload is in ``payloads``; null counts as none."""

    async def accept(peer: Peer) -> None:
        await peer.acknowledge(**members)
        await peer.drain()

    with ScriptedServer(accept) as server:
        async with websockets(server.ws_url) as transport:
            await transport.connect()
            assert transport.payloads == {"connection_ack": payload}


@in_loop
async def test_w07_w08_pings_before_the_ack_are_answered() -> None:
    """Pings before and after the acknowledgement are answered immediately, with their payload."""

    async def ping(peer: Peer) -> None:
        await peer.accept()
        await peer.expect("connection_init")
        await peer.send("ping")
        assert await peer.receive() == {"type": "pong"}
        await peer.send("ping", payload={"message": "keepalive"})
        assert await peer.receive() == {"type": "pong", "payload": {"message": "keepalive"}}
        await peer.send("pong")
        await peer.send("connection_ack")
        await asyncio.to_thread(connected.wait)
        await peer.send("ping", payload=None)
        assert await peer.receive() == {"type": "pong"}
        await peer.close(4000, "done")

    connected = threading.Event()
    with ScriptedServer(ping) as server:
        async with websockets(server.ws_url) as transport:
            await transport.connect()
            connected.set()
            await transport.wait_closed()
            assert transport.ping_received.is_set()
            assert transport.pong_received.is_set()
            assert transport.payloads == {"connection_ack": None, "ping": None, "pong": None}


@pytest.mark.parametrize("payload", [{"message": "no"}, "no", {"no": 1}, None])
@pytest.mark.parametrize("code", [1011, 1000, None])
@in_loop
async def test_l05_connection_error_is_shown_whatever_follows(payload: Any, code: int | None) -> None:
    """A legacy refusal shows the server's message, although the server closes with its own code immediately."""

    async def refuse(peer: Peer) -> None:
        await peer.accept(LEGACY)
        await peer.expect("connection_init")
        await peer.send("connection_error", payload=payload)
        await peer.close(code)

    with ScriptedServer(refuse) as server:
        async with websockets(server.ws_url) as transport:
            with pytest.raises(TransportAuthenticationError) as caught:
                await transport.connect()
    assert "no" in str(caught.value)
    assert caught.value.reason


@in_loop
async def test_l05_connection_error_of_real_servers(strawberry_server: Server) -> None:
    """Strawberry refuses a connection differently in each subprotocol; both are authentication errors."""
    for name in (MODERN, LEGACY):
        async with websockets(
            strawberry_server.ws_url, subprotocols=[name], init_payload={"refuse": True, "token": "s3cret"}
        ) as transport:
            with pytest.raises(TransportAuthenticationError) as caught:
                await transport.connect()
            assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("code", [1000, 1008, 3000, 3003, 4401, 4403])
@in_loop
async def test_w22_w24_refusals_before_the_ack(code: int) -> None:
    """Close codes that refuse the credentials, including 1000 before the acknowledgement."""

    async def refuse(peer: Peer) -> None:
        await peer.accept()
        await peer.expect("connection_init")
        await peer.close(code, "Forbidden")

    with ScriptedServer(refuse) as server:
        async with websockets(server.ws_url) as transport:
            with pytest.raises(TransportAuthenticationError, match="Forbidden") as caught:
                await transport.connect()
        assert len(server.peers) == 1
    assert (caught.value.code, caught.value.reason) == (code, "Forbidden")


@in_loop
async def test_w27_init_payload_and_headers_are_made_per_connection(strawberry_server: Server) -> None:
    """Functions for headers and init_payload run once per socket, not in the loop thread."""
    calls: list[tuple[str, int]] = []

    def headers() -> dict[str, str]:
        calls.append(("headers", threading.get_ident()))
        return {"X-Attempt": str(len(calls) // 2 + len(calls) % 2)}

    def init_payload() -> dict[str, Any]:
        calls.append(("init_payload", threading.get_ident()))
        return {"attempt": len(calls) // 2 + len(calls) % 2}

    async with websockets(strawberry_server.ws_url, headers=headers, init_payload=init_payload) as transport:
        for _ in range(2):
            await transport.connect()
            await transport.close()
    assert sorted(name for name, _ in calls) == ["headers"] * 2 + ["init_payload"] * 2
    assert threading.get_ident() not in {thread for _, thread in calls}
    for attempt in (1, 2):
        strawberry_server.wait_for("ws_connect", headers={"x-attempt": str(attempt)})
        message = {"type": "connection_init", "payload": {"attempt": attempt}}
        strawberry_server.wait_for("ws_message", message=message)


@pytest.mark.parametrize("option", ["headers", "init_payload"])
@in_loop
async def test_w36_provider_that_raises(option: str, strawberry_server: Server) -> None:
    """Exceptions of a function for headers or init_payload are raised in the caller, and no socket is opened."""

    def provider() -> dict[str, str]:
        raise LookupError("no token")

    options: dict[str, Any] = {option: provider}
    async with websockets(strawberry_server.ws_url, **options) as transport:
        with pytest.raises((LookupError, TransportError)) as caught:
            await transport.execute("{ hello }")
        assert "no token" in repr(caught.value) + repr(caught.value.__cause__)
    assert strawberry_server.seen("ws_connect") == []


@pytest.mark.parametrize("payload", [{"when": object()}, {"text": "\ud800"}, {"number": float("nan")}, "text"])
def test_init_payload_that_cannot_be_sent(payload: Any) -> None:
    """An init_payload that is not a JSON object is refused before connecting, and not shown."""
    with pytest.raises(TypeError, match="init_payload"):
        AIOHTTPWebsocketsTransport("ws://127.0.0.1/graphql", init_payload=payload)


@in_loop
async def test_a_connection_that_dies_half_way_to_its_ack() -> None:
    """Any end before the acknowledgement is a failed connection, with its code."""

    async def die(peer: Peer) -> None:
        await peer.accept()
        await peer.expect("connection_init")
        endings = [peer.end(), peer.reset(), peer.close(None), peer.close(1012)]
        for number, ending in enumerate(endings, 1):
            if number == peer.number:
                await ending
            else:
                ending.close()

    with ScriptedServer(die) as server:
        async with websockets(server.ws_url) as transport:
            for code in (1006, 1006, 1005, 1012):
                with pytest.raises(TransportConnectionFailed) as caught:
                    await transport.connect()
                assert caught.value.code == code


@in_loop
async def test_cancelled_half_way_to_the_ack() -> None:
    """A socket whose opening is cancelled is closed."""

    async def ignore(peer: Peer) -> None:
        await peer.accept()
        await peer.expect("connection_init")
        arrived.set()
        await peer.drain()

    arrived = threading.Event()
    with ScriptedServer(ignore) as server:
        async with websockets(server.ws_url) as transport:
            connecting = asyncio.ensure_future(transport.connect())
            await asyncio.to_thread(arrived.wait)
            connecting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await connecting
            await transport.wait_closed()
        assert server.peers[0].closed_with == (1000, "")


@in_loop
async def test_server_killed_between_connections(disposable_server: ServerProcess) -> None:
    """A stopped server raises an error, and a new one at the same address is reached again."""
    async with websockets("ws" + disposable_server.url.removeprefix("http")) as transport:
        await transport.connect()
        disposable_server.kill()
        await transport.wait_closed()
        with pytest.raises(TransportConnectionFailed, match="Could not connect"):
            await transport.connect()


class BrokenSession:
    """A session that cannot connect, with a weak reference to its exception."""

    error: weakref.ref[BaseException]

    def _make_error(self) -> BaseException:
        error = aiohttp.ClientConnectionError("no route")
        self.error = weakref.ref(error)
        return error

    async def ws_connect(self, url: str, **arguments: object) -> None:
        raise self._make_error()


@in_loop
async def test_an_upgrade_that_failed_leaves_no_cycle() -> None:
    """Its exception, whose traceback refers to the frames of the attempt, is freed by reference counting."""
    session: Any = BrokenSession()
    listener: Any = None
    dialect = GraphQLDialect("ws://host", None, None, None, None, json_codec.dumps, json_codec.loads)
    # asyncio.wait_for() leaves a cycle of its own if there is a limit.
    connector = WebSocketConnector(dialect, WebSocketOptions(connect_timeout=None), lambda _: None, lambda _: None)
    with contextlib.suppress(ConnectFailed):
        await connector.connect(session, dialect.handshake(), listener, on_open=lambda _: None, on_end=lambda _: None)
    assert session.error() is None


@pytest.mark.parametrize("status", [401, 403])
@in_loop
async def test_a_refusal_without_credentials(status: int) -> None:
    """The error says that a transport has its own headers, which programs expect to be those of the client."""
    advice = "sends its own headers=, not those of the client"

    async def refuse(peer: Peer) -> None:
        await peer.refuse(status)

    with ScriptedServer(refuse) as server:
        for headers in ({}, {"authorization": "Bearer t0ken"}):
            async with websockets(server.ws_url, headers=headers) as transport:
                with pytest.raises(TransportAuthenticationError) as caught:
                    await transport.connect()
            assert (advice in caught.value.message) == (not headers)
