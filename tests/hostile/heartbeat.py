"""Heartbeat: how long a loop is kept from its other work."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator

BEAT_SECONDS = 0.001

LONGEST_TURN = 0.1
"""Processor seconds for which nothing may hold the loop thread."""


class Heartbeat:
    """Wakes up all the time and notes how much its thread has worked since it last did.

    It measures the processor time of the loop's own thread, which does not depend on what else the machine is doing.

    Attributes:
        longest: the most processor seconds between two beats.
    """

    def __init__(self) -> None:
        self.longest = 0.0

    async def beat(self) -> None:
        last = time.thread_time()
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            now = time.thread_time()
            self.longest = max(self.longest, now - last)
            last = now


@contextlib.asynccontextmanager
async def heartbeat() -> AsyncIterator[Heartbeat]:
    """Fail when something inside the block holds the running loop for longer than ``LONGEST_TURN``."""
    heart = Heartbeat()
    task = asyncio.create_task(heart.beat())
    try:
        yield heart
    finally:
        task.cancel()
        await asyncio.wait({task})
    assert heart.longest < LONGEST_TURN, f"The loop was held for {heart.longest:.3f} s."
