"""EventBuffer: order, limits, ends and counts."""

from __future__ import annotations

import asyncio
import sys
import sysconfig
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncgql import SubscriptionForked, SubscriptionOverflow
from syncgql.runtime.event_buffer import NO_PROCESS, Empty, EventBuffer, Overflow
from syncgql.runtime.event_markers import End, Marker
from syncgql.runtime.runtime import Runtime

from .conftest import Resources
from .test_call import PATIENCE, each, in_thread

POLICIES: list[Overflow] = ["block", "raise", "drop_oldest"]


def post(callback: Callable[[], object]) -> None:
    callback()


def buffer(buffer_size: int = 4, overflow: Overflow = "block") -> EventBuffer[int]:
    return EventBuffer(buffer_size, overflow, post)


def drain(source: EventBuffer[int]) -> tuple[list[int], Exception | None]:
    """Return all events in the buffer, and the error of the end."""
    taken: list[int] = []
    while not isinstance(item := source.get(0), Marker):
        taken.append(item)
    assert isinstance(item, End)
    return taken, item.error


def is_consistent(source: EventBuffer[int]) -> bool:
    counts = source.stats
    return counts.received == counts.delivered + counts.dropped + counts.buffered and min(counts[:5]) >= 0


@pytest.mark.parametrize("size", [0, -1, True, 1.5, "8", None])
def test_buffer_size_is_a_positive_number(size: Any) -> None:
    """Any other value is refused, and the message shows it."""
    with pytest.raises((TypeError, ValueError), match=r"buffer_size must be (a whole number of events|1 or more), not"):
        EventBuffer(size, "block", post)


def test_overflow_is_one_of_three() -> None:
    """An unknown policy is refused; the message has the known ones."""
    with pytest.raises(ValueError, match=r"overflow must be one of \('block', 'raise', 'drop_oldest'\), not 'drop'"):
        EventBuffer(8, "drop", post)  # type: ignore[arg-type]


@pytest.mark.parametrize("overflow", POLICIES)
def test_events_arrive_in_order_and_then_the_end(overflow: Overflow) -> None:
    """While there is room, all policies behave the same; the end remains for later readers."""
    source = buffer(4, overflow)
    assert all(source.put(number) for number in range(4))
    source.finish()
    assert drain(source) == ([0, 1, 2, 3], None)
    assert drain(source) == ([], None)
    assert source.stats[:5] == (4, 4, 0, 0, 0)


def test_the_error_comes_after_the_events() -> None:
    """Events before an error are delivered; of two ends the first counts."""
    source, error = buffer(), RuntimeError("lost")
    source.put(1)
    source.finish(error)
    source.finish(None)
    assert not source.put(2)
    assert drain(source) == ([1], error)


def test_get_waits_at_most_until_its_timeout() -> None:
    """If no event arrives in time, Empty is raised, and the buffer continues."""
    source = buffer()
    with pytest.raises(Empty):
        source.get(0.01)
    source.put(1)
    assert source.get(0.01) == 1


def test_f18_raise_delivers_buffered_events_before_the_error() -> None:
    """The excess event is dropped and counted; the error has the numbers and the remedies."""
    source = buffer(2, "raise")
    assert [source.put(number) for number in range(4)] == [True, True, False, False]
    taken, error = drain(source)
    assert taken == [0, 1]
    assert isinstance(error, SubscriptionOverflow)
    assert (error.buffered, error.limit) == (2, 2)
    assert "buffer_size=" in str(error)
    assert source.stats[:5] == (3, 2, 1, 0, 0)


def test_f18_drop_oldest_keeps_the_newest() -> None:
    """The oldest events are dropped and counted."""
    source = buffer(2, "drop_oldest")
    assert all(source.put(number) for number in range(5))
    assert source.stats[:5] == (5, 0, 3, 2, 0)
    source.finish()
    assert drain(source) == ([3, 4], None)
    assert source.stats[:5] == (5, 2, 3, 0, 0)


def test_f18_block_is_full_until_half_is_free(runtime: Runtime[Resources]) -> None:
    """A producer that found it full waits, and is woken when half of the buffer is free, not for every event."""
    source: EventBuffer[int] = EventBuffer(4, "block", runtime.thread.post)
    paused, resumed = threading.Event(), threading.Event()

    async def produce() -> None:
        for number in range(4):
            source.put(number)
        assert source.full
        paused.set()
        await source.wait_for_room()
        resumed.set()

    runtime.thread.spawn(produce)
    assert paused.wait(PATIENCE)
    assert source.get() == 0
    assert not resumed.wait(0.05)
    assert source.get() == 1
    assert resumed.wait(PATIENCE)


def test_f18_a_waiting_producer_is_woken_once_per_pause() -> None:
    """However many events the consumer takes before the producer runs, it posts one wake-up."""
    posted: list[Callable[[], object]] = []
    source: EventBuffer[int] = EventBuffer(100, "block", posted.append)

    async def pause_three_times() -> None:
        for _ in range(3):
            while not source.full:
                source.put(1)
            room = asyncio.ensure_future(source.wait_for_room())
            await asyncio.sleep(0)
            for _ in range(100):
                source.get(0)
            assert len(posted) == 1
            posted.pop()()
            await room

    asyncio.run(pause_three_times())


@pytest.fixture
def undisturbed() -> Iterator[None]:
    """Threads switch only where one waits."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(PATIENCE)
    yield
    sys.setswitchinterval(interval)


@pytest.mark.skipif(sysconfig.get_config_var("Py_GIL_DISABLED") == 1, reason="there a consumer keeps pace")
@pytest.mark.usefixtures("undisturbed")
def test_a_burst_wakes_the_consumer_once(runtime: Runtime[Resources]) -> None:
    """Events that the loop thread puts without a pause are taken without another wait."""
    source: EventBuffer[int] = EventBuffer(1024, "block", runtime.thread.post)
    waits = 0

    def get(block: bool = True, timeout: float | None = None) -> Any:
        nonlocal waits
        try:
            return source._queue.get_nowait()
        except Empty:
            event = source._queue.get(block, timeout)
            waits += 1  # a wait of several slices is one
            return event

    source._get = get

    async def produce() -> None:
        for number in range(1000):
            source.put(number)

    for _ in range(5):
        runtime.thread.spawn(produce)
        assert [source.get(PATIENCE) for _ in range(1000)] == list(range(1000))
    assert waits <= 5


def test_f18_close_and_finish_free_a_waiting_producer(runtime: Runtime[Resources]) -> None:
    """A consumer that closes the buffer wakes a producer that waits for room."""
    for number in range(20):
        source: EventBuffer[int] = EventBuffer(1, "block", runtime.thread.post)
        source.put(1)
        resumed = threading.Event()

        async def produce(source: EventBuffer[int] = source, resumed: threading.Event = resumed) -> None:
            await source.wait_for_room()
            resumed.set()

        runtime.thread.spawn(produce)
        time.sleep(number % 4 / 1000)
        source.close()
        assert resumed.wait(PATIENCE)


def test_f18_nothing_is_lost_between_a_slow_and_a_fast_side(runtime: Runtime[Resources]) -> None:
    """5,000 events through a buffer of 8 arrive once each, in order, with never more waiting than the buffer holds."""
    source: EventBuffer[int] = EventBuffer(8, "block", runtime.thread.post)
    most = 0

    async def produce() -> None:
        nonlocal most
        for number in range(5000):
            source.put(number)
            most = max(most, source.stats.buffered)
            if source.full:
                await source.wait_for_room()
            elif number % 7 == 0:
                await asyncio.sleep(0)
        source.finish()

    runtime.thread.spawn(produce)
    taken = []
    while not isinstance(item := source.get(PATIENCE), End):
        assert is_consistent(source)
        taken.append(item)
    assert taken == list(range(5000))
    assert most <= 9  # the consumer counts an event a moment after taking it
    assert source.stats[:5] == (5000, 5000, 0, 0, 0)


def test_close_ends_cleanly_and_drops_events() -> None:
    """Buffered events are dropped and counted; a later event is not accepted."""
    source = buffer()
    source.put(1)
    source.put(2)
    source.get()
    source.close()
    assert not source.put(3)
    assert drain(source) == ([], None)
    assert source.stats[:5] == (2, 1, 1, 0, 0)


def test_close_wakes_every_reader() -> None:
    """All waiting threads receive the end, however many there are."""
    source = buffer()
    readers = [in_thread(source.get) for _ in range(4)]
    time.sleep(0.02)
    source.close()
    for thread, raised in readers:
        thread.join(PATIENCE)
        assert not thread.is_alive()
        assert raised == []


def test_an_event_put_while_closing_is_not_delivered() -> None:
    """The loop thread may be inside ``put`` when another thread closes; the end stays the end."""
    source = buffer()
    source.close()
    source._queue.put(7)  # the remaining steps of that put
    assert drain(source) == ([], None)
    assert drain(source) == ([], None)


def test_dropping_the_oldest_does_not_drop_the_end() -> None:
    """Closed between the size check and the drop, the oldest entry is the end, which a waiting consumer gets."""
    source = buffer(1, "drop_oldest")
    source.close()
    assert not source._put_when_full(7)
    assert drain(source) == ([], None)


def test_closing_races_with_putting_and_getting(runtime: Runtime[Resources]) -> None:
    """In any interleaving, the reader ends and the counts add up."""
    for number in range(60):
        source: EventBuffer[int] = EventBuffer(4, POLICIES[number % 3], runtime.thread.post)

        async def produce(source: EventBuffer[int] = source) -> None:
            event = 0
            while source.put(event):
                event += 1
                if source.blocks and source.full:
                    await source.wait_for_room()
                await asyncio.sleep(0)

        def consume(source: EventBuffer[int] = source) -> None:
            while not isinstance(source.get(), End):
                assert is_consistent(source)

        runtime.thread.spawn(produce)
        thread, raised = in_thread(consume)
        time.sleep(number % 3 / 1000)
        source.close()
        thread.join(PATIENCE)
        assert not thread.is_alive()
        assert raised == []
        assert is_consistent(source)
        assert source.stats.buffered == 0


def test_f05_an_inherited_buffer_delivers_nothing() -> None:
    """Events buffered at a fork belong to the parent's consumer, including overtaken markers."""
    source = buffer(1, "drop_oldest")
    source.reconnected(1.0)
    source.put(1)
    source.put(2)
    source.disown()
    for _ in range(2):
        with pytest.raises(SubscriptionForked, match="opened in another process"):
            source.get(0)


def test_f05_without_a_hook_an_inherited_buffer_does_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """No thread fills it in the child."""
    source = buffer()
    source.put(1)
    monkeypatch.setattr(source, "_pid", NO_PROCESS)
    assert source.get() == 1
    with pytest.raises(SubscriptionForked, match="opened in another process"):
        source.get()


def test_abandon_leaves_a_reader_waiting() -> None:
    """At exit no end is delivered."""
    source = buffer()
    source.abandon()
    source.finish()
    with pytest.raises(Empty):
        source.get(0)


STEPS = st.lists(st.sampled_from(["put", "get", "finish", "close"]), max_size=60)


@given(steps=STEPS, size=st.integers(1, 5), overflow=st.sampled_from(["raise", "drop_oldest"]))
def test_counts_always_add_up(steps: list[str], size: int, overflow: Overflow) -> None:
    """After every step, received = delivered + dropped + buffered, and the buffer never exceeds its size."""
    source = buffer(size, overflow)
    taken = 0
    for step in steps:
        if step == "put":
            source.put(1)
        elif step == "get":
            try:
                taken += not isinstance(source.get(0), End)
            except Empty:
                pass
        elif step == "finish":
            source.finish()
        else:
            source.close()
        assert is_consistent(source)
        assert source.stats.buffered <= size
        assert source.stats.delivered == taken


def test_waiting_for_more_than_one_slice() -> None:
    """The timeout limits the whole wait."""
    source = buffer()
    with pytest.raises(Empty):
        source.get(0.15)
    with pytest.raises(Empty):
        source.get(0)
    thread, _ = in_thread(lambda: each(lambda: time.sleep(0.15), lambda: source.put(1)))
    assert source.get() == 1
    thread.join()
