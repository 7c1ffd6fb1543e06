"""Progress: counts the bytes that were sent of a file, and calls ``on_progress``."""

from __future__ import annotations

import time

from ...exceptions import TransportError
from .file_source import FileSource

INTERVAL = 0.1
"""The shortest time between two calls of ``on_progress``, in seconds."""


class Progress:
    """Counts the bytes that were sent of one file. The sender decides which thread calls ``report()``.

    Args:
        source: the file.
    """

    def __init__(self, source: FileSource) -> None:
        self._callback = source.file.on_progress
        self._source = source
        self._sent = 0
        self._reported: int | None = None
        self._due = 0.0

    def advance(self, count: int) -> bool:
        """Count bytes that were sent; return whether ``report`` is due."""
        self._sent += count
        return self._callback is not None and time.monotonic() >= self._due

    @property
    def is_behind(self) -> bool:
        """Whether bytes were sent since the last report."""
        return self._callback is not None and self._reported != self._sent

    def report(self) -> None:
        """Call ``on_progress``.

        Raises:
            TransportError: ``on_progress`` raised an exception.
        """
        if self._callback is None:
            return
        try:
            self._callback(self._sent, self._source.size)
        except Exception as error:
            raise TransportError(f"{self._source.part.where}: on_progress failed: {error!r}") from error
        self._reported = self._sent
        self._due = time.monotonic() + INTERVAL
