"""SlicedQueue: its consumer waits in slices."""

from __future__ import annotations

import threading

import pytest

from syncgql.deadline import Deadline
from syncgql.runtime.sliced_queue import Empty, SlicedQueue


def test_items_come_in_order() -> None:
    """First in, first out."""
    queue: SlicedQueue[int] = SlicedQueue()
    assert queue.is_empty()
    queue.put(1)
    queue.put(2)
    assert [queue.get(), queue.get()] == [1, 2]


def test_it_waits_for_an_item() -> None:
    """The wait may be longer than a slice."""
    queue: SlicedQueue[int] = SlicedQueue()
    timer = threading.Timer(0.3, queue.put, [1])
    timer.start()
    assert queue.get() == 1
    timer.join()


def test_the_deadline() -> None:
    """It raises Empty when the time is up."""
    with pytest.raises(Empty):
        SlicedQueue[int]().get(Deadline(0.15))
