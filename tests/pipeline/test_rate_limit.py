"""RateLimit: the settings, and whom they bind together."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from typing import Any

import pytest

from syncgql import Client, Deadline, GraphQLRequest, Operation, RateLimit

ALL = [
    (RateLimit(50), "RateLimit(50, per=1, burst=1)"),
    (RateLimit(5000, per=3600, burst=100), "RateLimit(5000, per=3600, burst=100)"),
    (RateLimit.shopify(), "RateLimit.shopify()"),
    (RateLimit.github(), "RateLimit.github(points_per_minute=2000)"),
    (RateLimit.linear(), "RateLimit.linear()"),
    (RateLimit.monday(), "RateLimit.monday()"),
    (RateLimit.headers(), "RateLimit.headers()"),
]


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: RateLimit("50"), TypeError, "rate must be a number, not str"),  # type: ignore[arg-type]
        (lambda: RateLimit(True), TypeError, "rate must be a number, not bool"),
        (lambda: RateLimit(0), ValueError, "rate must be more than 0, not 0"),
        (lambda: RateLimit(float("nan")), ValueError, "rate must be more than 0, not nan"),
        (lambda: RateLimit(float("inf")), ValueError, "rate must be finite"),
        (lambda: RateLimit(5, per=-1), ValueError, "per must be more than 0, not -1"),
        (lambda: RateLimit(5, burst=0), ValueError, "burst must be 1 or more, not 0"),
        (lambda: RateLimit(5, burst=1.5), TypeError, "burst must be a whole number, not float"),  # type: ignore[arg-type]
        (lambda: RateLimit.github(None), TypeError, "points_per_minute must be a number"),  # type: ignore[arg-type]
        (lambda: Client("http://a.test", rate_limit=50), TypeError, "rate_limit must be a RateLimit or None, not int"),  # type: ignore[arg-type]
    ],
)
def test_bad_options(make: Callable[[], object], error: type[Exception], message: str) -> None:
    """Found by name when the object is made."""
    with pytest.raises(error, match=message):
        make()


@pytest.mark.parametrize(("limit", "text"), ALL)
def test_a_limit_is_shown_as_it_was_made(limit: RateLimit, text: str) -> None:
    """A copy by pickle has the same settings and counts for itself."""
    assert repr(limit) == text
    copy = pickle.loads(pickle.dumps(limit))
    assert repr(copy) == text
    assert copy.turnstile() is not limit.turnstile()


def test_a_pickled_client_has_its_limit() -> None:
    """The arguments of a client are pickled."""
    with Client("http://a.test", rate_limit=RateLimit.shopify()) as client:
        copy = pickle.loads(pickle.dumps(client))
    assert repr(copy._arguments["rate_limit"]) == "RateLimit.shopify()"


def test_a_child_counts_for_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread of the parent may hold its lock while the process forks."""
    limit = RateLimit(50)
    parents = limit.turnstile()
    assert limit.turnstile() is parents
    monkeypatch.setattr(os, "getpid", lambda: -1)
    assert limit.turnstile() is not parents


@pytest.mark.parametrize(("limit", "points"), [(RateLimit(50), 2), (RateLimit.github(), 6)])
def test_cost_of_operations(limit: RateLimit, points: float) -> None:
    """A mutation takes five points of GitHub's secondary limit."""
    documents: list[Any] = ["{ a }", "mutation { a }"]
    charge = limit.charge([Operation(GraphQLRequest(each), Deadline()) for each in documents])
    assert (charge.documents, charge.points) == (documents, points)
