"""Limiter: when the next request may be sent."""

from __future__ import annotations

import pytest

from syncgql.pipeline.limiter import FIRST_PAUSE, PROBE_SECONDS, Charge, Limiter, Outcome
from syncgql.pipeline.pace import Pace
from syncgql.protocol.rate_limit_readings import Reading


def points(remaining: float, cost: float | None = 10.0) -> dict[str, Reading]:
    return {"points": Reading(remaining, 1000, restore_rate=10, cost=cost)}


def answered(limiter: Limiter, readings: dict[str, Reading], now: float = 0.0, document: str = "{ a }") -> None:
    charge = Charge([document], 1)
    limiter.send(charge, now, now)
    limiter.settle(charge, Outcome(has_response=True, readings=readings), now)


def test_one_request_finds_out() -> None:
    """The others wait for its response, for a limited time."""
    limiter = Limiter(None, learns=True)
    first, second = Charge(["{ a }"], 1), Charge(["{ a }"], 1)
    assert limiter.wait(first, 0.0) == 0
    limiter.send(first, 0.0, 0.0)
    assert limiter.wait(second, 0.5) == PROBE_SECONDS - 0.5
    assert limiter.least_wait(second, [], 0.5) == 0
    limiter.settle(first, Outcome(has_response=True, readings=points(500)), 1.0)
    assert limiter.wait(second, 1.0) == 0


def test_a_fixed_pace_needs_no_answers() -> None:
    """Requests may be in flight together from the beginning."""
    limiter = Limiter(Pace(10, 5), learns=False)
    for _ in range(5):
        charge = Charge(["{ a }"], 1)
        assert limiter.wait(charge, 0.0) == 0
        limiter.send(charge, 0.0, 0.0)
    assert limiter.wait(charge, 0.0) == pytest.approx(0.1)


def test_the_last_cost_of_a_document_is_used() -> None:
    """A document that was never sent costs as much as the last request."""
    limiter = Limiter(None, learns=True)
    answered(limiter, points(500, cost=400), document="{ big }")
    answered(limiter, points(100, cost=10), document="{ small }")
    assert limiter.wait(Charge(["{ big }"], 1), 0.0) == pytest.approx(30)
    assert limiter.wait(Charge(["{ small }"], 1), 0.0) == 0
    assert limiter.wait(Charge(["{ new }"], 1), 0.0) == 0
    assert limiter.wait(Charge(["{ small }"] * 11, 11), 0.0) == pytest.approx(1)


def test_requests_in_flight_are_subtracted() -> None:
    """No call is refused for it, because it may be included in the remaining points."""
    limiter = Limiter(None, learns=True)
    answered(limiter, points(15))
    limiter.send(Charge(["{ a }"], 1), 0.0, 0.0)
    assert limiter.wait(Charge(["{ a }"], 1), 0.0) == pytest.approx(0.5)
    assert limiter.least_wait(Charge(["{ a }"], 1), [], 0.0) == 0
    assert limiter.least_wait(Charge(["{ a }"], 1), [Charge(["{ a }"], 1)] * 3, 0.0) == pytest.approx(2.5)


def test_all_limits_count() -> None:
    """The scarcest decides."""
    limiter = Limiter(None, learns=True)
    requests = Reading(0, 100, reset_in=60, cost=1)
    answered(limiter, {**points(500), "requests": requests})
    assert limiter.wait(Charge(["{ a }"], 1), 0.0) == 60


def test_a_limit_that_the_server_no_longer_reports() -> None:
    """It is forgotten, and requests are no longer sent one by one."""
    limiter = Limiter(None, learns=True)
    answered(limiter, {"requests": Reading(0, 100, reset_in=60, cost=1)})
    answered(limiter, {}, now=61.0)
    limiter.send(Charge(["{ a }"], 1), 61.0, 61.0)
    assert limiter.wait(Charge(["{ a }"], 1), 61.0) == 0


def test_a_refusal_pauses_and_then_one_request_finds_out() -> None:
    """Requests that were in flight with it do not make the pause longer."""
    limiter = Limiter(None, learns=True)
    charges = [Charge(["{ a }"], 1) for _ in range(3)]
    for charge in charges:
        limiter.send(charge, 0.0, 0.0)
    refused = Outcome(has_response=True, is_refused=True)
    assert [limiter.settle(charge, refused, 0.0) for charge in charges] == [True] * 3
    assert limiter.wait(charges[0], 0.0) == FIRST_PAUSE
    limiter.send(charges[0], 1.0, 1.0)
    assert limiter.wait(charges[1], 1.0) == PROBE_SECONDS
    limiter.settle(charges[0], Outcome(has_response=True, is_refused=True), 1.0)
    assert limiter.wait(charges[1], 1.0) == 2 * FIRST_PAUSE


def test_a_request_that_did_not_pass_is_not_counted() -> None:
    """It left the queue."""
    limiter = Limiter(None, learns=True)
    assert limiter.settle(Charge(["{ a }"], 1), Outcome(), 0.0) is False
    assert limiter.wait(Charge(["{ a }"], 1), 0.0) == 0
