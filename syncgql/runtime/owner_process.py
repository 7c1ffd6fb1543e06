"""OwnerProcess: the process that created an iterator, whose threads do not exist in a forked child."""

from __future__ import annotations

import os


class OwnerProcess:
    """The process in which this object was created."""

    def __init__(self) -> None:
        self._pid = os.getpid()

    def check(self) -> None:
        """Raise a ``RuntimeError`` in another process, where waiting would never end."""
        if os.getpid() != self._pid:
            raise RuntimeError(
                "This iterator was created in another process, before a fork; create a new one in this process."
            )
