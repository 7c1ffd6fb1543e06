"""Entries: the ``with`` blocks of one client, of which the last one that is left closes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from ..exceptions import ClientClosed
from .process_hooks import starting_lock

T = TypeVar("T")


class Entries:
    """Counts the blocks that are entered, in whatever threads.

    A client at module level may be entered by several threads at once, and by a function within the block of another.
    Opening and closing happen under a lock, so that no thread closes what another has just opened; neither may wait.
    """

    def __init__(self) -> None:
        self._count = 0
        self._is_final = False

    def enter(self, open: Callable[[], object]) -> None:
        """Enter a block.

        Raises:
            ClientClosed: after ``end``.
        """
        with starting_lock():
            if self._is_final:
                raise ClientClosed("The client is closed; make a new one.")
            self._count += 1
            open()

    def leave(self, close: Callable[[], T]) -> T | None:
        """Leave a block; returns what *close* returns if it was the last one."""
        with starting_lock():
            self._count -= 1
            return close() if self._count == 0 else None

    def end(self, close: Callable[[], T]) -> T:
        """Close for good, whatever is entered; returns what *close* returns."""
        self._is_final = True
        with starting_lock():
            return close()
