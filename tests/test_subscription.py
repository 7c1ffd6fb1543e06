"""Subscription: how it ends, with which effects, and its counts."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import pickle
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from syncgql import (
    Client,
    ExecutionResult,
    Middleware,
    Operation,
    Subscription,
    SubscriptionOverflow,
    TransportQueryError,
    TransportTimeout,
)
from syncgql import subscription as subscription_module
from syncgql.runtime.event_buffer import Empty, SubscriptionStats
from syncgql.runtime.event_markers import Gap
from syncgql.subscription import GapHandler

from .fix_servers import PATIENCE, Server
from .runtimes import runtime_of

EVENTS = "subscription { bookAdded { id } }"
COUNT = "subscription { count(delay: 0.005) }"


@pytest.fixture
def client(strawberry_server: Server) -> Iterator[Client]:
    with Client(strawberry_server.url) as client:
        yield client


def wait_for_complete(server: Server) -> None:
    server.wait_for("ws_message", message={"type": "complete"})
    server.wait_for("subscription_ended")


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_f17_the_message_is_sent_before_subscribe_returns(client: Client, strawberry_server: Server) -> None:
    """It raises immediately, not at the first ``next()`` like a generator."""
    events = client.subscribe(EVENTS)
    strawberry_server.wait_for("subscription_started")
    events.close()


def test_f17_a_timeout_leaves_it_usable(client: Client, strawberry_server: Server) -> None:
    """After a TransportTimeout the next event is delivered normally."""
    with client.subscribe(EVENTS) as events:
        for _ in range(2):
            with pytest.raises(TransportTimeout, match=r"No event came within 0\.02 s; the subscription stays open"):
                events.next(timeout=0.02)
        strawberry_server.wait_for("subscription_started")
        client.execute('mutation { addBook(title: "Ulysses") { id } }')
        assert events.next(timeout=PATIENCE)["bookAdded"]["id"]


TIMEOUT = 2


class LosingSource:
    """A source that reports a gap 0.25 s after each call, on a clock of its own."""

    was_open = is_inherited = False
    stats = SubscriptionStats(0, 0, 0, 0, 0)

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def get(self, seconds: float | None) -> Gap:
        assert seconds is not None
        assert seconds <= TIMEOUT - self.now
        self.now += min(seconds, 0.25)
        if seconds <= 0.25:
            raise Empty
        return Gap(0.25)

    def check_process(self) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""

    def abandon(self) -> None:
        """Do nothing."""


@pytest.mark.parametrize(
    "gap_handler", [None, GapHandler(lambda _: None, lambda _: None)], ids=["", "with on_reconnect"]
)
def test_the_timeout_of_next_counts_from_the_call(
    monkeypatch: pytest.MonkeyPatch, gap_handler: GapHandler | None
) -> None:
    """It does not start again when the connection was lost and re-established."""
    source: Any = LosingSource()
    monkeypatch.setattr(subscription_module, "time", source)
    events = Subscription(source, source, lambda result: result, gap_handler)
    with pytest.raises(TransportTimeout, match="No event came within 2 s") as caught:
        events.next(timeout=TIMEOUT)
    assert (source.now, caught.value.seconds) == (TIMEOUT, TIMEOUT)


def test_f17_exhausted_stays_exhausted(client: Client) -> None:
    """At the end StopIteration is raised each time, also by ``next()``."""
    events = client.subscribe("subscription { count(to: 2) }")
    assert [event["count"] for event in events] == [1, 2]
    assert list(events) == []
    with pytest.raises(StopIteration):
        events.next(timeout=1)
    assert events.closed
    assert events.stats[:4] == (2, 2, 0, 0)


def test_next_returns_a_default_at_the_end(client: Client) -> None:
    """The default replaces only StopIteration, which a future cannot raise, so ``next`` works in asynchronous code."""

    async def consume() -> list[object]:
        return [await asyncio.to_thread(events.next, PATIENCE, None) for _ in range(3)]

    with client.subscribe("subscription { count(to: 2) }") as events:
        assert asyncio.run(consume()) == [{"count": 1}, {"count": 2}, None]
    assert events.next(default="end") == "end"
    with client.subscribe(EVENTS) as silent, pytest.raises(TransportTimeout):
        silent.next(0, None)


def test_the_end_has_a_reason(client: Client) -> None:
    """``StopIteration`` says whether the subscription is complete, was closed, or ended with an error."""
    complete, closed = (client.subscribe("subscription { count(to: 1) }") for _ in range(2))
    closed.close()
    failed = client.subscribe("subscription { unknown }")
    with pytest.raises(TransportQueryError):
        next(failed)
    assert next(complete) == {"count": 1}
    for events, reason in ((complete, "is complete"), (closed, "was closed"), (failed, "has ended with an error")):
        for _ in range(2):
            with pytest.raises(StopIteration, match=f"The subscription {reason}"):
                events.next()


def test_f17_an_error_ends_it_once(client: Client) -> None:
    """The server's error is raised after the events, and then the subscription ends."""
    events = client.subscribe("subscription { failAfter(count: 2) }")
    assert [next(events), next(events)] == [{"failAfter": 1}, {"failAfter": 2}]
    with pytest.raises(TransportQueryError, match="It failed after 2"):
        next(events)
    with pytest.raises(StopIteration):
        next(events)


@pytest.mark.parametrize("way", ["break", "close", "with", "closing", "exception", "del", "cycle"])
def test_f16_every_way_out_reaches_the_server(client: Client, strawberry_server: Server, way: str) -> None:
    """However the loop is left, the server gets ``complete``, and nothing is printed."""
    leave(way, client.subscribe(COUNT))
    if way == "cycle":
        gc.collect()
    wait_for_complete(strawberry_server)
    assert client.execute("{ hello }") == {"hello": "Hello world!"}


def leave(way: str, events: Subscription[Any]) -> None:
    next(events)
    if way == "break":
        for _ in events:
            break
    elif way == "close":
        events.close()
        events.close()
        assert events.closed
    elif way == "with":
        with events:
            next(events)
    elif way == "closing":
        with contextlib.closing(events) as same:
            next(same)
    elif way == "exception":
        with contextlib.suppress(LookupError):
            for _ in events:
                raise LookupError
    elif way == "cycle":
        events.myself = events  # type: ignore[attr-defined]


def test_f16_collected_on_the_loop_thread(client: Client, strawberry_server: Server) -> None:
    """The collector may run the finalizer on the thread that must send ``complete``, where it does not wait."""
    leave("cycle", client.subscribe(COUNT))
    runtime = runtime_of(client)
    collected = threading.Event()
    runtime.thread.post(lambda: (gc.collect(), collected.set())[0])  # type: ignore[func-returns-value]
    assert collected.wait(PATIENCE)
    wait_for_complete(strawberry_server)


def test_f28_close_from_another_thread_wakes_the_consumer(client: Client, strawberry_server: Server) -> None:
    """A thread that waits for an event gets a regular end."""
    events = client.subscribe(EVENTS)
    strawberry_server.wait_for("subscription_started")
    ended: list[list[Any]] = []
    consumer = threading.Thread(target=lambda: ended.append(list(events)))
    consumer.start()
    time.sleep(0.05)
    events.close()
    consumer.join(PATIENCE)
    assert ended == [[]]
    wait_for_complete(strawberry_server)


def test_closing_the_client_ends_it_cleanly(client: Client, strawberry_server: Server) -> None:
    """Waiting and later consumers reach the end of the iteration without an error."""
    waiting, later = client.subscribe(EVENTS), client.subscribe(COUNT)
    next(later)
    ended: list[list[Any]] = []
    consumer = threading.Thread(target=lambda: ended.append(list(waiting)))
    consumer.start()
    time.sleep(0.05)
    client.close()
    consumer.join(PATIENCE)
    assert ended == [[]]
    assert list(later) == []
    assert waiting.closed
    assert later.closed
    for _ in range(2):
        strawberry_server.wait_for("ws_close", code=1000)


def test_f18_overflow_ends_only_its_own_subscription(client: Client, strawberry_server: Server) -> None:
    """An overflow ends one subscription, for which ``complete`` is sent; the other on the socket continues."""
    sibling = client.subscribe(COUNT, overflow="raise", buffer_size=100_000)
    flooded = client.subscribe("subscription { count }", overflow="raise", buffer_size=50)
    wait_for_complete(strawberry_server)
    taken: list[int] = []
    with pytest.raises(SubscriptionOverflow, match="50 events were waiting") as caught:
        taken.extend(event["count"] for event in flooded)
    assert caught.value.limit == 50
    with pytest.raises(StopIteration):
        next(flooded)
    stats = flooded.stats
    assert stats.received == stats.delivered + stats.dropped + stats.buffered
    assert stats.delivered == 50
    before = sibling.stats.received
    for _ in range(before + 20):
        sibling.next(PATIENCE)
    assert len(strawberry_server.seen("ws_connect")) == 1


def test_f18_drop_oldest_keeps_the_newest(client: Client, strawberry_server: Server) -> None:
    """A slow consumer receives the newest events; dropped events are counted; the other subscription is not delayed."""
    sibling = client.subscribe(COUNT, overflow="drop_oldest")
    flooded = client.subscribe("subscription { count(to: 20000) }", overflow="drop_oldest", buffer_size=10)
    strawberry_server.wait_for("subscription_ended", name="count", number=20_000)
    wait_until(lambda: flooded.stats.received == 20_000)
    assert sibling.next(PATIENCE)["count"] == 1
    taken = [event["count"] for event in flooded]
    assert taken == list(range(19_991, 20_001))
    assert flooded.stats[:4] == (20_000, 10, 19_990, 0)
    assert len(strawberry_server.seen("ws_connect")) == 1


def test_f18_block_loses_nothing_and_does_not_delay_others(client: Client, strawberry_server: Server) -> None:
    """The buffer is never exceeded while the consumer sleeps; others continue; then every event arrives in order."""
    blocked = client.subscribe("subscription { count(to: 30000) }", buffer_size=64)
    sibling = client.subscribe(COUNT)
    for number in range(1, 60):
        assert sibling.next(PATIENCE)["count"] == number
        assert blocked.stats.buffered <= 64
    assert [event["count"] for event in blocked] == list(range(1, 30_001))
    assert blocked.stats[:4] == (30_000, 30_000, 0, 0)
    assert len(strawberry_server.seen("ws_connect")) == 2


def test_f29_a_subscription_does_not_pickle(client: Client) -> None:
    """It is bound to a socket of this process, and the error says so."""
    with client.subscribe(COUNT) as events, pytest.raises(TypeError, match="bound to a socket of this process"):
        pickle.dumps(events)


def test_f30_a_subscription_keeps_its_client_and_no_more(strawberry_server: Server) -> None:
    """The client lives as long as its subscription; when that is closed and dropped, the client is freed."""
    events = Client(strawberry_server.url).subscribe(COUNT)
    gc.collect()
    client = weakref.ref(events._owner)
    assert next(events) == {"count": 1}
    events.close()
    del events
    gc.collect()
    assert client() is None


def test_stats_and_repr_of_a_running_one(client: Client) -> None:
    """They can be read at any time, in any thread."""
    with client.subscribe(COUNT) as events:
        next(events)
        stats = events.stats
        assert stats.received == stats.delivered + stats.dropped + stats.buffered
        assert repr(events).startswith("<Subscription open")
    assert repr(events).startswith("<Subscription closed")


@pytest.mark.parametrize("timeout", ["1", True, -1, float("nan")])
def test_a_wrong_timeout_of_next_leaves_the_subscription_usable(strawberry_server: Server, timeout: Any) -> None:
    """An invalid limit raises before the call; a limit beyond the range of timers means no limit."""
    with (
        Client(strawberry_server.url) as client,
        client.subscribe("subscription { count(to: 3) }") as events,
    ):
        assert events.next(timeout=float("inf")) == {"count": 1}
        with pytest.raises((TypeError, ValueError), match=r"timeout must be (a number|0 seconds or more)"):
            events.next(timeout=timeout)
        assert events.next(timeout=1e300) == {"count": 2}


@pytest.mark.parametrize("options", [{"buffer_size": 0}, {"buffer_size": "9"}, {"overflow": "drop"}])
def test_options_are_checked_before_a_schema_is_fetched(options: dict[str, Any]) -> None:
    """A bad ``buffer_size`` or ``overflow`` is refused by name without a request."""
    refused = pytest.raises((TypeError, ValueError), match=next(iter(options)))
    with Client("http://127.0.0.1:1/", fetch_schema_from_transport=True) as client, refused:
        client.subscribe("subscription { count }", **options)


class Watcher(Middleware):
    """Notes how each subscription ends."""

    def __init__(self) -> None:
        self.ends: list[Exception | None] = []

    def subscribe(self, operation: Operation, call_next: Any) -> Subscription[ExecutionResult]:
        subscription: Subscription[ExecutionResult] = call_next(operation).map(self.same, self.ends.append)
        return subscription

    def same(self, result: ExecutionResult) -> ExecutionResult:
        return result


def test_the_end_is_reported_once(strawberry_server: Server) -> None:
    """``on_end`` gets the exception that ended the subscription, or None. A later ``map`` does not change that."""
    watcher = Watcher()
    with Client(strawberry_server.url, middleware=[watcher]) as client:
        events = client.subscribe("subscription { count(to: 1) }")
        assert list(events) == [{"count": 1}]
        events.close()
        assert watcher.ends == [None]
        with client.subscribe(COUNT) as events:
            next(events)
        assert watcher.ends == [None, None]
        with pytest.raises(TransportQueryError) as raised:
            list(client.subscribe("subscription { nothing }"))
    assert watcher.ends == [None, None, raised.value]


def test_a_dropped_subscription_reports_no_end(strawberry_server: Server) -> None:
    """It may be dropped at any moment, in any thread."""
    watcher = Watcher()
    with Client(strawberry_server.url, middleware=[watcher]) as client:
        for _ in client.subscribe(COUNT):
            break
        wait_for_complete(strawberry_server)
    assert watcher.ends == []
