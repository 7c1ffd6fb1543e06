"""Liveness: a silent peer, a missing pong and a dead line are detected, and the error names the limit."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from syncgql import AIOHTTPWebsocketsTransport, TransportTimeout

from ...fix_servers import PATIENCE, Server
from ...servers.scripted import LEGACY, MODERN, PING, PONG, Peer, ScriptedServer
from ..asynchronous import in_loop, websockets
from ..conversations import event

SUBSCRIPTION = "subscription { n }"


async def consume(transport: AIOHTTPWebsocketsTransport) -> int:
    """Return the number of events of a subscription until its end."""
    count = 0
    async for _ in transport.subscribe(SUBSCRIPTION):
        count += 1
    return count


def keeping_silent(name: str, talk: Callable[[Peer], Awaitable[object]] | None = None) -> Callable[[Peer], Any]:
    """A script that sends after an operation was started, and then neither reads nor writes."""

    async def script(peer: Peer) -> None:
        await peer.acknowledge(name)
        await peer.receive()
        if talk is not None:
            await talk(peer)
        await asyncio.Event().wait()

    return script


@pytest.mark.parametrize("name", [MODERN, LEGACY])
@in_loop
async def test_w31_l04_silence_beyond_the_limit(name: str) -> None:
    """A server that is silent for keep_alive_timeout is given up; the error has the limit."""
    with ScriptedServer(keeping_silent(name)) as server:
        async with websockets(server.ws_url, keep_alive_timeout=0.3) as transport:
            with pytest.raises(TransportTimeout, match=r"sent nothing within keep_alive_timeout, 0\.3 s") as caught:
                await asyncio.wait_for(consume(transport), 10)
    assert (caught.value.limit, caught.value.seconds) == ("keep_alive_timeout", 0.3)


@in_loop
async def test_w31_silence_from_the_ack_on() -> None:
    """The timer starts with the acknowledgement, even without an operation."""

    async def script(peer: Peer) -> None:
        await peer.acknowledge()
        await asyncio.Event().wait()

    with ScriptedServer(script) as server:
        async with websockets(server.ws_url, keep_alive_timeout=0.2) as transport:
            await transport.connect()
            await asyncio.wait_for(transport.wait_closed(), 10)


@pytest.mark.parametrize("name", [MODERN, LEGACY])
@in_loop
async def test_w31_l04_any_message_is_a_sign_of_life(name: str) -> None:
    """Messages, pings and pongs, of the subprotocol or of WebSocket, all reset the timer."""
    signs: list[Callable[[Peer, str], Awaitable[None]]] = [
        lambda peer, id: peer.send(**event(id, 1, name)),
        lambda peer, id: peer.send(**event("unknown", 1, name)),
        lambda peer, id: peer.frame(PING),
        lambda peer, id: peer.frame(PONG),
    ]
    if name == MODERN:
        signs += [lambda peer, id: peer.send("ping"), lambda peer, id: peer.send("pong")]
    else:
        signs += [lambda peer, id: peer.send("ka")]

    async def script(peer: Peer) -> None:
        await peer.acknowledge(name)
        id = (await peer.receive())["id"]
        started.set()
        for sign in signs:
            await asyncio.to_thread(silent.acquire)
            await sign(peer, id)
        await peer.send("complete", id=id)
        await peer.drain()

    def time() -> float:
        received.set()
        return asyncio.get_running_loop().time()

    received = asyncio.Event()
    started, silent = threading.Event(), threading.Semaphore(0)
    with ScriptedServer(script) as server:
        async with websockets(server.ws_url, keep_alive_timeout=3600) as transport:
            consuming = asyncio.ensure_future(consume(transport))
            assert await asyncio.to_thread(started.wait, PATIENCE)
            (connection,) = transport._pool.sockets
            keep_alive = connection._keep_alive
            assert keep_alive is not None
            keep_alive.time = time
            for _ in signs:
                keep_alive.last_received = -1.0
                received.clear()
                silent.release()
                await asyncio.wait_for(received.wait(), PATIENCE)
                assert keep_alive.last_received > 0
            assert await consuming == 1


@pytest.mark.parametrize("name", [MODERN, LEGACY])
@in_loop
async def test_l04_no_watch_without_a_limit(name: str) -> None:
    """Without keep_alive_timeout, silence does not end the connection, not even after a ``ka``."""

    async def talk(peer: Peer) -> None:
        if name == LEGACY:
            await peer.send("ka")
        await asyncio.sleep(0.5)
        await peer.send("complete", id=peer.received[-1]["id"])

    with ScriptedServer(keeping_silent(name, talk)) as server:
        async with websockets(server.ws_url, close_timeout=0.2) as transport:
            assert await consume(transport) == 0


@in_loop
async def test_missing_pong() -> None:
    """A server that does not respond to a ping within pong_timeout is given up with 4499."""
    with ScriptedServer(keeping_silent(MODERN)) as server:
        async with websockets(server.ws_url, ping_interval=0.2, pong_timeout=0.1) as transport:
            with pytest.raises(TransportTimeout, match=r"pong_timeout, 0\.1 s") as caught:
                await asyncio.wait_for(consume(transport), 10)
    assert caught.value.limit == "pong_timeout"


@in_loop
async def test_pong_timeout_is_half_of_the_interval() -> None:
    """pong_timeout is half of ping_interval unless given."""
    with ScriptedServer(keeping_silent(MODERN)) as server:
        async with websockets(server.ws_url, ping_interval=0.4) as transport:
            with pytest.raises(TransportTimeout) as caught:
                await asyncio.wait_for(consume(transport), 10)
    assert caught.value.seconds == 0.2


@in_loop
async def test_pings_are_sent_while_events_come() -> None:
    """Pings are sent at every interval, busy or not, and pongs are reported."""

    async def script(peer: Peer) -> None:
        await peer.acknowledge()
        id = (await peer.receive())["id"]
        for _ in range(3):
            await peer.send("next", id=id, payload={"data": None})
            await peer.expect("ping")
            await peer.send("next", id=id, payload={"data": None})
            await peer.send("pong", payload={"n": 1})
        await peer.send("complete", id=id)
        await peer.drain()

    with ScriptedServer(script) as server:
        async with websockets(server.ws_url, ping_interval=0.1, pong_timeout=30) as transport:
            assert await consume(transport) == 6
            assert transport.pong_received.is_set()
            assert transport.payloads["pong"] == {"n": 1}


@in_loop
async def test_pings_of_a_real_server(strawberry_server: Server) -> None:
    """Strawberry answers our pings, so the connection stays open."""
    async with websockets(strawberry_server.ws_url, ping_interval=0.1, pong_timeout=30) as transport:
        await transport.connect()
        for _ in range(2):
            await asyncio.wait_for(transport.pong_received.wait(), 30)
            transport.pong_received.clear()
        assert (await transport.execute("{ hello }")).data


@in_loop
async def test_legacy_has_no_pings() -> None:
    """With the legacy subprotocol ping_interval sends nothing and ends nothing."""

    async def talk(peer: Peer) -> None:
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(peer.receive(), 0.5)
        await peer.send("complete", id=peer.received[-1]["id"])

    with ScriptedServer(keeping_silent(LEGACY, talk)) as server:
        async with websockets(server.ws_url, ping_interval=0.1, close_timeout=0.2) as transport:
            assert await consume(transport) == 0


@in_loop
async def test_heartbeat() -> None:
    """A heartbeat sends a WebSocket ping after silence, and gives up if nothing arrives within half of the interval."""
    pinged = threading.Event()

    async def talk(peer: Peer) -> None:
        for _ in range(2):
            opcode, _payload = await peer._read_frame()
            assert opcode == PING
            await peer.frame(0xA)
        pinged.set()

    with ScriptedServer(keeping_silent(MODERN, talk)) as server:
        async with websockets(server.ws_url, heartbeat=2) as transport:
            while not pinged.is_set():  # more than once if the server was too busy to respond in time
                with pytest.raises(TransportTimeout, match=r"heartbeat, 1 s"):
                    await asyncio.wait_for(consume(transport), PATIENCE)


@in_loop
async def test_receive_timeout() -> None:
    """receive_timeout limits the wait for each message."""
    with ScriptedServer(keeping_silent(MODERN)) as server:
        async with websockets(server.ws_url, receive_timeout=0.2) as transport:
            with pytest.raises(TransportTimeout, match=r"receive_timeout, 0\.2 s") as caught:
                await asyncio.wait_for(consume(transport), 10)
    assert caught.value.limit == "receive_timeout"


@in_loop
async def test_answer_pings_off() -> None:
    """With answer_pings=False the server's pings are reported but not answered; send_pong answers them."""

    async def script(peer: Peer) -> None:
        await peer.acknowledge()
        await peer.send("ping", payload={"n": 1})
        assert await peer.receive() == {"type": "pong", "payload": {"by": "hand"}}
        assert await peer.receive() == {"type": "ping", "payload": {"by": "hand"}}
        assert await peer.receive() == {"type": "ping"}
        done.set()
        await peer.drain()

    done = threading.Event()
    with ScriptedServer(script) as server:
        async with websockets(server.ws_url, answer_pings=False) as transport:
            await transport.connect()
            await asyncio.wait_for(transport.ping_received.wait(), 30)
            assert transport.payloads["ping"] == {"n": 1}
            await transport.send_pong({"by": "hand"})
            await transport.send_ping({"by": "hand"})
            await transport.send_ping()
            assert await asyncio.to_thread(done.wait, 30)


@in_loop
async def test_half_open_line(tcp_proxy: Any, strawberry_server: Server) -> None:
    """A connection that loses packets without a FIN is detected by each of the timers."""
    watches: list[dict[str, float]] = [
        {"keep_alive_timeout": 2},
        {"ping_interval": 2},
        {"heartbeat": 2},
    ]
    for options in watches:
        with tcp_proxy(strawberry_server.url) as proxy:
            async with websockets(proxy.ws_url, **options) as transport:
                events = transport.subscribe("subscription { count(delay: 0.05) }")
                await anext(events)
                proxy.stall()
                with pytest.raises(TransportTimeout) as caught:
                    await asyncio.wait_for(_exhaust(events), 30)
                assert caught.value.limit in ("keep_alive_timeout", "pong_timeout", "heartbeat")


@pytest.mark.parametrize("option", ["keep_alive_timeout", "heartbeat", "ping_interval"])
def test_a_message_that_arrived_while_the_process_was_stopped(option: str) -> None:
    """It is read before an expired limit ends the connection, whether a ping was sent or not."""
    started, pinged, is_stopped, is_sent = (threading.Event() for _ in range(4))

    async def script(peer: Peer) -> None:
        await peer.acknowledge()
        id = (await peer.receive())["id"]
        started.set()
        if option == "ping_interval":
            await peer.expect("ping")
        elif option == "heartbeat":
            assert (await peer._read_frame())[0] == PING
        pinged.set()
        await asyncio.to_thread(is_stopped.wait, PATIENCE)
        await peer.send(**event(id, 1, MODERN))
        is_sent.set()
        await peer.drain()

    async def converse(url: str) -> None:
        loop = asyncio.get_running_loop()
        time, skipped = loop.time, 0
        loop.time = lambda: time() + skipped  # type: ignore[method-assign]
        async with websockets(url, **{option: 3600}) as transport:
            first = asyncio.ensure_future(anext(transport.subscribe(SUBSCRIPTION)))
            assert await asyncio.to_thread(started.wait, PATIENCE)
            if option != "keep_alive_timeout":
                skipped += 3600
                assert await asyncio.to_thread(pinged.wait, PATIENCE)
            is_stopped.set()
            assert is_sent.wait(PATIENCE)  # blocks the loop
            skipped += 3600
            assert (await first).data == {"n": 1}

    with ScriptedServer(script) as server:
        asyncio.run(converse(server.ws_url))


async def _exhaust(events: Any) -> None:
    async for _ in events:
        pass
