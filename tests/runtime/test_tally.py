"""Tally: a counter that any thread can increase."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from syncgql.runtime.tally import Tally


def test_threads_add_to_one_count() -> None:
    """None is lost."""
    tally = Tally()
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: tally.add(), range(1000)))
    assert tally.count == 1000


def test_a_forked_child_starts_at_zero(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its parent continues to count."""
    tally = Tally()
    tally.add()
    parent = os.getpid()
    monkeypatch.setattr(os, "getpid", lambda: parent + 1)
    assert tally.count == 0
    tally.add()
    monkeypatch.undo()
    tally.add()
    assert tally.count == 2
