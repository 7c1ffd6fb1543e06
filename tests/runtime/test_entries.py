"""Entries: nested and repeated ``with`` blocks of one client."""

from __future__ import annotations

import pytest

from syncgql import ClientClosed
from syncgql.runtime.entries import Entries


def test_the_last_block_closes() -> None:
    """Entering and leaving inner blocks does not close the client."""
    entries, opened = Entries(), []
    entries.enter(lambda: opened.append(1))
    entries.enter(lambda: opened.append(2))
    assert entries.leave(lambda: "closed") is None
    assert entries.leave(lambda: "closed") == "closed"
    assert opened == [1, 2]


def test_a_block_may_be_entered_again() -> None:
    """The client can be reopened after the last block."""
    entries = Entries()
    for _ in range(2):
        entries.enter(bool)
        assert entries.leave(lambda: "closed") == "closed"


def test_end_is_final() -> None:
    """No block can be entered afterwards."""
    entries = Entries()
    assert entries.end(lambda: "closed") == "closed"
    with pytest.raises(ClientClosed):
        entries.enter(bool)
