"""ReconnectingConnection: how it connects, the credentials, and the waiting callers."""

from __future__ import annotations

import asyncio
import contextvars
import itertools
import threading
import time
from typing import Any

import pytest

from syncgql import (
    Client,
    TransportAuthenticationError,
    TransportConnectionFailed,
    TransportServerError,
)

from ...fix_servers import PATIENCE
from ...servers.scripted import LEGACY, MODERN, Peer, ScriptedServer
from ..asynchronous import in_loop, websockets
from ..ticking import LONG, QUICK, TICKS, in_turn, serves, tick, ticks_and_breaks, ticks_and_close, ticks_and_goes_on


@pytest.mark.parametrize("code", [4401, 4403])
def test_w22_one_more_attempt_when_credentials_can_be_refreshed(code: int) -> None:
    """A refusal is retried once with new credentials of the functions; a second refusal is final."""
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


@pytest.mark.parametrize("status", [401, 403])
def test_w22_refused_upgrade_is_tried_once_more(status: int) -> None:
    """A refused upgrade is retried once as well, but only if its headers may change."""

    async def refuses(peer: Peer) -> None:
        await peer.refuse(status)

    with (
        ScriptedServer(in_turn(refuses, ticks_and_goes_on)) as server,
        Client(server.url, reconnect=QUICK, headers=dict) as client,
    ):
        assert next(client.subscribe(TICKS)) == {"tick": 2}
    with ScriptedServer(refuses) as server:
        with Client(server.url, reconnect=QUICK, headers=dict) as client, pytest.raises(TransportAuthenticationError):
            client.subscribe(TICKS)
        assert len(server.peers) == 2
        with Client(server.url, reconnect=QUICK, headers={}) as client, pytest.raises(TransportAuthenticationError):
            client.subscribe(TICKS)
        assert len(server.peers) == 3


@pytest.mark.parametrize("code", [4401, 4403])
def test_w22_refusal_of_fixed_credentials_is_final(code: int) -> None:
    """With fixed credentials there is no second attempt."""
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


def test_w24_normal_closure_before_the_ack_is_a_refusal() -> None:
    """A close with 1000 instead of the acknowledgement refuses the credentials."""

    async def refuses(peer: Peer) -> None:
        await peer.accept()
        await peer.expect("connection_init")
        await peer.close(1000)

    with ScriptedServer(refuses) as server:
        with Client(server.url, reconnect=QUICK) as client, pytest.raises(TransportAuthenticationError):
            client.subscribe(TICKS)
        assert len(server.peers) == 1


def test_two_silent_closes_are_a_refusal() -> None:
    """A close without a code instead of the acknowledgement is retried once; the second one is a refusal."""

    async def refuses(peer: Peer) -> None:
        await peer.accept()
        await peer.expect("connection_init")
        await peer.close(None)

    with ScriptedServer(refuses) as server:
        with Client(server.url, reconnect=QUICK) as client, pytest.raises(TransportAuthenticationError, match="twice"):
            client.subscribe(TICKS)
        assert len(server.peers) == 2


def test_w27_headers_and_init_payload_are_made_for_every_attempt() -> None:
    """Functions run once per attempt: first in the caller's thread, later in a worker, in the subscriber's context."""
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
    assert not any(thread.name.startswith("syncgql-loop") for thread in threads)
    assert threads[1] is not threading.current_thread()


def test_provider_that_fails_on_reconnect_is_called_again() -> None:
    """A function that raises is a failed attempt; its text, which may be secret, is only in the cause."""
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


def test_one_connection_for_concurrent_first_subscribers() -> None:
    """However many threads subscribe first, they share one socket."""
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
async def test_cancelled_first_subscriber_does_not_affect_others() -> None:
    """The caller that started the connection may be cancelled; others that wait for it still get it."""
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
    """The client waits for a server that is not yet ready."""

    async def unavailable(peer: Peer) -> None:
        await peer.refuse(503)

    with (
        ScriptedServer(in_turn(unavailable, unavailable, ticks_and_goes_on)) as server,
        Client(server.url, reconnect=QUICK) as client,
    ):
        assert next(client.subscribe(TICKS)) == {"tick": 3}


def test_first_connection_is_not_waited_for_beyond_the_timeout() -> None:
    """If the next attempt would be too late, the call fails immediately, with the reason instead of a timeout."""

    async def unavailable(peer: Peer) -> None:
        await peer.refuse(503, "closed for today")

    with ScriptedServer(unavailable) as server, Client(server.url, reconnect=LONG) as client:
        started = time.monotonic()
        with pytest.raises(TransportServerError, match=r"HTTP 503.*closed for today"):
            client.subscribe(TICKS, timeout=60)
        assert time.monotonic() - started < 50
        assert len(server.peers) == 1


def test_query_over_a_socket_that_cannot_be_opened() -> None:
    """The same applies to a query or mutation over WebSocket."""

    async def unavailable(peer: Peer) -> None:
        await peer.refuse(503, "closed for today")

    with ScriptedServer(unavailable) as server, Client(server.ws_url, reconnect=LONG) as client:
        with pytest.raises(TransportServerError, match=r"HTTP 503.*closed for today"):
            client.execute("{ a }", timeout=60)
        with pytest.raises(TransportServerError, match=r"HTTP 503.*closed for today"):
            client.submit("{ a }", timeout=60).result()


def test_retry_after_of_a_refused_upgrade_is_kept() -> None:
    """No attempt begins before the end of the wait that a server requests."""
    refused: list[float] = []

    async def later(peer: Peer) -> None:
        refused.append(time.monotonic())
        await peer.refuse(429, Retry_After="1")

    with (
        ScriptedServer(in_turn(ticks_and_close(1012), later, ticks_and_goes_on)) as server,
        Client(server.url, reconnect=QUICK) as client,
    ):
        events = client.subscribe(TICKS)
        assert next(events) == {"tick": 1}
        assert next(events) == {"tick": 3}
        assert time.monotonic() - refused[0] >= 1


def test_mode_is_negotiated_again() -> None:
    """A server that returns with the other subprotocol is used with that one."""

    async def legacy(peer: Peer) -> None:
        await peer.acknowledge(LEGACY)
        start = await peer.expect("start")
        await peer.send("data", id=start["id"], payload=tick(2))
        await peer.drain()

    with ScriptedServer(in_turn(ticks_and_breaks, legacy)) as server, Client(server.url, reconnect=QUICK) as client:
        events = client.subscribe(TICKS)
        assert [next(events), next(events)] == [{"tick": 1}, {"tick": 2}]
        assert server.peers[1].subprotocols == [MODERN, LEGACY]


def test_the_end_of_an_outage_at_the_start_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """The first connection is established after a failed attempt."""

    async def script(peer: Peer) -> None:
        if peer.number == 1:
            await peer.refuse(503)
            return
        await peer.acknowledge()
        id = (await peer.expect("subscribe"))["id"]
        await peer.send("complete", id=id)
        await peer.drain()

    with ScriptedServer(script) as server, Client(server.ws_url, reconnect=QUICK) as client:
        assert list(client.subscribe("subscription Numbers { n }")) == []
    failed, connected = [record for record in caplog.records if record.name.endswith(".outage")]
    assert "for 1 operation(s) (Numbers); attempt 2" in failed.getMessage()
    assert connected.getMessage() == f"Connected to {server.ws_url}, for 1 operation(s) (Numbers)."
