"""StreamSource: whether the connection of a subscription is lost; how it ends is in test_subscription."""

from __future__ import annotations

import asyncio

import pytest

from syncgql import Client, ReconnectPolicy, Subscription, TransportTimeout

from ..servers.scripted import Peer, ScriptedServer
from ..servers.stream_wire import Held, Stream
from ..servers.wire import WireConnection, WireServer
from ..transport.response_streams import SOON, SUBSCRIPTION, Protocol, each_protocol

Events = Subscription[dict[str, int]]


def check_an_outage(events: Events, connected: Held, lost: Held) -> None:
    """Check a subscription whose server holds its first connection after an event, and opens the second late."""
    assert next(events) == {"n": 1}
    assert events.stats.down_for is None
    assert repr(events).startswith("<Subscription open ")
    with pytest.raises(TransportTimeout, match=r"stays open\.$"):
        events.next(0)

    connected.release()
    lost.wait_until_reached()
    down_for = events.stats.down_for
    assert down_for is not None
    assert (events.stats.down_for or -1) >= down_for >= 0
    assert repr(events).startswith("<Subscription reconnecting ")
    with pytest.raises(TransportTimeout, match=r"stays open\. Its connection was lost .*s ago\.$"):
        events.next(0)

    lost.release()
    assert next(events) == {"n": 2}
    assert events.stats.down_for is None
    assert events.stats.reconnects == 1


def test_a_websocket_that_is_lost() -> None:
    """``stats``, the repr and the timeout of ``next`` show the loss until the subscription has been sent again."""
    connected, lost = Held(), Held()

    async def script(peer: Peer) -> None:
        if peer.number == 2:
            await asyncio.to_thread(lost.pause)
        await peer.acknowledge()
        id = (await peer.expect("subscribe"))["id"]
        await peer.send("next", id=id, payload={"data": {"n": peer.number}})
        if peer.number == 1:
            await asyncio.to_thread(connected.pause)
            await peer.reset()
        else:
            await peer.drain()

    with ScriptedServer(script) as server:
        client = Client(server.url, reconnect=ReconnectPolicy(base=0, cap=0))
        with client, client.subscribe(SUBSCRIPTION) as events:
            check_an_outage(events, connected, lost)


@each_protocol
def test_a_stream_that_is_lost(protocol: Protocol) -> None:
    """The same holds for the streams of HTTP responses."""
    connected, lost, held = Held(), Held(), Held()
    first = Stream([*protocol.events(1), connected], content_type=protocol.content_type, end="fin")
    second = Stream([*protocol.events(2), held], content_type=protocol.content_type, end="open")

    def late(connection: WireConnection) -> None:
        lost.pause()
        second(connection)

    with WireServer(first, late) as server, protocol.client(server.url, reconnect=SOON) as client:
        with client.subscribe(SUBSCRIPTION) as events:
            check_an_outage(events, connected, lost)
        held.release()


def test_a_subscription_that_has_ended_is_not_down() -> None:
    """A subscription whose last attempt failed is closed, not down."""

    async def script(peer: Peer) -> None:
        if peer.number > 1:
            await peer.refuse(404)
            return
        await peer.acknowledge()
        await peer.expect("subscribe")
        await peer.reset()

    with ScriptedServer(script) as server, Client(server.url, reconnect=ReconnectPolicy(base=0, cap=0)) as client:
        events = client.subscribe(SUBSCRIPTION)
        with pytest.raises(Exception, match="404"):
            next(events)
        assert events.stats.down_for is None
        assert repr(events).startswith("<Subscription closed ")
