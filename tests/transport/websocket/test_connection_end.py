"""WebSocketConnection: how a connection ends, from either side, and the errors of its operations."""

from __future__ import annotations

import asyncio
import threading

import aiohttp
import pytest

from syncgql import (
    TransportAuthenticationError,
    TransportClosed,
    TransportConnectionFailed,
    TransportError,
    TransportProtocolError,
)

from ...fix_servers import PATIENCE
from ...servers.scripted import LEGACY, MODERN, PING, Peer, ScriptedServer
from ..asynchronous import in_loop, websockets
from ..conversations import SUBSCRIPTION, after_start, ended_by, event

CODES = [1000, 1001, 1002, 1003, 1008, 1009, 1011, 1012, 1013, 3000, 3456]
CODES += [4400, 4401, 4403, 4406, 4408, 4409, 4429, 4500, 4999]


@pytest.mark.parametrize("name", [MODERN, LEGACY])
@in_loop
async def test_w21_w22_n03_close_codes(name: str) -> None:
    """Every close during a stream is an error with code, reason and meaning, either a refusal or a loss."""
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
    """A close frame without a code is 1005; FIN and RST are 1006; none counts as 1000."""

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
    """Events before a loss reach the consumer first."""

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
    """A lost connection fails all its operations, each with its own error."""

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
    """Closing stops the operations, sends a close frame with 1000 and wakes all waiting callers."""
    arrived = threading.Event()

    async def act(peer: Peer, id: str) -> None:
        if peer.received[-1]["payload"]["query"] == SUBSCRIPTION:
            await peer.send(**event(id, 1, name))
        else:
            arrived.set()

    with ScriptedServer(after_start(act, name)) as server:
        async with websockets(server.ws_url) as transport:
            events = transport.subscribe(SUBSCRIPTION)
            await anext(events)
            waiting = asyncio.ensure_future(anext(events))
            call = asyncio.ensure_future(transport.execute("{ n }"))
            await asyncio.to_thread(arrived.wait, 10)
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
    """A server that does not answer the close frame delays closing up to either limit and no longer."""

    async def act(peer: Peer, id: str) -> None:
        await released.wait()

    released = asyncio.Event()
    limits = {"websocket_close_timeout": None, "close_timeout": None, option: 0.2}
    with ScriptedServer(after_start(act)) as server:
        async with websockets(server.ws_url, **limits) as transport:
            call = asyncio.ensure_future(transport.execute("{ n }"))
            await asyncio.sleep(0.1)
            await asyncio.wait_for(transport.close(), PATIENCE)
            with pytest.raises(TransportError):
                await call


@in_loop
async def test_n07_closing_while_the_peer_sends() -> None:
    """A server that keeps sending and never closes cannot delay closing further either."""

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
    """A server that does not read, so that no close frame can be sent, cannot delay closing further either."""

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


@in_loop
async def test_w32_a_long_rule_is_cut_on_the_wire() -> None:
    """The close reason after a violation is valid, whatever the server sent."""

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
async def test_n08_n09_pings_are_answered_between_calls() -> None:
    """WebSocket pings and protocol pings are answered between calls, and do not change the close code."""
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
async def test_n10_the_total_timeout_does_not_end_streams() -> None:
    """A session's total timeout applies to requests and ends no stream."""

    async def act(peer: Peer, id: str) -> None:
        for number in range(5):
            await asyncio.sleep(0.2)
            await peer.send(**event(id, number))
        await peer.send("complete", id=id)

    timeout = aiohttp.ClientTimeout(total=0.5, sock_read=0.1)
    events, _ = await ended_by(act, client_session_args={"timeout": timeout})
    assert len(events) == 5
