"""The event loop of a loop thread: always asyncio's own."""

from __future__ import annotations

import asyncio
import sys


def new_event_loop() -> asyncio.AbstractEventLoop:
    """Create a loop for a loop thread.

    Does not use ``asyncio.new_event_loop()``: a program may have installed uvloop's policy, and its loops do not
    survive a fork (https://github.com/libuv/libuv/issues/4443).
    """
    if sys.platform == "win32":
        return asyncio.ProactorEventLoop()
    return asyncio.SelectorEventLoop()
