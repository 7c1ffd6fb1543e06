"""The event loop of a loop thread: always asyncio's own."""

from __future__ import annotations

import asyncio
import selectors
import sys

from .lag_meter import LagMeter


class MeasurableLoop(asyncio.SelectorEventLoop):
    """A loop that can measure its lag.

    Attributes:
        lag_meter: measures the lag.
    """

    def __init__(self) -> None:
        selector = selectors.DefaultSelector()
        self.lag_meter = LagMeter(selector)
        super().__init__(selector)


def new_event_loop() -> asyncio.AbstractEventLoop:
    """Create a loop for a loop thread.

    Does not use ``asyncio.new_event_loop()``: a program may have installed uvloop's policy, and its loops do not
    survive a fork (https://github.com/libuv/libuv/issues/4443).
    """
    if sys.platform == "win32":
        return asyncio.ProactorEventLoop()
    return MeasurableLoop()
