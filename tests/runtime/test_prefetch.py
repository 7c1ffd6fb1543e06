"""Prefetch: an iterator works ahead of its consumer, and no further than it may."""

from __future__ import annotations

import gc
import os
import threading
import weakref
from collections.abc import Iterator

import pytest

from syncgql.runtime.prefetch import Prefetch
from syncgql.runtime.sliced_queue import SlicedQueue

PATIENCE = 60.0


def test_items_come_in_order() -> None:
    """All of them, and then the end, any number of times."""
    prefetch = Prefetch(iter(range(50)), 3)
    assert list(prefetch) == list(range(50))
    assert list(prefetch) == []


@pytest.mark.parametrize("ahead", [1, 3])
def test_it_is_not_further_ahead(ahead: int) -> None:
    """It waits until the consumer takes an item."""
    taken: SlicedQueue[int] = SlicedQueue()

    def items() -> Iterator[int]:
        for number in range(100):
            taken.put(number)
            yield number

    prefetch = Prefetch(items(), ahead)
    assert next(prefetch) == 0
    assert [taken.get() for _ in range(ahead + 1)] == list(range(ahead + 1))
    assert taken.is_empty()
    prefetch.stop()


def test_errors_come_behind_the_items() -> None:
    """The first error is the end."""

    def items() -> Iterator[int]:
        yield 1
        raise ZeroDivisionError

    prefetch = Prefetch(items(), 2)
    assert next(prefetch) == 1
    with pytest.raises(ZeroDivisionError):
        next(prefetch)
    assert list(prefetch) == []


def test_nothing_stays_after_an_error() -> None:
    """It is freed at once, not by the garbage collector."""
    gc.disable()
    try:
        prefetch = Prefetch(iter(range(2)), 1)
        list(prefetch)
        gone = weakref.ref(prefetch)
        del prefetch
        assert gone() is None
    finally:
        gc.enable()


def test_stop_ends_the_thread() -> None:
    """Whether or not the consumer has taken everything."""
    prefetch = Prefetch(iter(range(100)), 2)
    next(prefetch)
    prefetch.stop()
    del prefetch
    for thread in threading.enumerate():
        if thread.name.startswith("syncgql-prefetch"):
            thread.join(PATIENCE)
            assert not thread.is_alive()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_another_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """A child has no such thread, so it raises instead of waiting."""
    prefetch = Prefetch(iter(range(100)), 1)
    next(prefetch)
    with monkeypatch.context() as patch:
        patch.setattr(os, "getpid", lambda: -1)
        with pytest.raises(RuntimeError, match="another process"):
            next(prefetch)
    prefetch.stop()
