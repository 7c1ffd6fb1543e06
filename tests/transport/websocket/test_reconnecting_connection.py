"""ReconnectingConnection: the effects of a lost socket on its operations."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import threading
import time
import weakref
from typing import Any

import pytest

from syncgql import (
    Client,
    ReconnectPolicy,
    TransportConnectionFailed,
    TransportError,
)
from syncgql.protocol import json_codec
from syncgql.transport.recovery.loss import ConnectFailed, failed
from syncgql.transport.websocket import connection
from syncgql.transport.websocket.handshake import GraphQLDialect
from syncgql.transport.websocket.reconnecting_connection import ReconnectingConnection

from ...fix_servers import PATIENCE
from ...servers.scripted import LEGACY, Peer, ScriptedServer
from ..asynchronous import in_loop, websockets
from ..ticking import (
    LONG,
    QUICK,
    TICKS,
    closes_at_once,
    in_turn,
    one_tick_then,
    serves,
    tick,
    ticks_and_breaks,
    ticks_and_close,
    ticks_and_goes_on,
)


@pytest.mark.parametrize("code", [1001, 1012, 4408, 1000, 1005, None])
def test_w20_subscription_survives_a_close(code: int | None) -> None:
    """After a close that is retried, the subscription continues over a new socket, with a new init."""
    with (
        ScriptedServer(in_turn(ticks_and_close(None if code == 1005 else code), ticks_and_goes_on)) as server,
        Client(server.url, reconnect=QUICK, init_payload={"user": "me"}) as client,
    ):
        events = client.subscribe("subscription ($n: Int) { tick(n: $n) }", {"n": 7})
        assert next(events) == {"tick": 1}
        assert next(events) == {"tick": 2}
        first, second = server.peers
        assert [message["type"] for message in second.received] == ["connection_init", "subscribe"]
        assert [message["payload"] for message in first.received] == [message["payload"] for message in second.received]


def test_w20_subscription_survives_a_broken_connection() -> None:
    """The same holds after a TCP reset."""
    with (
        ScriptedServer(in_turn(ticks_and_breaks, ticks_and_goes_on)) as server,
        Client(server.url, reconnect=QUICK) as client,
    ):
        events = client.subscribe(TICKS)
        assert [next(events), next(events)] == [{"tick": 1}, {"tick": 2}]


def test_w20_all_subscriptions_of_a_shared_socket_survive() -> None:
    """Several subscriptions are resent in the order in which they were started."""

    async def breaks_after_three(peer: Peer) -> None:
        await peer.acknowledge()
        for number in range(3):
            message = await peer.expect("subscribe")
            await peer.send("next", id=message["id"], payload=tick(number))
        await peer.reset()

    with ScriptedServer(in_turn(breaks_after_three, serves)) as server, Client(server.url, reconnect=QUICK) as client:
        documents = [f"subscription {{ tick(n: {n}) }}" for n in range(3)]
        streams = [client.subscribe(document, overflow="raise") for document in documents]
        assert [next(stream) for stream in streams] == [{"tick": 0}, {"tick": 1}, {"tick": 2}]
        assert [next(stream) for stream in streams] == [{"tick": 2}] * 3
        sent = [message["payload"]["query"] for message in server.peers[1].received[1:]]
        assert sent == documents
        assert len(server.peers) == 2


@pytest.mark.parametrize("code", [1002, 1011, 4400, 4406, 4409, 4429, 4500])
def test_w21_fatal_code_ends_it(code: int) -> None:
    """A fatal code is not retried; the code and the reason reach the consumer, after the events before."""
    with ScriptedServer(ticks_and_close(code, "because")) as server, Client(server.url, reconnect=QUICK) as client:
        events = client.subscribe(TICKS)
        assert next(events) == {"tick": 1}
        with pytest.raises(TransportConnectionFailed, match=f"{code}.*because") as caught:
            next(events)
        assert (caught.value.code, caught.value.reason) == (code, "because")
        assert len(server.peers) == 1


@pytest.mark.parametrize("type", ["mutation", "query"])
def test_w23_operations_that_may_have_run_are_not_resent(type: str) -> None:
    """A mutation or query on a lost socket fails; a subscription on it continues."""

    async def breaks_on_the_second(peer: Peer) -> None:
        await one_tick_then(peer)
        await peer.expect("subscribe")
        await peer.reset()

    with (
        ScriptedServer(in_turn(breaks_on_the_second, ticks_and_goes_on)) as server,
        Client(server.ws_url, reconnect=QUICK) as client,
    ):
        events = client.subscribe(TICKS, overflow="raise")
        assert next(events) == {"tick": 1}
        with pytest.raises(TransportConnectionFailed):
            client.execute(f"{type} {{ pay }}")
        assert next(events) == {"tick": 2}
        again = [message["payload"]["query"] for message in server.peers[1].received[1:]]
        assert again == [TICKS]


def test_w24_normal_closure_causes_no_busy_loop() -> None:
    """A server that closes with 1000 as soon as it has the subscription is retried only a few times, with waits."""
    with (
        ScriptedServer(closes_at_once(1000)) as server,
        Client(server.url, reconnect=ReconnectPolicy(attempts=3, base=0.05, cap=0)) as client,
    ):
        started = time.monotonic()  # the first wait may begin before subscribe() has returned
        events = client.subscribe(TICKS)
        with pytest.raises(TransportConnectionFailed, match=r"1000.*Giving up after 3 attempts"):
            next(events)
        assert time.monotonic() - started >= 2 * 0.05
        assert len(server.peers) == 3


def test_w25_ack_alone_does_not_reset_the_count() -> None:
    """A server that acknowledges and closes repeatedly is given up after the configured attempts."""

    async def acknowledges_and_leaves(peer: Peer) -> None:
        await peer.acknowledge()
        await peer.close(1001)

    with (
        ScriptedServer(in_turn(ticks_and_close(1001), acknowledges_and_leaves)) as server,
        Client(server.url, reconnect=QUICK) as client,
    ):
        events = client.subscribe(TICKS)
        assert next(events) == {"tick": 1}
        with pytest.raises(TransportConnectionFailed):
            next(events)
        assert len(server.peers) == 1 + QUICK.attempts  # type: ignore[operator]


def test_w25_an_old_connection_resets_the_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that stayed open long enough counts as useful without an event."""
    monkeypatch.setattr(connection, "SETTLED_SECONDS", 0.0)
    with (
        ScriptedServer(in_turn(*[closes_at_once(1001)] * 9, ticks_and_goes_on)) as server,
        Client(server.url, reconnect=QUICK) as client,
    ):
        assert next(client.subscribe(TICKS)) == {"tick": 10}


def test_w21_a_subscription_survives_a_close_code_that_is_retried() -> None:
    """A code that is final by default is not final if the policy lists it."""
    policy = ReconnectPolicy(base=0.01, cap=0, retry_codes=[1011])
    with (
        ScriptedServer(in_turn(ticks_and_close(1011), ticks_and_goes_on)) as server,
        Client(server.url, reconnect=policy) as client,
    ):
        events = client.subscribe(TICKS)
        assert [next(events), next(events)] == [{"tick": 1}, {"tick": 2}]


def test_w26_the_error_after_the_last_attempt_has_the_close_code() -> None:
    """After the last attempt every operation fails, with the last close code and its own error."""
    with ScriptedServer(closes_at_once(1012, "restarting")) as server:
        policy = ReconnectPolicy(attempts=2, base=0.01, cap=0)
        with Client(server.url, reconnect=policy) as client:
            streams = [client.subscribe(TICKS, overflow="raise") for _ in range(2)]
            errors = []
            for events in streams:
                with pytest.raises(TransportConnectionFailed, match="restarting") as caught:
                    next(events)
                errors.append(caught.value)
            assert [error.code for error in errors] == [1012, 1012]
            assert errors[0] is not errors[1]
            assert len(server.peers) == 2


def test_w26_the_error_has_the_close_code_if_no_server_listens() -> None:
    """If no server is listening any more, the error has the code of the loss."""
    with ScriptedServer(ticks_and_close(1012)) as server:
        client = Client(server.url, reconnect=ReconnectPolicy(attempts=2, base=0.2, cap=0))
        events = client.subscribe(TICKS)
        assert next(events) == {"tick": 1}
    with (
        client,
        pytest.raises(TransportConnectionFailed, match=r"Could not connect.*first lost because: .*1012") as caught,
    ):
        next(events)
    assert caught.value.code == 1012


def test_established_subscription_reconnects_after_more_than_five_attempts() -> None:
    """By default an outage ends a subscription after ten minutes, not after a number of attempts."""

    async def unavailable(peer: Peer) -> None:
        await peer.refuse(503)

    with (
        ScriptedServer(in_turn(ticks_and_close(1012), *[unavailable] * 9, ticks_and_goes_on)) as server,
        Client(server.url, reconnect=ReconnectPolicy(base=0.01, cap=0)) as client,
    ):
        events = client.subscribe(TICKS)
        assert [next(events), next(events)] == [{"tick": 1}, {"tick": 11}]
        assert len(server.peers) == 11


def test_first_connection_fails_after_five_attempts() -> None:
    """A call that waits for its first connection fails after five attempts by default, with the last error."""

    async def unavailable(peer: Peer) -> None:
        await peer.refuse(503)

    with (
        ScriptedServer(unavailable) as server,
        Client(server.url, reconnect=ReconnectPolicy(base=0.01, cap=0)) as client,
    ):
        with pytest.raises(TransportError, match=r"503.*Giving up after 5 attempts"):
            client.subscribe(TICKS, timeout=60)
        assert len(server.peers) == 5


def test_outage_ends_after_give_up_after() -> None:
    """An outage that lasts longer than ``give_up_after`` ends the subscription."""
    with ScriptedServer(ticks_and_close(1012)) as server:
        client = Client(server.url, reconnect=ReconnectPolicy(base=0.05, cap=0, give_up_after=0.2))
        events = client.subscribe(TICKS)
        assert next(events) == {"tick": 1}
    with client, pytest.raises(TransportConnectionFailed, match=r"Giving up after \d attempts?\..*1012"):
        next(events)


@in_loop
async def test_connect_fails_after_the_last_attempt() -> None:
    """``connect`` itself opens a socket, with the attempts of the policy, and raises the last error."""

    async def unavailable(peer: Peer) -> None:
        await peer.refuse(503)

    with ScriptedServer(in_turn(unavailable, unavailable, ticks_and_goes_on)) as server:
        async with websockets(server.ws_url, reconnect=ReconnectPolicy(attempts=2, base=0.01, cap=0)) as transport:
            with pytest.raises(TransportError, match=r"503.*Giving up after 2 attempts"):
                await transport.connect()
            await asyncio.gather(transport.connect(), transport.connect())
            assert len(transport._pool.sockets) == 1
            await transport.connect()
            assert len(server.peers) == 3


def test_w28_closing_the_last_subscription_ends_the_attempts() -> None:
    """During a wait, no further attempt is made if no caller waits for it."""
    with (
        ScriptedServer(ticks_and_close(1012)) as server,
        Client(server.url, reconnect=ReconnectPolicy(base=6, cap=0)) as client,
    ):
        events = client.subscribe(TICKS)
        assert next(events) == {"tick": 1}
        events.close()
        time.sleep(7)  # longer than the wait before the next attempt
        assert len(server.peers) == 1


@in_loop
async def test_w28_cancelling_in_back_off_ends_the_attempts() -> None:
    """The same holds for a caller that is cancelled during the first connection."""

    async def unavailable(peer: Peer) -> None:
        await peer.refuse(503)

    with ScriptedServer(unavailable) as server:
        async with websockets(server.ws_url, reconnect=LONG) as transport:
            waiting = asyncio.ensure_future(transport.execute("{ a }"))
            await asyncio.to_thread(server.wait_for_peers, 1)
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
            assert not transport._pool._connections


@pytest.mark.parametrize("reconnect", [False, ReconnectPolicy(attempts=0)])
def test_reconnect_can_be_switched_off(reconnect: ReconnectPolicy | bool) -> None:
    """The first loss is then the end."""
    with ScriptedServer(ticks_and_close(1012)) as server, Client(server.url, reconnect=reconnect) as client:
        events = client.subscribe(TICKS)
        assert next(events) == {"tick": 1}
        with pytest.raises(TransportConnectionFailed, match="1012"):
            next(events)
        assert len(server.peers) == 1


@in_loop
async def test_reconnect_is_off_on_a_bare_transport() -> None:
    """A transport without a client reconnects only if requested."""
    with ScriptedServer(in_turn(ticks_and_close(1012), ticks_and_goes_on)) as server:
        async with websockets(server.ws_url) as transport:
            events = transport.subscribe(TICKS)
            assert (await anext(events)).data == {"tick": 1}
            with pytest.raises(TransportConnectionFailed, match="1012"):
                await anext(events)
    with ScriptedServer(in_turn(ticks_and_close(1012), ticks_and_goes_on)) as server:
        async with websockets(server.ws_url, reconnect=QUICK) as transport:
            events = transport.subscribe(TICKS)
            assert [(await anext(events)).data for _ in range(2)] == [{"tick": 1}, {"tick": 2}]
            await events.aclose()


def test_loss_and_return_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    """Both are warnings of the package's logger; the first has the reason and the delay, the second the duration."""
    with (
        ScriptedServer(in_turn(ticks_and_close(1012), ticks_and_goes_on)) as server,
        Client(server.url, reconnect=QUICK) as client,
        caplog.at_level(logging.WARNING, "syncgql"),
    ):
        events = client.subscribe(TICKS)
        assert [next(events), next(events)] == [{"tick": 1}, {"tick": 2}]
    lost, again = [record for record in caplog.records if record.name.startswith("syncgql")]
    assert (lost.levelno, again.levelno) == (logging.WARNING, logging.WARNING)
    assert re.search(r"1012.*Reconnecting in [\d.]+ s", lost.getMessage())
    gap = r"Reconnected to .* after [\d.]+ s, for 1 subscription.*; events of up to that time are missing\."
    assert re.search(gap, again.getMessage())


# -- the legacy subprotocol


def test_l13_subscription_survives_on_legacy_servers() -> None:
    """A lost subscription is restarted after a new acknowledgement."""

    async def script(peer: Peer) -> None:
        await peer.acknowledge(LEGACY)
        start = await peer.expect("start")
        await peer.send("data", id=start["id"], payload=tick(peer.number))
        if peer.number == 1:
            await peer.reset()
        await peer.drain()

    with ScriptedServer(script) as server, Client(server.url, reconnect=QUICK) as client:
        events = client.subscribe(TICKS)
        assert [next(events), next(events)] == [{"tick": 1}, {"tick": 2}]
        assert [message["type"] for message in server.peers[1].received] == ["connection_init", "start"]


def test_siblings_survive_a_server_that_drops_the_socket_on_stop() -> None:
    """Some legacy servers answer a stop by closing the socket; others on it are resubscribed, however often."""

    async def script(peer: Peer) -> None:
        await peer.acknowledge(LEGACY)
        while True:
            message = await peer.receive()
            if message["type"] == "stop":
                await peer.reset()
                return
            if message["payload"]["query"] == TICKS:
                await peer.send("data", id=message["id"], payload=tick(peer.number))

    with (
        ScriptedServer(script) as server,
        Client(server.url, reconnect=ReconnectPolicy(attempts=2, base=0.01, cap=0)) as client,
    ):
        events = client.subscribe(TICKS, overflow="raise")
        for number in range(1, 6):
            assert next(events) == {"tick": number}
            client.subscribe("subscription { other }", overflow="raise").close()


@in_loop
async def test_close_in_back_off_ends_everything() -> None:
    """Closing the transport wakes callers that wait for a connection and ends running subscriptions without errors."""

    async def unavailable(peer: Peer) -> None:
        await peer.refuse(503)

    with ScriptedServer(in_turn(ticks_and_close(1012), unavailable)) as server:
        async with websockets(server.ws_url, reconnect=LONG) as transport:
            events = transport.subscribe(TICKS)
            assert (await anext(events)).data == {"tick": 1}
            waiting = asyncio.ensure_future(transport.execute("{ a }"))
            await asyncio.to_thread(server.wait_for_peers, 2)
            await transport.close()
            with pytest.raises(StopAsyncIteration):
                await anext(events)
            with pytest.raises(TransportError, match="closed"):
                await waiting


@in_loop
async def test_close_while_a_socket_opens() -> None:
    """A socket that waits for its acknowledgement is closed as well, before ``close()`` returns."""
    initialized = threading.Event()

    async def hesitates(peer: Peer) -> None:
        await peer.accept()
        await peer.expect("connection_init")
        initialized.set()
        await peer.drain()

    with ScriptedServer(hesitates) as server:
        async with websockets(server.ws_url) as transport:
            waiting = asyncio.ensure_future(transport.execute("{ a }"))
            await asyncio.to_thread(initialized.wait, PATIENCE)
            await transport.close()
            assert not transport._pool.sockets
            with pytest.raises(TransportError, match="closed"):
                await waiting
        assert server.peers[0].closed_with == (1000, "")


@in_loop
async def test_a_connection_that_was_given_up_keeps_no_error() -> None:
    """The error of its last attempt is freed with that of the caller, before the connection itself."""
    errors: list[weakref.ref[TransportError]] = []

    async def open_socket(*_: object) -> Any:
        error = TransportConnectionFailed("It broke.")
        errors.append(weakref.ref(error))
        raise ConnectFailed(failed(error))

    connecting = ReconnectingConnection(
        GraphQLDialect("ws://host", None, None, None, None, json_codec.dumps, json_codec.loads),
        open_socket,
        ReconnectPolicy(attempts=2, base=0, cap=0),
        idle_timeout=None,
        on_rejected=lambda *_: None,
        on_unused=lambda _: None,
    )
    with contextlib.suppress(TransportConnectionFailed):
        await connecting.connect()
    await connecting.wait_closed()
    assert [error() for error in errors] == [None, None]
