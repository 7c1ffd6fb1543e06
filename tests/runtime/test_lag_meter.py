"""LagMeter: how long callbacks keep a loop from its sockets."""

from __future__ import annotations

import asyncio
import selectors
import time

from syncgql.runtime.lag_meter import LagMeter

BUSY = 0.05  # seconds


def block_the_loop() -> None:
    time.sleep(BUSY)


def test_the_longest_lag_is_measured() -> None:
    """Waiting for sockets and timers is not a lag, and neither is anything before the start."""
    selector = selectors.DefaultSelector()
    meter = LagMeter(selector)

    async def measure() -> None:
        block_the_loop()
        await asyncio.sleep(0)
        assert meter.longest == 0  # not started
        meter.start()
        meter.start()
        block_the_loop()
        await asyncio.sleep(0)
        before = meter.longest
        assert before >= BUSY
        await asyncio.sleep(2 * before)
        assert meter.longest < 2 * before

    loop = asyncio.SelectorEventLoop(selector)
    loop.run_until_complete(measure())
    loop.close()
