"""Doorbell: a thread is woken, or stops waiting in time."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from syncgql.deadline import Deadline
from syncgql.runtime import event_buffer, sliced_queue
from syncgql.runtime.doorbell import Doorbell
from syncgql.runtime.event_buffer import EventBuffer
from syncgql.runtime.sliced_queue import SlicedQueue

PATIENCE = 60.0


def test_a_ring_is_heard_by_the_next_wait() -> None:
    """However often the bell rang before, it is heard once."""
    bell = Doorbell()
    assert not bell.wait(0)
    bell.ring()
    bell.ring()
    assert bell.wait(0)
    assert not bell.wait(0.01)


def test_a_waiting_thread_is_woken() -> None:
    """It waits for the bell, not for the end of its time."""
    bell = Doorbell()
    thread = threading.Thread(target=bell.ring)
    thread.start()
    assert bell.wait(PATIENCE)
    thread.join()


def test_threads_ring_at_the_same_time() -> None:
    """No ring raises an exception, and no item is missed."""
    queue: SlicedQueue[int] = SlicedQueue()
    count, threads = 2000, 4

    def put() -> None:
        for number in range(count):
            queue.put(number)

    producers = [threading.Thread(target=put) for _ in range(threads)]
    for producer in producers:
        producer.start()
    taken = [queue.get(Deadline(PATIENCE)) for _ in range(count * threads)]
    for producer in producers:
        producer.join()
    assert sum(taken) == threads * sum(range(count))
    assert queue.is_empty()


def empty_buffer() -> Callable[[float], Any]:
    return EventBuffer[int](8, "block", lambda function: None).get


def empty_queue() -> Callable[[float], Any]:
    queue: SlicedQueue[int] = SlicedQueue()
    return lambda seconds: queue.get(Deadline(seconds))


@pytest.fixture
def slow_handler() -> Iterator[None]:
    """A signal arrives during a wait of 0.05 s, and its handler takes longer than the rest of the wait."""
    before = signal.signal(signal.SIGUSR1, lambda *_: time.sleep(0.1))
    sender = threading.Timer(0.01, signal.pthread_kill, (threading.get_ident(), signal.SIGUSR1))
    sender.start()
    yield
    sender.join()
    signal.signal(signal.SIGUSR1, before)


@pytest.mark.usefixtures("slow_handler")
@pytest.mark.parametrize(
    ("make", "empty"), [(empty_buffer, event_buffer.Empty), (empty_queue, sliced_queue.Empty)], ids=["buffer", "queue"]
)
def test_the_handler_of_a_signal_takes_longer_than_the_wait(
    make: Callable[[], Callable[[float], Any]], empty: type[Exception]
) -> None:
    """The wait ends. That of ``queue.SimpleQueue`` would never end before Python 3.13."""
    get = make()
    with pytest.raises(empty):
        get(0.05)
