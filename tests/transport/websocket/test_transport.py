"""WebSocketTransport: its operations, from the first to the end of the client."""

from __future__ import annotations

import asyncio
import threading

import pytest

from syncgql import Client, TransportClosed, TransportQueryError
from syncgql.runtime import runtime

from ...fix_servers import Server
from ...servers.scripted import LEGACY, MODERN, PING, Peer, ScriptedServer
from ..asynchronous import in_loop, websockets


@in_loop
async def test_leaving_a_subscription_ends_it_on_the_server(strawberry_server: Server, ariadne_server: Server) -> None:
    """Closing the generator ends the subscription on the server, on every server."""
    for name, server in (("strawberry", strawberry_server), ("ariadne", ariadne_server)):
        for subprotocol in (MODERN, LEGACY):
            server = Server(server.url)  # the entries from now on
            path = "/legacy" if name == "ariadne" and subprotocol == LEGACY else "/graphql"
            url = server.at(path).replace("http", "ws", 1)
            async with websockets(url, subprotocols=[subprotocol]) as transport:
                events = transport.subscribe("subscription { count(delay: 0.01) }")
                await anext(events)
                await events.aclose()
                await asyncio.to_thread(server.wait_for, "subscription_ended")


@in_loop
async def test_connect_close_and_again(any_server: Server) -> None:
    """Connecting opens a socket, and does nothing the second time; closing closes it, and connecting opens another."""
    async with websockets(any_server.ws_url) as transport:
        for _ in range(2):
            await transport.connect()
            await transport.connect()
            assert transport.payloads == {"connection_ack": None}
            closing = asyncio.ensure_future(transport.wait_closed())
            await transport.close()
            await asyncio.wait_for(closing, 30)
            await transport.close()
            with pytest.raises(TransportClosed):
                await transport.execute("{ hello }")
            with pytest.raises(TransportClosed):
                await transport.send_ping()
    assert len(any_server.seen("ws_connect")) == 2
    assert [entry["code"] for entry in any_server.seen("ws_close")] == [1000, 1000]


@in_loop
async def test_many_calls_share_one_socket(any_server: Server) -> None:
    """Concurrent queries need one socket, and each receives its own result."""
    async with websockets(any_server.ws_url) as transport:
        calls = [transport.execute(f'{{ hello(name: "{number}") }}') for number in range(50)]
        results = await asyncio.gather(*calls)
    assert [result.data["hello"] for result in results] == [f"Hello {number}!" for number in range(50)]
    assert len(any_server.seen("ws_connect")) == 1


def test_w09_n09_pings_are_answered_while_the_consumer_is_busy() -> None:
    """Below a client, pings of both kinds are answered while the user's code is busy."""
    answered = threading.Event()

    async def script(peer: Peer) -> None:
        await peer.acknowledge()
        id = (await peer.receive())["id"]
        await peer.send("next", id=id, payload={"data": {"n": 1}})
        for number in range(20):
            await peer.frame(PING, b"%d" % number)
            await peer.send("ping", payload={"number": number})
            assert await peer.expect("pong") == {"type": "pong", "payload": {"number": number}}
        assert len(peer.pongs) == 20
        answered.set()
        await peer.send("complete", id=id)
        await peer.drain()

    with ScriptedServer(script) as server, Client(server.ws_url) as client:
        for event in client.subscribe("subscription { n }"):
            assert event == {"n": 1}
            assert answered.wait(30)


def test_w35_an_error_as_the_first_message_reaches_a_blocked_caller() -> None:
    """Below a client, a rejected operation raises the server's errors in the thread that waits for it."""

    async def script(peer: Peer) -> None:
        await peer.acknowledge()
        while True:
            id = (await peer.receive())["id"]
            await peer.send("error", id=id, payload=[{"message": "no such field", "extensions": {"code": 7}}])

    with ScriptedServer(script) as server, Client(server.ws_url) as client:
        with pytest.raises(TransportQueryError, match="no such field"):
            client.execute("{ n }")
        subscription = client.subscribe("subscription { n }")
        with pytest.raises(TransportQueryError, match="no such field") as caught:
            next(subscription)
        assert caught.value.errors == [{"message": "no such field", "extensions": {"code": 7}}]
        with pytest.raises(StopIteration):
            next(subscription)


def test_f26_closing_a_client_does_not_wait_for_a_silent_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """Closing waits for at most a second if a server does not respond, and not until the loop ends."""
    monkeypatch.setattr(runtime, "CLOSE_SECONDS", None)

    async def script(peer: Peer) -> None:
        await peer.acknowledge()
        await asyncio.Event().wait()

    with ScriptedServer(script) as server:
        client = Client(server.ws_url)
        client.subscribe("subscription { n }")
        client.close()


def test_a_legacy_server_that_drops_the_socket_on_every_stop() -> None:
    """Leaving a subscription raises nothing, however the server handles the stop, and the next one works."""

    async def script(peer: Peer) -> None:
        await peer.acknowledge(LEGACY)
        id = (await peer.expect("start"))["id"]
        await peer.send("data", id=id, payload={"data": {"n": peer.number}})
        await peer.expect("stop")
        await peer.reset()

    with ScriptedServer(script) as server, Client(server.ws_url) as client:
        for number in (1, 2, 3):
            for event in client.subscribe("subscription { n }"):
                assert event == {"n": number}
                break
