"""A lost connection as the consumer sees it: the counts, and the return values of ``on_reconnect``."""

from __future__ import annotations

import threading
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from syncgql import Client, ExecutionResult, ReconnectPolicy, TransportTimeout

from .fix_servers import PATIENCE
from .servers.scripted import Peer, ScriptedServer

TICKS = "subscription ($from: Int) { tick(from: $from) }"
QUICK = ReconnectPolicy(attempts=5, base=0.01, cap=0.01)


def server_of(*rounds: int, then: Callable[[Peer], Awaitable[object]] | None = None) -> ScriptedServer:
    """A server that sends a number of events per connection and then breaks it, except for the last connection."""

    async def script(peer: Peer) -> None:
        await peer.acknowledge()
        id = (await peer.expect("subscribe"))["id"]
        for number in range(1, rounds[peer.number - 1] + 1):
            await peer.send("next", id=id, payload={"data": {"tick": 100 * peer.number + number}})
        if peer.number < len(rounds):
            await peer.reset()
        elif then is not None:
            await then(peer)
        await peer.drain()

    return ScriptedServer(script)


async def counts_from_what_is_asked(peer: Peer) -> None:
    """Send two events for each further subscription, beginning with the given number."""
    while True:
        message = await peer.receive()
        if message["type"] == "subscribe":
            first = message["payload"]["variables"]["from"]
            for number in (first, first + 1):
                await peer.send("next", id=message["id"], payload={"data": {"tick": number}})


def test_reconnects_are_counted() -> None:
    """``stats`` has the number of times that the subscription was resent."""
    with server_of(1, 1, 1) as server, Client(server.url, reconnect=QUICK) as client:
        events = client.subscribe(TICKS)
        assert [next(events)["tick"] for _ in range(3)] == [101, 201, 301]
        assert events.stats[:5] == (3, 3, 0, 0, 2)
        assert events.stats.reconnects == 2


def test_on_reconnect_runs_between_two_events_in_the_consumer_s_thread() -> None:
    """It is called once per gap, with its length, after the events before the gap and before the next one."""
    seen: list[Any] = []

    def on_reconnect(seconds: float) -> None:
        seen.append((threading.current_thread(), seconds))

    policy = ReconnectPolicy(base=0.2, cap=0)
    with server_of(2, 1) as server, Client(server.url, reconnect=policy, on_reconnect=on_reconnect) as client:
        for event in client.subscribe(TICKS):
            seen.append(event["tick"])
            if event["tick"] == 201:
                break
    assert [seen[0], seen[1], seen[3]] == [101, 102, 201]
    thread, seconds = seen[2]
    assert thread is threading.current_thread()
    assert 0.2 <= seconds < PATIENCE


def test_on_reconnect_does_not_wait_for_an_event() -> None:
    """A waiting consumer is woken for it, even if the new connection delivers nothing."""
    called = threading.Event()

    def on_reconnect(seconds: float) -> None:
        called.set()

    with server_of(1, 0) as server, Client(server.url, reconnect=QUICK, on_reconnect=on_reconnect) as client:
        events = client.subscribe(TICKS)
        assert next(events) == {"tick": 101}
        consumer = threading.Thread(target=list, args=(events,))
        consumer.start()
        assert called.wait(PATIENCE)
        events.close()
        consumer.join(PATIENCE)


def test_events_of_on_reconnect_come_first() -> None:
    """A list of events is delivered unchanged before the server's next event."""
    missed = [{"tick": 150}, {"tick": 151}]
    with server_of(1, 1) as server, Client(server.url, reconnect=QUICK, on_reconnect=lambda _: missed) as client:
        events = client.subscribe(TICKS)
        assert [next(events)["tick"] for _ in range(4)] == [101, 150, 151, 201]


def test_events_of_on_reconnect_may_be_results() -> None:
    """``subscribe_results`` accepts results in the same way, with its own option."""
    result = ExecutionResult({"tick": 150})
    with server_of(1, 1) as server, Client(server.url, reconnect=QUICK, on_reconnect=lambda _: [{}]) as client:
        events = client.subscribe_results(TICKS, on_reconnect=lambda _: (result for _ in range(1)))
        assert [next(events).data for _ in range(3)] == [{"tick": 101}, {"tick": 150}, {"tick": 201}]


def test_variables_of_on_reconnect_restart_the_subscription() -> None:
    """New variables replace the old ones; events for the old variables after the gap are not delivered."""
    last = 0

    def on_reconnect(seconds: float) -> dict[str, int]:
        return {"from": last + 1}

    with (
        server_of(2, 5, then=counts_from_what_is_asked) as server,
        Client(server.url, reconnect=QUICK, on_reconnect=on_reconnect) as client,
    ):
        events = client.subscribe(TICKS, {"from": 0})
        for _ in range(2):
            last = next(events)["tick"]
        assert last == 102
        assert [next(events)["tick"] for _ in range(2)] == [103, 104]
        stats = events.stats
        assert (stats.delivered, stats.reconnects) == (4, 1)
        assert stats.received == stats.delivered + stats.dropped
        messages = server.peers[1].received
        assert [message["type"] for message in messages] == ["connection_init", "subscribe", "complete", "subscribe"]
        assert [message["payload"]["variables"] for message in messages[1::2]] == [{"from": 0}, {"from": 103}]
        assert messages[1]["payload"]["query"] == messages[3]["payload"]["query"]
        assert messages[1]["id"] == messages[2]["id"] != messages[3]["id"]


def test_new_variables_are_kept_after_the_next_loss() -> None:
    """A restarted subscription is resent with its new variables."""
    answers: list[Any] = [{"from": 7}, None]

    async def answers_and_breaks(peer: Peer) -> None:
        id = (await peer.expect("complete"))["id"]
        assert id == "1"
        await peer.expect("subscribe")
        if peer.number == 2:
            await peer.reset()

    async def script(peer: Peer) -> None:
        await peer.acknowledge()
        message = await peer.expect("subscribe")
        variables = message["payload"]["variables"]
        await peer.send("next", id=message["id"], payload={"data": {"tick": variables["from"]}})
        if peer.number == 1:
            await peer.reset()
        elif peer.number == 2:
            await answers_and_breaks(peer)
        await peer.drain()

    with (
        ScriptedServer(script) as server,
        Client(server.url, reconnect=QUICK, on_reconnect=lambda _: answers.pop(0)) as client,
    ):
        events = client.subscribe(TICKS, {"from": 0})
        assert [next(events), next(events)] == [{"tick": 0}, {"tick": 7}]
        assert events.stats.reconnects == 2


def test_error_of_on_reconnect_reaches_the_consumer() -> None:
    """Its exceptions, and errors for invalid return values, are raised in the loop; the subscription continues."""

    def fails(seconds: float) -> None:
        raise LookupError("no such cursor")

    with server_of(1, 1) as server, Client(server.url, reconnect=QUICK, on_reconnect=fails) as client:
        events = client.subscribe(TICKS)
        assert next(events) == {"tick": 101}
        with pytest.raises(LookupError, match="no such cursor"):
            next(events)
        assert next(events) == {"tick": 201}
    for answer in (5, "text"):
        with server_of(1, 1) as server, Client(server.url, reconnect=QUICK) as client:
            events = client.subscribe(TICKS, on_reconnect=lambda _, answer=answer: answer)  # type: ignore[misc]
            assert next(events) == {"tick": 101}
            with pytest.raises(TypeError, match=f"not {type(answer).__name__}"):
                next(events)


def test_on_reconnect_must_be_a_function() -> None:
    """Any other value is refused immediately, by the client and by ``subscribe``."""
    with pytest.raises(TypeError, match="on_reconnect must be a function of one parameter, not list"):
        Client("http://127.0.0.1:1", on_reconnect=[])  # type: ignore[arg-type]
    with Client("http://127.0.0.1:1") as client, pytest.raises(TypeError, match="on_reconnect must be a function"):
        client.subscribe(TICKS, on_reconnect=5)  # type: ignore[call-overload]


def test_timeout_covers_marks() -> None:
    """``next(timeout=)`` ends in time, whatever happens to the connection."""
    with (
        server_of(1, 0, 0) as server,
        Client(server.url, reconnect=ReconnectPolicy(base=0.1, cap=0), on_reconnect=lambda _: None) as client,
    ):
        events = client.subscribe(TICKS)
        assert next(events) == {"tick": 101}
        started = time.monotonic()
        with pytest.raises(TransportTimeout, match=r"within 1 s"):
            events.next(timeout=1)
        assert 1 <= time.monotonic() - started < PATIENCE
