"""LagMeter: how long callbacks held a loop."""

from __future__ import annotations

import selectors

import pytest

from syncgql.runtime import lag_meter
from syncgql.runtime.lag_meter import LagMeter


class Clock:
    """A clock that only the test moves."""

    def __init__(self) -> None:
        self.now = 1.0

    def monotonic(self) -> float:
        return self.now


class SlowSelector(selectors.DefaultSelector):
    """A selector that waits for a minute of the clock."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self._clock.now += 60
        return []


def test_the_max_loop_lag_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """The time between two calls of the selector counts from the start on; the time in the selector does not."""
    clock = Clock()
    monkeypatch.setattr(lag_meter, "time", clock)
    with SlowSelector(clock) as selector:
        meter = LagMeter(selector)
        clock.now += 10
        selector.select()
        assert meter.longest == 0  # not started
        meter.start()
        clock.now += 2
        meter.start()  # does nothing
        clock.now += 3
        selector.select()
        assert meter.longest == 5
        clock.now += 4
        selector.select()
        assert meter.longest == 5
        clock.now += 6
        selector.select()
        assert meter.longest == 6
