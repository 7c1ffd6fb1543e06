"""The event loop of a loop thread: always asyncio's own."""

from __future__ import annotations

import asyncio
import contextlib
import selectors
import sys

from .lag_meter import LagMeter


class MeasurableLoop(asyncio.SelectorEventLoop):
    """A loop that can measure its lag.

    Attributes:
        lag_meter: measures the lag.
    """

    _has_run = False

    def __init__(self) -> None:
        selector = selectors.DefaultSelector()
        self.lag_meter = LagMeter(selector)
        super().__init__(selector)

    def run_forever(self) -> None:
        self._has_run = True
        super().run_forever()

    def __del__(self) -> None:
        if self._has_run:
            super().__del__()  # warns if the loop is not closed
            return
        # Ctrl-C can be raised after the loop is created and before the thread that would close it has started, even
        # before anything refers to the loop, or during __init__.
        with contextlib.suppress(AttributeError):
            self.close()


def new_event_loop() -> asyncio.AbstractEventLoop:
    """Create a loop for a loop thread.

    Does not use ``asyncio.new_event_loop()``: a program may have installed uvloop's policy, and its loops do not
    survive a fork (https://github.com/libuv/libuv/issues/4443).
    """
    if sys.platform == "win32":
        return asyncio.ProactorEventLoop()
    return MeasurableLoop()
