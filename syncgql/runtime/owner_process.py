"""OwnerProcess: the process that began an iterator, whose threads a forked child does not have."""

from __future__ import annotations

import os


class OwnerProcess:
    """The process in which this object was created."""

    def __init__(self) -> None:
        self._pid = os.getpid()

    def check(self) -> None:
        """Raise a ``RuntimeError`` in another process, where a wait would never end."""
        if os.getpid() != self._pid:
            raise RuntimeError(
                "This iterator was begun in another process, before a fork; begin again in this process."
            )
