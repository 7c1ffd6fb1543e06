"""Back-pressure: a socket that is not read because its consumer is slow, and sockets with idle consumers."""

from __future__ import annotations

import itertools
import threading
import time
from typing import Any

import pytest

from syncgql import Client, ReconnectPolicy, TransportConnectionFailed
from syncgql.runtime import runtime
from syncgql.transport.selection import transport_factory
from syncgql.transport.websocket import back_pressure

from ...fix_servers import PATIENCE, Server
from ...servers.scripted import LEGACY, MODERN, PING, Peer, ScriptedServer

COUNT = "subscription ($delay: Float!) { count(delay: $delay) }"

# Slow enough that the buffers of the sockets never fill: with unsent data a server cannot close an unread connection.
UNHURRIED = 0.01

QUICK = ReconnectPolicy(attempts=5, base=0.01, cap=0.01)


@pytest.mark.parametrize("overflow", ["block", "raise"])
def test_w09_n09_idle_consumer_keeps_its_socket(overflow: Any) -> None:
    """A server that waits for a pong after each event receives it while the consumer is idle."""
    all_answered = threading.Event()

    async def pings(peer: Peer) -> None:
        await peer.acknowledge()
        id = (await peer.receive())["id"]
        for number in range(100):
            await peer.send("next", id=id, payload={"data": {"n": number}})
            await peer.frame(PING, b"%d" % number)
            assert await peer.receive_pong() == b"%d" % number
        all_answered.set()
        await peer.drain()

    with ScriptedServer(pings) as server, Client(server.url, reconnect=False) as client:
        events = client.subscribe("subscription { n }", overflow=overflow, buffer_size=1000)
        assert all_answered.wait(PATIENCE)
        assert events.stats.delivered == 0
        assert [next(events)["n"] for _ in range(100)] == list(range(100))


def test_f18_block_loses_nothing_and_the_server_waits(strawberry_server: Server) -> None:
    """While the consumer is stalled the server has to wait; afterwards every event arrives in order."""
    with Client(strawberry_server.url) as client, client.subscribe(COUNT, {"delay": 0}, buffer_size=10) as events:
        assert next(events) == {"count": 1}
        received = -1
        while events.stats.received != received:
            received = events.stats.received
            time.sleep(0.5)
        assert received <= 20
        assert [next(events)["count"] for _ in range(5000)] == list(range(2, 5002))
        stats = events.stats
        assert stats.dropped == 0


def test_f18_stalled_block_does_not_delay_others(strawberry_server: Server) -> None:
    """Other subscriptions, of every policy, and queries continue next to a stalled one."""
    with Client(strawberry_server.url) as client:
        stalled = client.subscribe(COUNT, {"delay": 0}, buffer_size=1)
        others = [client.subscribe(COUNT, {"delay": 0.001}, overflow=o) for o in ("block", "raise", "drop_oldest")]
        for events in others:
            assert [next(events)["count"] for _ in range(100)] == list(range(1, 101))
        assert client.execute("{ hello }") == {"hello": "Hello world!"}
        assert next(stalled) == {"count": 1}


def test_f18_socket_that_is_closed_while_paused(impatient_server: Server) -> None:
    """The server closes a socket that is not read; the error has the cause and the remedies, after all events."""
    with Client(impatient_server.url, reconnect=False) as client:
        events = client.subscribe(COUNT, {"delay": UNHURRIED}, buffer_size=10)
        impatient_server.wait_for("subscription_ended", timeout=PATIENCE)
        counts = itertools.count(1)
        with pytest.raises(TransportConnectionFailed, match=r"buffer was full for .*buffer_size=.*overflow=") as caught:
            assert all(event == {"count": next(counts)} for event in events)
        assert caught.value.code is not None
        assert next(counts) > 10


def test_f18_socket_that_is_cut_while_paused_is_a_gap(
    impatient_server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    """With reconnect the subscription continues, and the warning has the cause."""
    with Client(impatient_server.url, reconnect=QUICK) as client:
        events = client.subscribe(COUNT, {"delay": UNHURRIED}, buffer_size=10)
        impatient_server.wait_for("subscription_ended", timeout=PATIENCE)
        counts = [next(events)["count"]]
        while (count := next(events)["count"]) > counts[-1]:
            counts.append(count)
        assert counts == list(range(1, len(counts) + 1))
        assert count == 1
        assert events.stats.missing_seconds >= back_pressure.HEARTBEAT_SECONDS  # the gap begins with the pause
    assert "its buffer was full for" in caplog.text


@pytest.mark.parametrize("subprotocol", [MODERN, LEGACY])
def test_paused_socket_shows_signs_of_life(subprotocol: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """While it is not read, pongs are sent regularly, of WebSocket and of the subprotocol if it has any."""
    monkeypatch.setattr(back_pressure, "HEARTBEAT_SECONDS", 0.05)
    kind = "next" if subprotocol == MODERN else "data"
    alive = threading.Event()

    async def floods(peer: Peer) -> None:
        await peer.acknowledge(subprotocol)
        id = (await peer.receive())["id"]
        for number in range(10):
            await peer.send(kind, id=id, payload={"data": {"n": number}})
        if subprotocol == MODERN:
            assert [await peer.receive() for _ in range(3)] == [{"type": "pong"}] * 3
            assert len(peer.pongs) >= 3
        else:
            assert [await peer.receive_pong() for _ in range(3)] == [b""] * 3
        alive.set()
        await peer.drain()

    with ScriptedServer(floods) as server, Client(server.url, reconnect=False) as client:
        events = client.subscribe("subscription { n }", buffer_size=5)
        assert alive.wait(PATIENCE)
        assert [next(events)["n"] for _ in range(10)] == list(range(10))
        if subprotocol == LEGACY:
            assert len(server.peers[0].received) == 2


def test_paused_socket_is_closed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Closing a subscription or its client does not wait for a consumer."""
    monkeypatch.setattr(runtime, "CLOSE_SECONDS", None)
    monkeypatch.setattr(transport_factory, "CLOSE_SECONDS", None)

    async def floods(peer: Peer) -> None:
        await peer.acknowledge()
        id = (await peer.receive())["id"]
        for number in range(100):
            await peer.send("next", id=id, payload={"data": {"n": number}})
        await peer.drain()

    with ScriptedServer(floods) as server:
        with Client(server.url) as client:
            first = client.subscribe("subscription { n }", buffer_size=5)
            second = client.subscribe("subscription { n }", buffer_size=5)
            assert [next(first), next(second)] == [{"n": 0}] * 2
            first.close()
        assert {peer.closed_with for peer in server.peers} == {(1000, "")}
        assert [peer.received[-1]["type"] for peer in server.peers] == ["complete"] * 2


def test_f18_events_before_a_reset_are_read_past_a_ping(monkeypatch: pytest.MonkeyPatch) -> None:
    """A ping that can no longer be answered does not discard the events after it, and the error has the cause."""
    monkeypatch.setattr(back_pressure, "HEARTBEAT_SECONDS", 0.05)
    gone = threading.Event()

    async def floods(peer: Peer) -> None:
        await peer.acknowledge()
        id = (await peer.receive())["id"]
        for number in range(20):
            await peer.send("next", id=id, payload={"data": {"n": number}})
            await peer.frame(PING)
            await peer.send("ping")
        for _ in range(4 + 2):  # the answers to the pings before the pause, and the pongs during it
            await peer.expect("pong")
        await peer.reset()
        gone.set()

    with ScriptedServer(floods) as server, Client(server.url, reconnect=False) as client:
        events = client.subscribe("subscription { n }", buffer_size=5)
        assert gone.wait(PATIENCE)
        assert [next(events)["n"] for _ in range(20)] == list(range(20))
        with pytest.raises(TransportConnectionFailed, match="buffer was full") as caught:
            next(events)
        assert "TLS" not in str(caught.value)
