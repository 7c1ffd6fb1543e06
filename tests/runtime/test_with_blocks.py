"""WithBlocks: nested and repeated ``with`` blocks of one client."""

from __future__ import annotations

import pytest

from syncgql import ClientClosed
from syncgql.runtime.with_blocks import WithBlocks


def test_the_last_block_closes() -> None:
    """Entering and leaving inner blocks does not close the client."""
    blocks, opened = WithBlocks(), []
    blocks.enter(lambda: opened.append(1))
    blocks.enter(lambda: opened.append(2))
    assert blocks.leave(lambda: "closed") is None
    assert blocks.leave(lambda: "closed") == "closed"
    assert opened == [1, 2]


def test_a_block_may_be_entered_again() -> None:
    """The client can be reopened after the last block."""
    blocks = WithBlocks()
    for _ in range(2):
        blocks.enter(bool)
        assert blocks.leave(lambda: "closed") == "closed"


def test_end_is_final() -> None:
    """No block can be entered afterwards."""
    blocks = WithBlocks()
    assert blocks.end(lambda: "closed") == "closed"
    with pytest.raises(ClientClosed):
        blocks.enter(bool)
