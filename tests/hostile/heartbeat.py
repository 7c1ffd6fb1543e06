"""Heartbeat: measures how long a loop is blocked."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator

BEAT_SECONDS = 0.001

LONGEST_TURN = 0.1
"""The maximum processor seconds for which the loop thread may be blocked."""


class Heartbeat:
    """Wakes up continuously and records how much CPU time its thread has used since the last time.

    It measures the CPU time of the loop's thread, which does not depend on the load of the machine.

    Attributes:
        longest: the maximum CPU time between two beats.
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
    """Fail if the code inside the block blocks the running loop for longer than ``LONGEST_TURN``."""
    heart = Heartbeat()
    task = asyncio.create_task(heart.beat())
    try:
        yield heart
    finally:
        task.cancel()
        await asyncio.wait({task})
    assert heart.longest < LONGEST_TURN, f"The loop was held for {heart.longest:.3f} s."
