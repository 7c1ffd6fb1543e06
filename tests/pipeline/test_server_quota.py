"""ServerQuota: the remaining part of a limit, for any order of the responses."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncgql.pipeline.server_quota import MAX_READINGS, NO_RESET, ServerQuota
from syncgql.protocol.rate_limit_readings import Reading

LIMIT = 1000.0


def read(quota: ServerQuota, reading: Reading, now: float = 0.0, number: int = 1, sent_after: int = 0) -> None:
    quota.update(reading, number=number, sent_after=sent_after, count=1, now=now)


class Model:
    """A server, requests on their way to it, and responses on their way back.

    Args:
        rate: what comes back per second.
    """

    def __init__(self, rate: float) -> None:
        self.quota = ServerQuota()
        self.now = 0.0
        self.on_the_way: list[tuple[int, float]] = []
        self.answers: list[tuple[int, float, float]] = []
        self._rate = rate
        self._left = LIMIT
        self._answered = 0

    @property
    def left(self) -> float:
        """What is left on the server when all requests have arrived."""
        return self._left - sum(cost for _, cost in self.on_the_way)

    def pass_time(self, seconds: float) -> None:
        self.now += seconds
        self._left = min(LIMIT, self._left + self._rate * seconds)

    def send(self, cost: float) -> None:
        self.on_the_way.append((self._answered, cost))
        self.quota.in_flight += cost

    def arrive(self, which: int) -> None:
        if self.on_the_way:
            sent_after, cost = self.on_the_way.pop(which % len(self.on_the_way))
            self._left -= cost
            self.answers.append((sent_after, cost, self._left))

    def answer(self, which: int) -> None:
        if self.answers:
            sent_after, cost, left = self.answers.pop(which % len(self.answers))
            self._answered += 1
            self.quota.in_flight -= cost
            reset = None if self._rate else 3600 - self.now
            reading = Reading(left, LIMIT, reset, self._rate, cost)
            read(self.quota, reading, self.now, self._answered, sent_after)


STEPS = st.lists(st.tuples(st.sampled_from(["send", "arrive", "answer", "pass"]), st.integers(0, 10)), max_size=100)


@given(st.sampled_from([0.0, 50.0]), STEPS)
def test_the_quota_is_never_overestimated(rate: float, steps: list[tuple[str, int]]) -> None:
    """This holds for any order of requests and responses; after all responses, a limit until a reset is exact."""
    model = Model(rate)
    model.send(1.0)
    model.arrive(0)
    model.answer(0)
    for step, number in steps:
        if step == "send":
            model.send(1.0 + number)
        elif step == "pass":
            model.pass_time(number / 10)
        else:
            (model.arrive if step == "arrive" else model.answer)(number)
        promised = model.quota.remaining(model.now) - model.quota.in_flight
        assert promised <= model.left + 1e-6
    while model.on_the_way or model.answers:
        model.arrive(0)
        model.answer(-1)
    if not rate:
        assert model.quota.remaining(model.now) == model.left


def test_a_bucket_fills() -> None:
    """A request waits until enough is available; a request that costs more than the limit waits until it is full."""
    quota = ServerQuota()
    read(quota, Reading(30, 100, restore_rate=10, cost=20))
    assert quota.wait(20, 0.0, 0.0) == 0
    assert quota.wait(20, 0.0, 20.0) == pytest.approx(1.0)
    assert quota.wait(500, 0.0, 0.0) == pytest.approx(7.0)
    assert quota.remaining(100.0) == 100


def test_a_window_is_waited_for() -> None:
    """After its reset, the quota is unknown."""
    quota = ServerQuota()
    read(quota, Reading(5, 100, reset_in=60))
    assert quota.wait(1, 10.0, 5.0) == pytest.approx(50.0)
    assert quota.is_known(59.0)
    assert not quota.is_known(60.0)
    assert quota.wait(1, 60.0, 5.0) == 0


def test_an_answer_from_before_the_reset_is_ignored() -> None:
    """It came late, and the next window has begun."""
    quota = ServerQuota()
    read(quota, Reading(3, 100, reset_in=10), now=0.0)
    read(quota, Reading(99, 100, reset_in=60), now=9.0, number=2)
    assert quota.remaining(9.0) == 99
    read(quota, Reading(2, 100, reset_in=0.5), now=9.5, number=3)
    assert quota.remaining(9.5) == 99


def test_the_cost_is_reported_or_the_average() -> None:
    """If a server does not report the cost, the remaining points show it."""
    quota = ServerQuota()
    read(quota, Reading(100, reset_in=60))
    assert quota.cost is None
    read(quota, Reading(93, reset_in=60), number=2, sent_after=1)
    read(quota, Reading(90, reset_in=60), number=3, sent_after=2)
    assert quota.cost == 5
    read(quota, Reading(70, reset_in=60, cost=20), number=4, sent_after=3)
    assert quota.cost == 20


def test_a_server_that_names_no_reset() -> None:
    """It is asked again a little later."""
    quota = ServerQuota()
    read(quota, Reading(0, 100))
    assert quota.wait(1, 0.0, 0.0) == NO_RESET


@pytest.mark.parametrize("limit", [None, LIMIT])
def test_a_request_without_an_answer_is_taken(limit: Any) -> None:
    """It may have been counted."""
    quota = ServerQuota()
    read(quota, Reading(10, limit, reset_in=60))
    quota.deduct(4)
    assert quota.remaining(0.0) == 6


def test_readings_are_not_kept_without_limit() -> None:
    """A program runs for months."""
    quota = ServerQuota()
    for number in range(2 * MAX_READINGS):
        read(quota, Reading(10_000 - number, reset_in=60), number=number, sent_after=number - 1)
    assert len(quota._levels) == MAX_READINGS
