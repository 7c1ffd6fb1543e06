"""NotebookLine: the progress of a bulk operation in a notebook, as a line that is updated in place."""

from __future__ import annotations

import time
from typing import Any

from .progress import Progress

INTERVAL = 0.2
"""The minimum number of seconds between two updates, because each one is a message to the browser."""


class NotebookLine(Progress):
    """One line of output: count, total, rate and remaining time.

    Args:
        label: the text at the beginning of the line.
        total: the total count; None if it is unknown.
    """

    def __init__(self, label: str, total: int | None = None) -> None:
        super().__init__(self._show, total)
        self._label = label
        self._handle: Any = None
        self._start = self._next = 0.0

    def close(self) -> None:
        if self._handle is not None:
            self._handle.update(self._output(), raw=True)
            self._handle = None

    def _show(self, done: int, total: int | None) -> None:
        from IPython.display import display

        now = time.monotonic()
        if self._start == 0.0:
            self._start = now
            self._handle = display(self._output(), raw=True, display_id=True)  # type: ignore[no-untyped-call]
        elif self._handle is not None and now >= self._next:
            self._handle.update(self._output(), raw=True)
        else:
            return
        self._next = now + INTERVAL

    def _output(self) -> dict[str, str]:
        seconds = time.monotonic() - self._start
        return {"text/plain": line(self._label, self.done, self.total, seconds)}


def line(label: str, done: int, total: int | None, seconds: float) -> str:
    """Return the line for a count that was reached in a number of seconds."""
    text = f"{label}: {done:,}" if total is None else f"{label}: {done:,}/{total:,}"
    if seconds < INTERVAL or not done:
        return text
    text += f", {done / seconds:,.1f}/s"
    if total is not None and total > done:
        left = round((total - done) * seconds / done)
        text += f", {left // 60}:{left % 60:02d} left"
    return text
