"""WithBlocks: counts the ``with`` blocks of a client; leaving the last one closes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from ..exceptions import ClientClosed
from .process_hooks import starting_lock

T = TypeVar("T")


class WithBlocks:
    """Counts the blocks that are entered, in any thread.

    Several threads may enter a module-level client at once, and a function may enter it inside its caller's block.
    Opening and closing happen under a lock, so that one thread cannot close the client that another has just opened.
    Neither may block.
    """

    def __init__(self) -> None:
        self._count = 0
        self._is_final = False

    def enter(self, open: Callable[[], object]) -> None:
        """Enter a block.

        Raises:
            ClientClosed: ``end()`` was called.
        """
        with starting_lock():
            if self._is_final:
                raise ClientClosed("The client is closed; create a new one.")
            self._count += 1
            open()

    def leave(self, close: Callable[[], T]) -> T | None:
        """Leave a block; if it is the last one, call *close* and return its result."""
        with starting_lock():
            self._count -= 1
            return close() if self._count == 0 else None

    def end(self, close: Callable[[], T]) -> T:
        """Close permanently, even inside blocks; call *close* and return its result."""
        self._is_final = True
        with starting_lock():
            return close()
