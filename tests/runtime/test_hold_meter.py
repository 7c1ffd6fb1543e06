"""HoldMeter: how long callbacks held a loop."""

from __future__ import annotations

import asyncio
import selectors
import time

from syncgql.runtime.hold_meter import HoldMeter

HELD = 0.05  # seconds


def hold_the_loop() -> None:
    time.sleep(HELD)


def test_the_longest_hold_is_measured() -> None:
    """From the start on; waiting for sockets and timers does not count."""
    selector = selectors.DefaultSelector()
    meter = HoldMeter(selector)

    async def measure() -> None:
        hold_the_loop()
        await asyncio.sleep(0)
        assert meter.longest == 0  # not started
        meter.start()
        meter.start()
        hold_the_loop()
        await asyncio.sleep(0)
        before = meter.longest
        assert before >= HELD
        await asyncio.sleep(2 * before)
        assert meter.longest < 2 * before

    loop = asyncio.SelectorEventLoop(selector)
    loop.run_until_complete(measure())
    loop.close()
