"""WebSocketConnection: the handling of messages, and their effects on operations."""

from __future__ import annotations

import asyncio
import json
import threading
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest

from syncgql import (
    GraphQLRequest,
    TransportAuthenticationError,
    TransportProtocolError,
    TransportQueryError,
)
from syncgql.protocol.graphql_transport_ws import GraphQLTransportWS
from syncgql.protocol.masking import Mask
from syncgql.transport.async_event_sink import AsyncEventSink
from syncgql.transport.websocket import transport as transport_module
from syncgql.transport.websocket.connection import WebSocketConnection
from syncgql.transport.websocket.options import WebSocketOptions

from ...fix_servers import PATIENCE
from ...servers.scripted import LEGACY, MODERN, Peer, ScriptedServer
from ..asynchronous import in_loop, websockets
from ..conversations import SUBSCRIPTION, after_start, ended_by, event, first_end


@pytest.mark.parametrize("name", [MODERN, LEGACY])
@in_loop
async def test_w11_w13_l06_events_with_errors_and_the_end(name: str) -> None:
    """Errors in an event do not end the subscription; complete ends it, and nothing is sent back."""

    async def act(peer: Peer, id: str) -> None:
        await peer.send(**event(id, 1, name))
        await peer.send(event(id, 1, name)["type"], id=id, payload={"data": None, "errors": [{"message": "no"}]})
        await peer.send(**event(id, 2, name))
        await peer.send("complete", id=id, payload=None)

    events, peer = await ended_by(act, name)
    assert [(item.data, item.errors) for item in events] == [
        ({"n": 1}, None),
        (None, [{"message": "no"}]),
        ({"n": 2}, None),
    ]
    assert [message["type"] for message in peer.received if message.get("id")] == [peer.received[1]["type"]]


@pytest.mark.parametrize(
    ("name", "payload"),
    [
        (MODERN, [{"message": "no", "extensions": {"code": 1}}]),
        (MODERN, {"message": "no", "extensions": {"code": 1}}),
        (LEGACY, {"message": "no", "extensions": {"code": 1}}),
        (LEGACY, [{"message": "no", "extensions": {"code": 1}}]),
        (LEGACY, {"errors": [{"message": "no", "extensions": {"code": 1}}]}),
    ],
)
@in_loop
async def test_w12_w34_w35_l07_error_ends_one_operation(name: str, payload: Any) -> None:
    """An error, even as the first message, raises the server's errors; nothing is sent back."""

    async def act(peer: Peer, id: str) -> None:
        await peer.send("error", id=id, payload=payload)
        await peer.send("complete", id=id)

    with ScriptedServer(after_start(act, name)) as server:
        async with websockets(server.ws_url) as transport:
            with pytest.raises(TransportQueryError, match="no") as caught:
                await transport.execute("{ n }")
    assert caught.value.errors == [{"message": "no", "extensions": {"code": 1}}]
    assert not [message for message in server.peers[0].received if message["type"] in ("complete", "stop")]


@pytest.mark.parametrize(("name", "stop"), [(MODERN, "complete"), (LEGACY, "stop")])
@in_loop
async def test_w14_w15_l10_one_stop_and_then_silence(name: str, stop: str) -> None:
    """Leaving a subscription sends one stop; later messages for it are ignored."""
    stopped = threading.Event()

    async def script(peer: Peer) -> None:
        await peer.acknowledge(name)
        first = (await peer.receive())["id"]
        await peer.send(**event(first, 1, name))
        assert await peer.receive() == {"type": stop, "id": first}
        for late in ({"type": "error", "payload": [{"message": "late"}]}, {"type": "complete"}):
            await peer.send(**event(first, 2, name))
            await peer.send(**late, id=first)
        stopped.set()
        await peer.drain()

    with ScriptedServer(script) as server:
        async with websockets(server.ws_url) as transport:
            events = transport.subscribe(SUBSCRIPTION)
            assert (await anext(events)).data == {"n": 1}
            await events.aclose()
            await asyncio.to_thread(stopped.wait)
    received = server.peers[0].received
    assert len([message for message in received if message["type"] == stop]) == 1


@pytest.mark.parametrize("name", [MODERN, LEGACY])
@in_loop
async def test_subscribe_without_a_stop(name: str) -> None:
    """``send_stop=False`` leaves a subscription without notifying the server."""

    async def act(peer: Peer, id: str) -> None:
        await peer.send(**event(id, 1, name))

    with ScriptedServer(after_start(act, name)) as server:
        async with websockets(server.ws_url) as transport:
            events = transport.subscribe(SUBSCRIPTION, send_stop=False)
            await anext(events)
            await events.aclose()
    assert not [message for message in server.peers[0].received if message["type"] in ("complete", "stop")]


@in_loop
async def test_w17_w18_operations_on_one_socket() -> None:
    """Interleaved results reach their callers; ids are strings that are never reused."""

    async def script(peer: Peer) -> None:
        await peer.acknowledge()
        for _ in range(3):
            ids = [(await peer.receive())["id"] for _ in range(10)]
            for number, id in reversed(list(enumerate(ids))):
                await peer.send(**event(id, number))
            for id in ids:
                await peer.send("complete", id=id)
        await peer.drain()

    with ScriptedServer(script) as server:
        async with websockets(server.ws_url) as transport:
            for _ in range(3):
                calls = [asyncio.ensure_future(transport.execute(f"{{ n{number} }}")) for number in range(10)]
                results = await asyncio.gather(*calls)
                asked = {message["payload"]["query"]: message["id"] for message in server.peers[0].received[-10:]}
                assert len(asked) == 10
                assert sorted(result.data["n"] for result in results) == list(range(10))
    (peer,) = server.peers
    ids = [message["id"] for message in peer.received if message["type"] == "subscribe"]
    assert all(isinstance(id, str) for id in ids)
    assert len(set(ids)) == 30


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (MODERN, "not JSON"),
        (MODERN, '{"type":"nonsense"}'),
        (MODERN, '{"type":"next","payload":{"data":null}}'),
        (MODERN, "[1]"),
        (LEGACY, "not JSON"),
        (LEGACY, '{"type":"next","id":"1","payload":{}}'),
    ],
)
@in_loop
async def test_w16_violations_end_the_connection(name: str, text: str) -> None:
    """A message that violates the protocol closes the socket with the protocol's code and fails all its operations."""

    async def script(peer: Peer) -> None:
        await peer.acknowledge(name)
        await peer.receive()
        await peer.receive()
        await peer.text(text)
        await peer.drain()

    with ScriptedServer(script) as server:
        async with websockets(server.ws_url) as transport:
            calls = [transport.execute("{ a }"), transport.execute("{ b }")]
            errors = await asyncio.gather(*calls, return_exceptions=True)
    assert errors[0] is not errors[1]
    for error in errors:
        assert isinstance(error, TransportProtocolError)
        assert error.received == text
    assert server.peers[0].closed_with is not None
    assert server.peers[0].closed_with[0] == (4400 if name == MODERN else 1002)


@pytest.mark.parametrize("name", [MODERN, LEGACY])
@in_loop
async def test_l09_first_response_of_a_query_is_the_result(name: str) -> None:
    """A query has its result even if complete never arrives; it is stopped after a second."""

    async def act(peer: Peer, id: str) -> None:
        await peer.send(**event(id, 1, name))
        await peer.send(**event(id, 2, name))
        assert (await peer.receive())["type"] == ("complete" if name == MODERN else "stop")
        stopped.set()

    stopped = threading.Event()
    with ScriptedServer(after_start(act, name)) as server:
        async with websockets(server.ws_url) as transport:
            assert (await transport.execute("{ n }")).data == {"n": 1}
            assert await asyncio.to_thread(stopped.wait, 30)


@in_loop
async def test_a_query_that_completes_is_not_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that completes a query itself, a little later, receives no stop."""
    monkeypatch.setattr(transport_module, "COMPLETION_SECONDS", PATIENCE)

    async def act(peer: Peer, id: str) -> None:
        await peer.send(**event(id, 1, LEGACY))
        await asyncio.to_thread(has_result.wait, PATIENCE)
        await peer.send("complete", id=id)

    has_result = threading.Event()
    with ScriptedServer(after_start(act, LEGACY)) as server:
        async with websockets(server.ws_url) as transport:
            assert (await transport.execute("{ n }")).data == {"n": 1}
            has_result.set()
            await asyncio.wait(transport._ending)
    types = [message["type"] for message in server.peers[0].received]
    assert types == ["connection_init", "start", "connection_terminate"]


@pytest.mark.parametrize("name", [MODERN, LEGACY])
@in_loop
async def test_a_query_without_a_result(name: str) -> None:
    """Complete without a result is a protocol error for a caller that waits for one."""

    async def act(peer: Peer, id: str) -> None:
        await peer.send("complete", id=id)

    with ScriptedServer(after_start(act, name)) as server:
        async with websockets(server.ws_url) as transport:
            with pytest.raises(TransportProtocolError, match="without a result"):
                await transport.execute("{ n }")


@pytest.mark.parametrize("id", [{"id": None}, {}])
@in_loop
async def test_l14_errors_without_an_id(id: dict[str, None], caplog: pytest.LogCaptureFixture) -> None:
    """An error or connection_error without an operation is logged; operations continue."""

    async def act(peer: Peer, started: str) -> None:
        await peer.send("error", payload={"message": "Invalid message type!"}, **id)
        await peer.send("connection_error", payload={"message": "Whatever"}, **id)
        await peer.send(**event(started, 1, LEGACY))
        await peer.send("complete", id=started)

    events, _ = await ended_by(act, LEGACY)
    assert [item.data for item in events] == [{"n": 1}]
    assert "Invalid message type!" in caplog.text
    assert "Whatever" in caplog.text


@in_loop
async def test_l05_complaint_before_1011(caplog: pytest.LogCaptureFixture) -> None:
    """A legacy server that complains and then closes with 1011 has refused; its complaint is the reason."""

    async def act(peer: Peer, id: str) -> None:
        await peer.send("connection_error", payload={"message": "JWTExpired"})
        await peer.close(1011)

    with pytest.raises(TransportAuthenticationError, match="JWTExpired") as caught:
        await ended_by(act, LEGACY)
    assert caught.value.code == 1011


@in_loop
async def test_l03_keep_alives_are_not_answered() -> None:
    """``ka`` before and after the acknowledgement is ignored."""

    async def script(peer: Peer) -> None:
        await peer.accept(LEGACY)
        await peer.expect("connection_init")
        await peer.send("ka")
        await peer.send("connection_ack")
        await peer.send("ka", payload=None)
        id = (await peer.expect("start"))["id"]
        await peer.send("ka")
        await peer.send(**event(id, 1, LEGACY))
        await peer.send("complete", id=id)
        await peer.drain()

    with ScriptedServer(script) as server:
        async with websockets(server.ws_url) as transport:
            assert [item.data for item in await first_end(transport)] == [{"n": 1}]
    assert [message["type"] for message in server.peers[0].received][:2] == ["connection_init", "start"]


@in_loop
async def test_connection_error_on_the_new_protocol() -> None:
    """Hasura's connection_error during a stream is an authentication error for all operations on the socket."""

    async def act(peer: Peer, id: str) -> None:
        await peer.send("connection_error", payload="Could not verify JWT: JWTExpired")

    with pytest.raises(TransportAuthenticationError, match="JWTExpired"):
        await ended_by(act)


@in_loop
async def test_a_burst_is_read_in_few_iterations_of_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    """Frames that arrive together are processed together: the work of the loop grows with reads, not with events."""

    async def act(peer: Peer, id: str) -> None:
        message = json.dumps(event(id, 1)).encode()
        await peer.write((bytes([0x81, len(message)]) + message) * 1000)
        await peer.send("complete", id=id)

    loop = asyncio.get_running_loop()
    call_soon, steps = loop.call_soon, 0

    def counted(*args: Any, **kwargs: Any) -> asyncio.Handle:
        nonlocal steps
        steps += 1
        return call_soon(*args, **kwargs)

    with ScriptedServer(after_start(act)) as server:
        async with websockets(server.ws_url) as transport:
            sink = AsyncEventSink(buffer_size=2000)
            await transport.stream(GraphQLRequest(SUBSCRIPTION), sink).open()
            monkeypatch.setattr(loop, "call_soon", counted)
            events = 0
            while await sink.get() is not None:
                events += 1
            monkeypatch.undo()
    assert events == 1000
    assert steps < 300


class RefusedSocket:
    """A socket whose server sent a close frame together with its response to the upgrade."""

    closed = False

    def get_extra_info(self, name: str) -> None:
        """There is no socket of the operating system."""

    async def receive(self) -> aiohttp.WSMessage:
        return aiohttp.WSMessage(aiohttp.WSMsgType.CLOSE, 4401, "expired")

    async def send_str(self, text: str) -> None:
        raise ConnectionResetError

    async def close(self) -> None:
        self.closed = True


@in_loop
async def test_a_close_frame_that_arrives_with_the_upgrade() -> None:
    """Its code and reason are raised, also on a loop of the program that starts tasks immediately (Python 3.12)."""
    asyncio.get_running_loop().set_task_factory(getattr(asyncio, "eager_task_factory", None))
    socket: Any = RefusedSocket()
    listener: Any = SimpleNamespace(lost=lambda *_: None)
    ended = asyncio.Event()
    connection = WebSocketConnection(
        socket,
        GraphQLTransportWS(),
        "ws://host",
        WebSocketOptions(),
        listener,
        Mask({}, "", None, None),
        on_signal=lambda _: None,
        on_end=lambda _: ended.set(),
    )
    with pytest.raises(TransportAuthenticationError, match="close code 4401, unauthorized"):
        await connection.initialize(None)
    await ended.wait()
    assert socket.closed
