"""WebSocketConnection: what becomes of messages, of a connection that ends, and of the operations on it."""

from __future__ import annotations

import asyncio
import json
import struct
import threading
from collections.abc import Callable, Coroutine
from typing import Any

import aiohttp
import pytest

from syncgql import (
    AIOHTTPWebsocketsTransport,
    ExecutionResult,
    TransportAuthenticationError,
    TransportClosed,
    TransportConnectionFailed,
    TransportError,
    TransportProtocolError,
    TransportQueryError,
)
from syncgql.transport.websocket_connection import cut_reason

from ..fix_servers import Server
from ..servers.scripted import BINARY, CONTINUATION, LEGACY, MODERN, PING, TEXT, Peer, ScriptedServer
from .asynchronous import in_loop, websockets

SUBSCRIPTION = "subscription { n }"

Act = Callable[[Peer, str], Coroutine[Any, Any, None]]


def after_start(act: Act, subprotocol: str = MODERN) -> Callable[[Peer], Coroutine[Any, Any, None]]:
    """A script that acts once an operation was started, and then reads until the client leaves."""

    async def script(peer: Peer) -> None:
        await peer.acknowledge(subprotocol)
        message = await peer.receive()
        await act(peer, message["id"])
        await peer.drain()

    return script


async def first_end(transport: AIOHTTPWebsocketsTransport) -> list[ExecutionResult]:
    """Return all events of a subscription, or raise what it ends with."""
    return [event async for event in transport.subscribe(SUBSCRIPTION)]


async def ended_by(act: Act, subprotocol: str = MODERN, **options: Any) -> tuple[list[ExecutionResult], Peer]:
    """Return the events of a subscription whose server acts like this, and the server's end of its socket."""
    with ScriptedServer(after_start(act, subprotocol)) as server:
        async with websockets(server.ws_url, **options) as transport:
            events = await first_end(transport)
    return events, server.peers[-1]


def event(id: str, number: Any, subprotocol: str = MODERN) -> dict[str, Any]:
    return {"type": "next" if subprotocol == MODERN else "data", "id": id, "payload": {"data": {"n": number}}}


# -- messages


@pytest.mark.parametrize("name", [MODERN, LEGACY])
@in_loop
async def test_w11_w13_l06_events_with_errors_and_the_end(name: str) -> None:
    """Errors in an event leave the subscription alive; complete ends it and nothing is sent back."""

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
    """An error, also as the very first message, raises the server's errors; nothing is sent back."""

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
    """Leaving a subscription sends one stop; what still comes for it harms nobody."""
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
    """``send_stop=False`` leaves a subscription without telling the server."""

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
    """Answers that come interleaved and out of order reach their callers; ids are strings that never repeat."""

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
    """A message that breaks the protocol closes the socket with the protocol's code and fails everyone on it."""

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
async def test_l09_first_answer_of_a_query_is_the_result(name: str) -> None:
    """A query has its result although complete never comes; it is stopped after a second."""

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
async def test_a_query_that_completes_is_not_stopped() -> None:
    """A server that completes a query by itself, a little later, hears of no stop."""

    async def act(peer: Peer, id: str) -> None:
        await peer.send(**event(id, 1, LEGACY))
        await asyncio.sleep(0.2)
        await peer.send("complete", id=id)
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(peer.receive(), 1.5)
        waited.set()

    waited = threading.Event()
    with ScriptedServer(after_start(act, LEGACY)) as server:
        async with websockets(server.ws_url) as transport:
            assert (await transport.execute("{ n }")).data == {"n": 1}
            assert await asyncio.to_thread(waited.wait, 30)


@pytest.mark.parametrize("name", [MODERN, LEGACY])
@in_loop
async def test_a_query_without_a_result(name: str) -> None:
    """Complete without a result before it is a protocol error for who waits for one."""

    async def act(peer: Peer, id: str) -> None:
        await peer.send("complete", id=id)

    with ScriptedServer(after_start(act, name)) as server:
        async with websockets(server.ws_url) as transport:
            with pytest.raises(TransportProtocolError, match="without a result"):
                await transport.execute("{ n }")


@pytest.mark.parametrize("id", [{"id": None}, {}])
@in_loop
async def test_l14_complaints_without_an_id(id: dict[str, None], caplog: pytest.LogCaptureFixture) -> None:
    """An error or connection_error of no operation is logged; operations go on."""

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
    """``ka`` before and after the acknowledgement causes nothing."""

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
    """Hasura's connection_error in mid-stream is an authentication error for everyone on the socket."""

    async def act(peer: Peer, id: str) -> None:
        await peer.send("connection_error", payload="Could not verify JWT: JWTExpired")

    with pytest.raises(TransportAuthenticationError, match="JWTExpired"):
        await ended_by(act)


# -- frames


@in_loop
async def test_binary_frames_are_read_as_text() -> None:
    """Binary frames that hold JSON are read; others break the protocol."""

    async def act(peer: Peer, id: str) -> None:
        await peer.frame(BINARY, b'{"type":"next","id":"%s","payload":{"data":{"n":1}}}' % id.encode())
        await peer.frame(BINARY, b"\xff\xfe")

    with ScriptedServer(after_start(act)) as server:
        async with websockets(server.ws_url) as transport:
            events = transport.subscribe(SUBSCRIPTION)
            assert (await anext(events)).data == {"n": 1}
            with pytest.raises(TransportProtocolError, match="a message is UTF-8 text"):
                await anext(events)
    assert server.peers[0].closed_with == (4400, "a message is UTF-8 text")


@in_loop
async def test_n05_messages_up_to_the_limit() -> None:
    """A message of 5 MB passes under a limit of 10 MB and not under one of 1 MB; the error names limit and option."""
    size = 5_000_000

    async def act(peer: Peer, id: str) -> None:
        await peer.send("next", id=id, payload={"data": {"n": "x" * size}})
        await peer.send("complete", id=id)

    (result,), _ = await ended_by(act, max_message_size=10_000_000)
    assert len(result.data["n"]) == size
    (result,), _ = await ended_by(act, max_message_size=0)
    assert len(result.data["n"]) == size
    with pytest.raises(TransportConnectionFailed, match="bigger than max_message_size, 1000000 bytes") as caught:
        await ended_by(act, max_message_size=1_000_000)
    assert caught.value.code == 1009


@in_loop
async def test_default_limit_is_16_mib(strawberry_server: Server) -> None:
    """Messages of more than aiohttp's 4 MiB pass by default, more than 16 MiB do not."""
    async with websockets(strawberry_server.ws_url) as transport:
        data = (await transport.execute("{ large(size: 6000000) }")).data
        assert len(data["large"]) == 6_000_000
        with pytest.raises(TransportConnectionFailed, match="bigger than max_message_size, 16777216 bytes"):
            await transport.execute("{ large(size: 17000000) }")


@in_loop
async def test_n17_fragments_with_pings_between_them() -> None:
    """A message in fragments is read whole; a ping between them is answered with its data."""

    async def act(peer: Peer, id: str) -> None:
        text = json.dumps(event(id, "ü"), ensure_ascii=False).encode()
        half = text.index("ü".encode()) + 1
        await peer.frame(TEXT, text[:half], final=False)
        await peer.frame(PING, b"still there?")
        await peer.frame(CONTINUATION, text[half:])
        await peer.send("complete", id=id)

    events, peer = await ended_by(act)
    assert [item.data for item in events] == [{"n": "ü"}]
    assert peer.pongs == [b"still there?"]


@in_loop
async def test_w10_unsolicited_pongs_of_both_kinds() -> None:
    """Pong frames and pong messages that nobody asked for are fine."""

    async def act(peer: Peer, id: str) -> None:
        await peer.frame(0xA, b"?")
        await peer.send("pong")
        await peer.send("complete", id=id)

    events, _ = await ended_by(act)
    assert events == []


@pytest.mark.parametrize(
    ("opcode", "payload", "code"),
    [
        (TEXT, b'{"type":"\xff"}', 1007),  # not UTF-8
        (0x3, b"", 1002),  # a reserved opcode
        (0x8, b"\x03", 1002),  # half a close code
        (0x8, struct.pack("!H", 999), 1002),
        (0x8, struct.pack("!H", 1005), 1002),
        (0x9, b"x" * 126, 1002),  # a control frame that is too long
        (0x40 | TEXT, b"{}", 1002),  # compressed, without negotiation
    ],
)
@in_loop
async def test_n18_bad_frames(opcode: int, payload: bytes, code: int) -> None:
    """A frame that breaks the WebSocket protocol is a named error with the close code, not a crash."""

    async def act(peer: Peer, id: str) -> None:
        await peer.frame(opcode, payload)

    with pytest.raises(TransportProtocolError, match="broke the WebSocket protocol") as caught:
        await ended_by(act)
    assert caught.value.code == code
    assert caught.value.__cause__ is not None


# -- ends

CODES = [1000, 1001, 1002, 1003, 1008, 1009, 1011, 1012, 1013, 3000, 3456]
CODES += [4400, 4401, 4403, 4406, 4408, 4409, 4429, 4500, 4999]


@pytest.mark.parametrize("name", [MODERN, LEGACY])
@in_loop
async def test_w21_w22_n03_close_codes(name: str) -> None:
    """Every close in mid-stream is an error with code, reason and meaning, of the class for refusals or for losses."""
    for code in CODES:

        async def act(peer: Peer, id: str, code: int = code) -> None:
            await peer.close(code, "because ü")

        with pytest.raises(TransportError, match=rf"close code {code}, .* It said: because ü") as caught:
            await ended_by(act, name)
        error = caught.value
        refused = code in (1008, 3000, 4401, 4403)
        assert type(error) is (TransportAuthenticationError if refused else TransportConnectionFailed)
        assert isinstance(error, TransportAuthenticationError | TransportConnectionFailed)
        assert (error.code, error.reason) == (code, "because ü")


@in_loop
async def test_n04_ends_without_a_code() -> None:
    """A close frame without a code is 1005; FIN and RST are 1006; none is taken for 1000."""

    async def no_code(peer: Peer, id: str) -> None:
        await peer.close(None)

    async def fin(peer: Peer, id: str) -> None:
        await peer.end()

    async def rst(peer: Peer, id: str) -> None:
        await peer.reset()

    for act, code in ((no_code, 1005), (fin, 1006), (rst, 1006)):
        with pytest.raises(TransportConnectionFailed) as caught:
            await ended_by(act)
        assert caught.value.code == code


@in_loop
async def test_events_before_the_end_are_delivered() -> None:
    """What came before a loss reaches the consumer first."""

    async def act(peer: Peer, id: str) -> None:
        for number in range(5):
            await peer.send(**event(id, number))
        await peer.end()

    with ScriptedServer(after_start(act)) as server:
        async with websockets(server.ws_url) as transport:
            events = transport.subscribe(SUBSCRIPTION)
            for number in range(5):
                assert (await anext(events)).data == {"n": number}
            with pytest.raises(TransportConnectionFailed):
                await anext(events)


@in_loop
async def test_each_waiter_has_an_exception_of_its_own() -> None:
    """A lost connection fails everyone on it with an error of their own."""

    async def script(peer: Peer) -> None:
        await peer.acknowledge()
        for _ in range(5):
            await peer.receive()
        await peer.reset()

    with ScriptedServer(script) as server:
        async with websockets(server.ws_url) as transport:
            calls = [transport.execute("{ n }") for _ in range(5)]
            errors = await asyncio.gather(*calls, return_exceptions=True)
    assert all(isinstance(error, TransportConnectionFailed) for error in errors)
    assert len({id(error) for error in errors}) == 5


# -- closing


@pytest.mark.parametrize(("name", "stop"), [(MODERN, "complete"), (LEGACY, "stop")])
@in_loop
async def test_w30_l11_n15_closing(name: str, stop: str) -> None:
    """Closing stops what runs, says goodbye, closes with 1000 and wakes every waiter."""

    async def act(peer: Peer, id: str) -> None:
        if peer.received[-1]["payload"]["query"] == SUBSCRIPTION:
            await peer.send(**event(id, 1, name))

    with ScriptedServer(after_start(act, name)) as server:
        async with websockets(server.ws_url) as transport:
            events = transport.subscribe(SUBSCRIPTION)
            await anext(events)
            waiting = asyncio.ensure_future(anext(events))
            call = asyncio.ensure_future(transport.execute("{ n }"))
            await asyncio.sleep(0.2)
            await transport.close()
            await transport.wait_closed()
            with pytest.raises(StopAsyncIteration):
                await waiting
            with pytest.raises(TransportClosed):
                await call
    for peer in server.peers:
        last = [message["type"] for message in peer.received][2:]
        assert last == ([stop] if name == MODERN else [stop, "connection_terminate"])
        assert peer.closed_with == (1000, "")


@pytest.mark.parametrize("option", ["websocket_close_timeout", "close_timeout"])
@in_loop
async def test_w30_n07_closing_a_silent_peer(option: str) -> None:
    """A server that does not answer the close frame holds closing up for the limit and no longer."""

    async def act(peer: Peer, id: str) -> None:
        await released.wait()

    released = asyncio.Event()
    loop = asyncio.get_running_loop()
    with ScriptedServer(after_start(act)) as server:
        async with websockets(server.ws_url, **{option: 0.2}) as transport:
            call = asyncio.ensure_future(transport.execute("{ n }"))
            await asyncio.sleep(0.1)
            started = loop.time()
            await transport.close()
            assert loop.time() - started < 5
            with pytest.raises(TransportError):
                await call


@in_loop
async def test_n07_closing_while_the_peer_talks_on() -> None:
    """A server that goes on sending and never closes cannot hold closing up, either."""

    async def act(peer: Peer, id: str) -> None:
        while True:
            await peer.send(**event(id, 1))
            await asyncio.sleep(0.01)

    with ScriptedServer(after_start(act)) as server:
        async with websockets(server.ws_url, close_timeout=0.3) as transport:
            events = transport.subscribe(SUBSCRIPTION)
            await anext(events)
            await asyncio.wait_for(transport.close(), 10)
            async for item in events:
                assert item.data == {"n": 1}


@in_loop
async def test_n07_closing_while_the_peer_reads_nothing() -> None:
    """A server that does not read, so that not even the farewell can be sent, cannot hold closing up, either."""

    async def script(peer: Peer) -> None:
        await peer.acknowledge()
        await asyncio.Event().wait()

    with ScriptedServer(script) as server:
        async with websockets(server.ws_url, close_timeout=0.3) as transport:
            await transport.connect()
            big = "x" * 20_000_000
            call = asyncio.ensure_future(transport.execute("query ($big: String) { n(a: $big) }", {"big": big}))
            await asyncio.sleep(0.3)
            await asyncio.wait_for(transport.close(), 10)
            with pytest.raises(TransportError):
                await call


@pytest.mark.parametrize(
    ("reason", "sent"),
    [
        ("short", b"short"),
        ("x" * 123, b"x" * 123),
        ("x" * 124, b"x" * 123),
        ("x" * 122 + "ü", b"x" * 122),
        ("x" * 121 + "ü" * 5, b"x" * 121 + "ü".encode()),
        ("\U0001f600" * 40, "\U0001f600".encode() * 30),
        ("\ud800", b"?"),
    ],
)
def test_w32_n06_close_reasons_are_cut(reason: str, sent: bytes) -> None:
    """A close reason has at most 123 bytes and ends with a whole character."""
    assert cut_reason(reason) == sent
    assert len(sent) <= 123


@in_loop
async def test_w32_a_long_rule_is_cut_on_the_wire() -> None:
    """The reason with which a violation closes the socket is a legal one, whatever the server had sent."""

    async def act(peer: Peer, id: str) -> None:
        await peer.send("ü" * 500)

    with ScriptedServer(after_start(act)) as server:
        async with websockets(server.ws_url) as transport:
            with pytest.raises(TransportProtocolError):
                await transport.execute("{ n }")
    assert server.peers[0].closed_with is not None
    code, reason = server.peers[0].closed_with
    assert code == 4400
    assert len(reason.encode()) <= 123


@in_loop
async def test_n08_n09_pings_are_answered_while_nobody_waits() -> None:
    """WebSocket pings and protocol pings are answered while no call is under way, and leave the close code alone."""
    pinged = threading.Event()

    async def script(peer: Peer) -> None:
        await peer.acknowledge()
        for number in range(20):
            await peer.frame(PING, b"%d" % number)
            await peer.send("ping", payload={"n": number})
            assert await peer.expect("pong") == {"type": "pong", "payload": {"n": number}}
        assert peer.pongs == [b"%d" % number for number in range(20)]
        pinged.set()
        await peer.drain()

    with ScriptedServer(script) as server:
        async with websockets(server.ws_url) as transport:
            await transport.connect()
            await asyncio.to_thread(pinged.wait)
    assert server.peers[0].closed_with == (1000, "")


@in_loop
async def test_n10_streams_outlive_the_sessions_total_timeout() -> None:
    """A session's total time-out is for requests and ends no stream."""

    async def act(peer: Peer, id: str) -> None:
        for number in range(5):
            await asyncio.sleep(0.2)
            await peer.send(**event(id, number))
        await peer.send("complete", id=id)

    timeout = aiohttp.ClientTimeout(total=0.5, sock_read=0.1)
    events, _ = await ended_by(act, client_session_args={"timeout": timeout})
    assert len(events) == 5
