"""merge: one loop over several subscriptions."""

from __future__ import annotations

import itertools
import threading

import pytest

from syncgql import Client, Subscription, TransportQueryError, merge

from ..fix_servers import PATIENCE, Server

COUNT = "subscription ($to: Int, $delay: Float) { count(to: $to, delay: $delay) }"
FAIL = "subscription { failAfter(count: 2) }"


def test_all_events_are_returned(strawberry_server: Server) -> None:
    """The events of each subscription keep their order; the loop ends when all have ended."""
    with Client(strawberry_server.ws_url) as one, Client(strawberry_server.ws_url) as two:
        feeds = [one.subscribe(COUNT, {"to": 5}), one.subscribe(COUNT, {"to": 3}), two.subscribe(COUNT, {"to": 4})]
        events: dict[Subscription[dict[str, int]], list[int]] = {feed: [] for feed in feeds}
        for feed, event in merge(*feeds):
            events[feed].append(event["count"])
    assert list(events.values()) == [[1, 2, 3, 4, 5], [1, 2, 3], [1, 2, 3, 4]]


def test_no_subscriptions() -> None:
    """The loop ends immediately."""
    assert list(merge()) == []


def test_a_fast_subscription_does_not_delay_a_slow_one(strawberry_server: Server) -> None:
    """A subscription with many events does not delay the others."""
    with Client(strawberry_server.ws_url) as client:
        fast = client.subscribe(COUNT, {"delay": 0.0})
        next(fast)
        slow = client.subscribe(COUNT, {"to": 3, "delay": 0.0})
        slow_events = 0
        for feed, _ in itertools.islice(merge(fast, slow), 5000):
            slow_events += feed is slow
            if slow_events == 3:
                break
        assert slow_events == 3
        fast.close()


def test_it_waits(strawberry_server: Server) -> None:
    """It waits for later events, and for a subscription that another thread closes."""
    with Client(strawberry_server.ws_url) as client:
        late, never = client.subscribe(COUNT, {"to": 2, "delay": 0.3}), client.subscribe(COUNT, {"delay": 600.0})
        timer = threading.Timer(1.5, never.close)
        timer.start()
        assert [event["count"] for _, event in merge(never, late)] == [1, 2]
        timer.join(PATIENCE)


def test_the_first_error_closes_all(strawberry_server: Server) -> None:
    """The subscriptions end on the server, too."""
    with Client(strawberry_server.ws_url) as client:
        feeds = [client.subscribe(COUNT, {"delay": 600.0}), client.subscribe(FAIL)]
        events = merge(*feeds)
        with pytest.raises(TransportQueryError, match="It failed after 2"):
            list(events)
        assert all(feed.closed for feed in feeds)
        # A loop that is run again does not look complete.
        with pytest.raises(RuntimeError, match="Subscribe again"):
            list(events)
        strawberry_server.wait_for("subscription_ended", name="count")


def test_a_complete_iterator_has_no_more_events(strawberry_server: Server) -> None:
    """The loop may run again after all subscriptions have ended."""
    with Client(strawberry_server.ws_url) as client:
        events = merge(client.subscribe(COUNT, {"to": 3}))
        assert [len(list(events)), len(list(events))] == [3, 0]


def test_errors_are_returned(strawberry_server: Server) -> None:
    """The error takes the place of the event; the other subscriptions continue."""
    with Client(strawberry_server.ws_url) as client:
        failing, counting = client.subscribe(FAIL), client.subscribe(COUNT, {"to": 3, "delay": 0.1})
        found = list(merge(failing, counting, on_error="return"))
    assert [event["count"] for feed, event in found if feed is counting] == [1, 2, 3]
    last = [event for feed, event in found if feed is failing][-1]
    assert isinstance(last, TransportQueryError)


def test_leaving_the_loop_ends_subscriptions_without_references(strawberry_server: Server) -> None:
    """They are the same as for a loop over one subscription."""
    with Client(strawberry_server.ws_url) as client:
        kept = client.subscribe(COUNT, {"to": 100})
        for _ in merge(kept, client.subscribe("subscription { bookAdded { id } }")):
            break
        del _
        strawberry_server.wait_for("ws_message", message={"type": "complete"})
        assert not kept.closed


def test_buffers_keep_their_limits(strawberry_server: Server) -> None:
    """A slow consumer makes the server wait, and loses no events."""
    with Client(strawberry_server.ws_url) as client:
        feed = client.subscribe(COUNT, {"to": 500}, buffer_size=10)
        found = []
        for _, event in merge(feed):
            found.append(event["count"])
            assert feed.stats.buffered <= 11
    assert found == list(range(1, 501))


def test_mistakes() -> None:
    """The error names the argument."""
    with pytest.raises(TypeError, match="merge\\(\\) needs subscriptions, not list"):
        merge([])  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="on_error"):
        merge(on_error="ignore")  # type: ignore[arg-type]
