"""EventBuffer: the markers between events, after a lost connection and after a restart."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncgql.runtime.event_buffer import EventBuffer, Overflow
from syncgql.runtime.event_markers import End, Gap, Resubscribed

from .test_event_buffer import POLICIES, buffer, is_consistent


def taken(source: EventBuffer[int]) -> list[Any]:
    """All entries up to the end: events unchanged, markers as their type."""
    items: list[Any] = []
    while not isinstance(item := source.get(0), End):
        items.append(item if isinstance(item, int) else type(item))
    return items


@pytest.mark.parametrize("overflow", POLICIES)
def test_markers_are_between_events(overflow: Overflow) -> None:
    """A marker is delivered between the events before and after it, and is not an event."""
    source = buffer(4, overflow)
    source.put(1)
    source.reconnected(2.5)
    source.put(2)
    source.resubscribed()
    source.put(3)
    source.finish()
    assert source.stats[:5] == (3, 0, 0, 3, 1)
    assert taken(source) == [1, Gap, 2, Resubscribed, 3]
    assert source.stats[:5] == (3, 3, 0, 0, 1)


def test_gap_has_its_length() -> None:
    """The consumer receives the number of seconds for which events are missing."""
    source = buffer()
    source.reconnected(2.5)
    gap = source.get(0)
    assert isinstance(gap, Gap)
    assert gap.seconds == 2.5


@pytest.mark.parametrize("overflow", ["raise", "drop_oldest"])
def test_markers_take_no_room(overflow: Overflow) -> None:
    """Markers do not reduce the number of events that fit."""
    source = buffer(2, overflow)
    source.put(1)
    for _ in range(5):
        source.reconnected(1)
    assert source.put(2)
    source.finish()
    assert taken(source) == [1, *[Gap] * 5, 2]


def test_markers_are_kept_when_events_are_dropped() -> None:
    """If the events around a marker are dropped, the consumer receives the marker before the remaining events."""
    source = buffer(2, "drop_oldest")
    source.put(1)
    source.reconnected(1)
    for number in range(2, 6):
        source.put(number)
    source.finish()
    assert source.stats[:5] == (5, 0, 3, 2, 1)
    assert taken(source) == [Gap, 4, 5]


def test_no_mark_behind_the_end() -> None:
    """A finished buffer accepts no markers."""
    source = buffer()
    source.finish()
    source.reconnected(1)
    source.resubscribed()
    assert taken(source) == []


def test_discarded_events_count_as_dropped() -> None:
    """Events that the consumer skips count as dropped, not delivered."""
    source = buffer()
    source.put(1)
    source.put(2)
    source.get(0)
    source.discard()
    assert source.stats[:5] == (2, 0, 1, 1, 0)


@given(
    st.sampled_from(POLICIES),
    st.integers(1, 3),
    st.lists(st.sampled_from(["put", "marker", "get"]), max_size=40),
)
def test_markers_keep_their_order_and_number(overflow: Overflow, size: int, steps: list[str]) -> None:
    """In any sequence, events stay in order, no marker is lost, and no more events wait than the buffer holds."""
    source = buffer(size, overflow)
    put = marked = 0
    got: list[Any] = []
    for step in steps:
        if step == "put" and not source.finished and not (overflow == "block" and source.stats.buffered >= size):
            source.put(put)
            put += 1
        elif step == "marker" and not source.finished:
            source.reconnected(marked)
            marked += 1
        elif step == "get" and (source.stats.buffered or len([i for i in got if isinstance(i, Gap)]) < marked):
            got.append(source.get(0))
        assert source.stats.buffered <= size
        assert is_consistent(source)
    source.finish()
    while not isinstance(item := source.get(0), End):
        got.append(item)
    events = [item for item in got if isinstance(item, int)]
    assert events == sorted(set(events))
    assert [item.seconds for item in got if isinstance(item, Gap)] == list(range(marked))
