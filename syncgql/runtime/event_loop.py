"""The event loop of a loop thread: asyncio's own, whatever policy the program has set."""

from __future__ import annotations

import asyncio
import sys


def new_event_loop() -> asyncio.AbstractEventLoop:
    """Make a loop for a loop thread.

    Not ``asyncio.new_event_loop()``: a program may have installed a policy that makes uvloop's loops, which fork badly
    (https://github.com/libuv/libuv/issues/4443).
    """
    if sys.platform == "win32":
        return asyncio.ProactorEventLoop()
    return asyncio.SelectorEventLoop()
