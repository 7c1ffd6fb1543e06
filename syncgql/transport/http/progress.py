"""Progress: how much of a file was sent, and when its ``on_progress`` is to be told."""

from __future__ import annotations

import time

from ...exceptions import TransportError
from .file_source import FileSource

INTERVAL = 0.1
"""Seconds between two calls of ``on_progress``, at least."""


class Progress:
    """Counts the bytes of one file on their way. Whoever sends them decides in which thread to ``tell`` of it.

    Args:
        source: the file.
    """

    def __init__(self, source: FileSource) -> None:
        self._callback = source.file.on_progress
        self._source = source
        self._sent = 0
        self._told: int | None = None
        self._due = 0.0

    def advance(self, count: int) -> bool:
        """Count bytes that were sent; True when it is time to tell."""
        self._sent += count
        return self._callback is not None and time.monotonic() >= self._due

    @property
    def is_behind(self) -> bool:
        """Whether what was told last is not the end of it."""
        return self._callback is not None and self._told != self._sent

    def tell(self) -> None:
        """Call ``on_progress``.

        Raises:
            TransportError: it failed.
        """
        if self._callback is None:
            return
        try:
            self._callback(self._sent, self._source.size)
        except Exception as error:
            raise TransportError(f"{self._source.part.where}: on_progress failed: {error!r}") from error
        self._told = self._sent
        self._due = time.monotonic() + INTERVAL
