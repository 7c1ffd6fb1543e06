"""AtomicCounter: a counter that any thread can increment."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from syncgql.runtime.atomic_counter import AtomicCounter


def test_threads_increment_one_value() -> None:
    """No increment is lost."""
    counter = AtomicCounter()
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: counter.increment(), range(1000)))
    assert counter.value == 1000


def test_a_forked_child_starts_at_zero(monkeypatch: pytest.MonkeyPatch) -> None:
    """The parent keeps its value."""
    counter = AtomicCounter()
    counter.increment()
    parent = os.getpid()
    monkeypatch.setattr(os, "getpid", lambda: parent + 1)
    assert counter.value == 0
    counter.increment()
    monkeypatch.undo()
    counter.increment()
    assert counter.value == 2
