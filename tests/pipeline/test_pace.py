"""Pace: so many requests per second."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncgql.pipeline.pace import LATENESS, Pace

ROUNDING = 1e-6


@given(
    st.floats(0.1, 1000),
    st.integers(1, 20),
    st.lists(st.tuples(st.floats(0, 5), st.integers(1, 30)), min_size=1, max_size=50),
)
def test_no_interval_has_more_than_the_rate_and_a_burst(
    rate: float, burst: int, requests: list[tuple[float, int]]
) -> None:
    """Whenever requests come, and however many points each takes; a big one may begin when a burst may."""
    pace, now = Pace(rate, burst), 1000.0
    sent: list[tuple[float, int]] = []
    for pause, points in requests:
        since = now + pause
        now = since + pace.wait(points, since)
        pace.spend(points, since, now)
        sent.append((now, points))
    for first, (begin, _) in enumerate(sent):
        for last in range(first, len(sent)):
            end, points = sent[last]
            before = sum(each for _, each in sent[first:last])
            allowed = rate * (end - begin + LATENESS) + burst - min(points, burst)
            # What a big request takes beyond a burst is paid for by the wait after it.
            overdraft = max(0, max(each for _, each in sent[first : last + 1]) - burst)
            assert before <= allowed + overdraft + ROUNDING * rate


@given(st.floats(0.1, 1000), st.integers(1, 20), st.integers(1, 200))
def test_requests_pass_after_the_computed_wait(rate: float, burst: int, count: int) -> None:
    """Requests that all come at once pass exactly at the rate, after the burst."""
    pace, now = Pace(rate, burst), 0.0
    for _ in range(count):
        now += pace.wait(1, now)
        assert pace.wait(1, now) <= ROUNDING
        pace.spend(1, 0.0, now)
    assert now == pytest.approx(max(0, count - burst) / rate, abs=ROUNDING)


def test_requests_ahead_count() -> None:
    """The wait is that behind all others."""
    pace = Pace(10, 2)
    assert pace.wait(1, 0.0, ahead=0) == 0
    assert pace.wait(1, 0.0, ahead=1) == 0
    assert pace.wait(1, 0.0, ahead=5) == pytest.approx(0.4)


def test_a_request_of_more_points_than_the_burst() -> None:
    """It may begin when a burst may, and the next one waits for all that it took."""
    pace = Pace(10, 3)
    assert pace.wait(20, 0.0) == 0
    pace.spend(20, 0.0, 0.0)
    assert pace.wait(1, 0.0) == pytest.approx(1.8)


def test_a_late_thread_does_not_lose_pace() -> None:
    """As long as it is only a little late; after a longer stop there is no burst to catch up."""
    pace = Pace(10)
    pace.spend(1, 0.0, 0.0)
    pace.spend(1, 0.0, 0.1 + LATENESS / 2)
    assert pace.wait(1, 0.2) == pytest.approx(0.0)
    pace.spend(1, 0.0, 5.0)
    assert pace.wait(1, 5.0) == pytest.approx(0.1 - LATENESS)
