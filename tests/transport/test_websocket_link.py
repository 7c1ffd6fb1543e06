"""WebSocketLink: what becomes of operations when their socket is lost. Servers that do what the tests tell them."""

from __future__ import annotations

import asyncio
import contextvars
import itertools
import logging
import re
import threading
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from syncgql import (
    Client,
    ReconnectPolicy,
    TransportAuthenticationError,
    TransportConnectionFailed,
    TransportError,
    TransportServerError,
)
from syncgql.transport import reconnect

from ..fix_servers import PATIENCE
from ..servers.scripted import LEGACY, MODERN, Peer, ScriptedServer
from .asynchronous import in_loop, websockets

TICKS = "subscription { tick }"
QUICK = ReconnectPolicy(attempts=5, base=0.01, cap=0.01)
LONG = ReconnectPolicy(attempts=5, base=600)

Script = Callable[[Peer], Awaitable[object]]


def in_turn(*scripts: Script) -> Script:
    """Run a script for each connection, the last one for all that follow."""

    async def run(peer: Peer) -> None:
        await scripts[min(peer.number, len(scripts)) - 1](peer)

    return run


def tick(number: int) -> dict[str, Any]:
    return {"data": {"tick": number}}


async def one_tick_then(peer: Peer, number: int = 1) -> None:
    """Acknowledge, take one subscription and send one event."""
    await peer.acknowledge()
    subscribe = await peer.expect("subscribe")
    await peer.send("next", id=subscribe["id"], payload=tick(number))


def ticks_and_close(code: int | None, reason: str = "") -> Script:
    async def script(peer: Peer) -> None:
        await one_tick_then(peer, peer.number)
        await peer.close(code, reason)

    return script


async def ticks_and_goes_on(peer: Peer) -> None:
    await one_tick_then(peer, peer.number)
    await peer.drain()


async def ticks_and_breaks(peer: Peer) -> None:
    await one_tick_then(peer, peer.number)
    await peer.reset()


async def serves(peer: Peer) -> None:
    """Acknowledge and answer: an event to every subscription, a result and the end to everything else."""
    await peer.acknowledge()
    while True:
        message = await peer.receive()
        if message["type"] == "subscribe":
            await peer.send("next", id=message["id"], payload=tick(peer.number))
            if not message["payload"]["query"].startswith("subscription"):
                await peer.send("complete", id=message["id"])


def closes_at_once(code: int, reason: str = "") -> Script:
    """Acknowledge, take a subscription, and close."""

    async def script(peer: Peer) -> None:
        await peer.acknowledge()
        await peer.expect("subscribe")
        await peer.close(code, reason)

    return script


@pytest.mark.parametrize("code", [1001, 1012, 4408, 1000, 1005, None])
def test_w20_subscription_survives_a_close(code: int | None) -> None:
    """After a close that may be tried again the subscription goes on over a new socket, with a new init."""
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
    """So it is after a TCP reset."""
    with (
        ScriptedServer(in_turn(ticks_and_breaks, ticks_and_goes_on)) as server,
        Client(server.url, reconnect=QUICK) as client,
    ):
        events = client.subscribe(TICKS)
        assert [next(events), next(events)] == [{"tick": 1}, {"tick": 2}]


def test_w20_all_subscriptions_of_a_shared_socket_survive() -> None:
    """Each of several subscriptions is sent again, in the order in which they were made."""

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
    """A fatal code is not tried again; code and reason reach the consumer, after the events before."""
    with ScriptedServer(ticks_and_close(code, "because")) as server, Client(server.url, reconnect=QUICK) as client:
        events = client.subscribe(TICKS)
        assert next(events) == {"tick": 1}
        with pytest.raises(TransportConnectionFailed, match=f"{code}.*because") as caught:
            next(events)
        assert (caught.value.code, caught.value.reason) == (code, "because")
        assert len(server.peers) == 1


@pytest.mark.parametrize("code", [4401, 4403])
def test_w22_one_more_attempt_when_credentials_can_be_refreshed(code: int) -> None:
    """A refusal is tried once more with what the providers give then; a second refusal is final."""
    calls: list[int] = []

    def init_payload() -> dict[str, int]:
        calls.append(len(calls))
        return {"token": len(calls)}

    async def refuses(peer: Peer) -> None:
        await peer.accept()
        await peer.expect("connection_init")
        await peer.close(code, "expired")

    with (
        ScriptedServer(in_turn(ticks_and_close(code), ticks_and_goes_on)) as server,
        Client(server.url, reconnect=QUICK, init_payload=init_payload) as client,
    ):
        events = client.subscribe(TICKS)
        assert [next(events), next(events)] == [{"tick": 1}, {"tick": 2}]
        assert [peer.received[0]["payload"] for peer in server.peers] == [{"token": 1}, {"token": 2}]
    with (
        ScriptedServer(in_turn(ticks_and_close(code), refuses)) as server,
        Client(server.url, reconnect=QUICK, init_payload=init_payload) as client,
    ):
        events = client.subscribe(TICKS)
        assert next(events) == {"tick": 1}
        with pytest.raises(TransportAuthenticationError, match="expired"):
            next(events)
        assert len(server.peers) == 2


@pytest.mark.parametrize("code", [4401, 4403])
def test_w22_refusal_of_fixed_credentials_is_final(code: int) -> None:
    """With credentials that stay the same there is no other attempt."""
    with (
        ScriptedServer(ticks_and_close(code)) as server,
        Client(server.url, reconnect=QUICK, init_payload={"token": 1}) as client,
    ):
        events = client.subscribe(TICKS)
        assert next(events) == {"tick": 1}
        with pytest.raises(TransportAuthenticationError) as caught:
            next(events)
        assert caught.value.code == code
        assert len(server.peers) == 1


@pytest.mark.parametrize("type", ["mutation", "query"])
def test_w23_what_may_have_run_is_not_sent_again(type: str) -> None:
    """A mutation or query on a lost socket fails; a subscription beside it goes on."""

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


def test_w24_normal_closure_is_no_busy_loop() -> None:
    """A server that closes with 1000 as soon as it has the subscription is tried a few times only, with waits."""
    with (
        ScriptedServer(closes_at_once(1000)) as server,
        Client(server.url, reconnect=ReconnectPolicy(attempts=3, base=0.05, cap=0)) as client,
    ):
        events = client.subscribe(TICKS)
        started = time.monotonic()
        with pytest.raises(TransportConnectionFailed, match=r"1000.*attempt 3, and there is to be no other"):
            next(events)
        assert time.monotonic() - started >= 2 * 0.05
        assert len(server.peers) == 3


def test_w24_normal_closure_before_the_ack_is_a_refusal() -> None:
    """A close with 1000 in place of the acknowledgement refuses the credentials."""

    async def refuses(peer: Peer) -> None:
        await peer.accept()
        await peer.expect("connection_init")
        await peer.close(1000)

    with ScriptedServer(refuses) as server:
        with Client(server.url, reconnect=QUICK) as client, pytest.raises(TransportAuthenticationError):
            client.subscribe(TICKS)
        assert len(server.peers) == 1


def test_two_silent_closes_are_a_refusal() -> None:
    """A close without a code in place of the acknowledgement is tried again once; the second is a refusal."""

    async def refuses(peer: Peer) -> None:
        await peer.accept()
        await peer.expect("connection_init")
        await peer.close(None)

    with ScriptedServer(refuses) as server:
        with Client(server.url, reconnect=QUICK) as client, pytest.raises(TransportAuthenticationError, match="twice"):
            client.subscribe(TICKS)
        assert len(server.peers) == 2


def test_w25_ack_alone_does_not_reset_the_count() -> None:
    """A server that acknowledges and closes, again and again, is given up after the configured attempts."""

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
    """A connection that lived for long enough counts as good although it brought no event."""
    monkeypatch.setattr(reconnect, "SETTLED_SECONDS", 0.0)
    with (
        ScriptedServer(in_turn(*[closes_at_once(1001)] * 9, ticks_and_goes_on)) as server,
        Client(server.url, reconnect=QUICK) as client,
    ):
        assert next(client.subscribe(TICKS)) == {"tick": 10}


def test_w26_the_last_close_code_is_told_after_the_last_attempt() -> None:
    """When attempts have run out every operation fails, with the last close code and an error of its own."""
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


def test_w26_the_close_code_is_told_when_no_socket_came_about_since() -> None:
    """When nobody listens any more, the error has the code with which the connection had been lost."""
    with ScriptedServer(ticks_and_close(1012)) as server:
        client = Client(server.url, reconnect=ReconnectPolicy(attempts=2, base=0.2, cap=0))
        events = client.subscribe(TICKS)
        assert next(events) == {"tick": 1}
    with client, pytest.raises(TransportConnectionFailed, match=r"Could not connect.*It began so: .*1012") as caught:
        next(events)
    assert caught.value.code == 1012


def test_w27_headers_and_init_payload_are_made_for_every_attempt() -> None:
    """Providers run once per attempt: first in the caller's thread, later in a worker, in the subscriber's context."""
    user = contextvars.ContextVar("user", default="nobody")
    threads: list[threading.Thread] = []

    def headers() -> dict[str, str]:
        threads.append(threading.current_thread())
        return {"X-User": f"{user.get()} {len(threads)}"}

    payloads = itertools.count(1)

    def init_payload() -> dict[str, int]:
        return {"n": next(payloads)}

    async def unavailable(peer: Peer) -> None:
        await peer.refuse(503)

    with ScriptedServer(in_turn(ticks_and_close(1012), unavailable, ticks_and_goes_on)) as server:
        with Client(server.url, reconnect=QUICK, headers=headers, init_payload=init_payload) as client:
            user.set("me")
            events = client.subscribe(TICKS)
            user.set("someone else")
            assert [next(events), next(events)] == [{"tick": 1}, {"tick": 3}]
        assert [peer.headers["x-user"] for peer in server.peers] == ["me 1", "me 2", "me 3"]
        assert [peer.received[0]["payload"] for peer in server.peers if peer.received] == [{"n": 1}, {"n": 3}]
    assert threads[0] is threading.current_thread()
    assert not any(thread.name.startswith("syncgql") for thread in threads)
    assert threads[1] is not threading.current_thread()


def test_provider_that_fails_on_reconnect_is_asked_again() -> None:
    """A provider that raises is an attempt that failed; its text, which may be secret, is only in the cause."""
    fails = [False, True, False]

    def headers() -> dict[str, str]:
        if fails.pop(0):
            raise RuntimeError("the token is 1234")
        return {}

    with (
        ScriptedServer(in_turn(ticks_and_close(1012), ticks_and_goes_on)) as server,
        Client(server.url, reconnect=QUICK, headers=headers) as client,
    ):
        events = client.subscribe(TICKS)
        assert [next(events), next(events)] == [{"tick": 1}, {"tick": 2}]
    fails[:] = [False] + [True] * 5
    with (
        ScriptedServer(ticks_and_close(1012)) as server,
        Client(server.url, reconnect=QUICK, headers=headers) as client,
    ):
        events = client.subscribe(TICKS)
        assert next(events) == {"tick": 1}
        with pytest.raises(TransportConnectionFailed, match="RuntimeError was raised") as caught:
            next(events)
        assert "1234" not in str(caught.value)
        assert "1234" in str(caught.value.__cause__)


def test_w28_closing_the_last_subscription_ends_the_attempts() -> None:
    """In back-off, nothing is tried any more once nobody waits for it."""
    with (
        ScriptedServer(ticks_and_close(1012)) as server,
        Client(server.url, reconnect=ReconnectPolicy(base=0.5, cap=0)) as client,
    ):
        events = client.subscribe(TICKS)
        assert next(events) == {"tick": 1}
        events.close()
        time.sleep(1.0)
        assert len(server.peers) == 1
        pool: Any = client._backend.runtime().resources.subscriptions._pool  # type: ignore[attr-defined]
        assert not pool._links


@in_loop
async def test_w28_cancelling_in_back_off_ends_the_attempts() -> None:
    """So it is for who cancels while the first connection is tried."""

    async def unavailable(peer: Peer) -> None:
        await peer.refuse(503)

    with ScriptedServer(unavailable) as server:
        async with websockets(server.ws_url, reconnect=LONG) as transport:
            waiting = asyncio.ensure_future(transport.execute("{ a }"))
            await asyncio.to_thread(server.wait_for_peers, 1)
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
            assert not transport._pool._links


def test_one_connection_for_concurrent_first_subscribers() -> None:
    """However many threads subscribe first, there is one socket."""
    with ScriptedServer(serves) as server, Client(server.url) as client:
        started = threading.Barrier(20)
        ticks: list[Any] = []

        def subscribe() -> None:
            started.wait()
            ticks.append(next(client.subscribe(TICKS, overflow="raise")))

        threads = [threading.Thread(target=subscribe) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)
        assert ticks == [{"tick": 1}] * 20
        assert len(server.peers) == 1


@in_loop
async def test_cancelled_first_subscriber_takes_only_itself_away() -> None:
    """The one that began the connection may be cancelled; those who wait for the same one get it."""
    accept = threading.Event()

    async def hesitates(peer: Peer) -> None:
        await asyncio.to_thread(accept.wait, PATIENCE)
        await serves(peer)

    with ScriptedServer(hesitates) as server:
        async with websockets(server.ws_url) as transport:
            first = asyncio.ensure_future(transport.execute("{ first }"))
            await asyncio.to_thread(server.wait_for_peers, 1)
            others = [asyncio.ensure_future(transport.execute("{ other }")) for _ in range(3)]
            await asyncio.sleep(0.05)
            first.cancel()
            await asyncio.wait([first])
            assert first.cancelled()
            accept.set()
            assert [result.data for result in await asyncio.gather(*others)] == [{"tick": 1}] * 3
        assert len(server.peers) == 1
        assert [message["payload"]["query"] for message in server.peers[0].received[1:4]] == ["{ other }"] * 3


def test_first_connection_is_tried_again_within_the_timeout() -> None:
    """A server that is not ready yet is waited for."""

    async def unavailable(peer: Peer) -> None:
        await peer.refuse(503)

    with (
        ScriptedServer(in_turn(unavailable, unavailable, ticks_and_goes_on)) as server,
        Client(server.url, reconnect=QUICK) as client,
    ):
        assert next(client.subscribe(TICKS)) == {"tick": 3}


def test_first_connection_is_not_waited_for_beyond_the_timeout() -> None:
    """When the next attempt would come too late the call fails now, with the reason and not with a timeout."""

    async def unavailable(peer: Peer) -> None:
        await peer.refuse(503, "closed for today")

    with ScriptedServer(unavailable) as server, Client(server.url, reconnect=LONG) as client:
        started = time.monotonic()
        with pytest.raises(TransportServerError, match=r"HTTP 503.*closed for today"):
            client.subscribe(TICKS, timeout=60)
        assert time.monotonic() - started < 50
        assert len(server.peers) == 1


def test_retry_after_of_a_refused_upgrade_is_kept() -> None:
    """A server that says how long to wait is not asked before."""

    async def later(peer: Peer) -> None:
        await peer.refuse(429, Retry_After="1")

    with (
        ScriptedServer(in_turn(ticks_and_close(1012), later, ticks_and_goes_on)) as server,
        Client(server.url, reconnect=QUICK) as client,
    ):
        events = client.subscribe(TICKS)
        assert next(events) == {"tick": 1}
        started = time.monotonic()
        assert next(events) == {"tick": 3}
        assert time.monotonic() - started >= 1


@pytest.mark.parametrize("reconnect", [False, ReconnectPolicy(attempts=0)])
def test_reconnect_can_be_switched_off(reconnect: ReconnectPolicy | bool) -> None:
    """Then the first loss is the end."""
    with ScriptedServer(ticks_and_close(1012)) as server, Client(server.url, reconnect=reconnect) as client:
        events = client.subscribe(TICKS)
        assert next(events) == {"tick": 1}
        with pytest.raises(TransportConnectionFailed, match="1012"):
            next(events)
        assert len(server.peers) == 1


@in_loop
async def test_reconnect_is_off_on_a_bare_transport() -> None:
    """A transport on its own connects again only when asked to."""
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
    """Both are warnings of the package's loggers; the first says why and when, the second how long it took."""
    with (
        ScriptedServer(in_turn(ticks_and_close(1012), ticks_and_goes_on)) as server,
        Client(server.url, reconnect=QUICK) as client,
        caplog.at_level(logging.WARNING, "syncgql"),
    ):
        events = client.subscribe(TICKS)
        assert [next(events), next(events)] == [{"tick": 1}, {"tick": 2}]
    lost, again = [record for record in caplog.records if record.name.startswith("syncgql")]
    assert (lost.levelno, again.levelno) == (logging.WARNING, logging.WARNING)
    assert re.search(r"1012.*Connecting again in 0\.0 s", lost.getMessage())
    assert re.search(r"again after 0\.\d s, for 1 subscription", again.getMessage())


# -- the legacy subprotocol


def test_l13_subscription_survives_on_legacy_servers() -> None:
    """A lost subscription is started anew after a new acknowledgement."""

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
    """Some legacy servers answer a stop by dropping the socket; who shares it is subscribed again, however often."""

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


def test_mode_is_negotiated_anew() -> None:
    """A server that comes back with the other subprotocol is spoken to in that."""

    async def legacy(peer: Peer) -> None:
        await peer.acknowledge(LEGACY)
        start = await peer.expect("start")
        await peer.send("data", id=start["id"], payload=tick(2))
        await peer.drain()

    with ScriptedServer(in_turn(ticks_and_breaks, legacy)) as server, Client(server.url, reconnect=QUICK) as client:
        events = client.subscribe(TICKS)
        assert [next(events), next(events)] == [{"tick": 1}, {"tick": 2}]
        assert server.peers[1].subprotocols == [MODERN, LEGACY]


@in_loop
async def test_close_in_back_off_ends_everything() -> None:
    """Closing the transport wakes those who wait for a connection and ends running subscriptions cleanly."""

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
