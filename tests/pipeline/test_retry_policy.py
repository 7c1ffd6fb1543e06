"""RetryPolicy and RetryBudget: options, waits and tokens."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from syncgql import Client, RetryBudget, RetryPolicy


@pytest.mark.parametrize(
    ("retry", "message"),
    [
        ("3", "retry must be a RetryPolicy, True, False or a number of attempts, not str"),
        (0, "retry must be 1 or more"),
        (2.5, "retry must be a RetryPolicy, True, False or a number of attempts, not float"),
    ],
)
def test_values_that_are_not_retry_policies(retry: Any, message: str) -> None:
    """It is refused when the client is created."""
    with pytest.raises((TypeError, ValueError), match=message):
        Client("https://api.example.test/graphql", retry=retry)


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"attempts": 0}, "attempts"),
        ({"base": -1}, "base"),
        ({"throttled_base": "1"}, "throttled_base"),
        ({"cap": None}, "cap"),
        ({"statuses": 503}, "statuses"),
        ({"statuses": ["503"]}, "statuses"),
        ({"statuses": [200]}, "statuses"),
        ({"mutations": "never"}, "mutations"),
        ({"budget": 500}, "budget"),
        ({"on_retry": lambda error: None}, "on_retry"),
    ],
)
def test_bad_options(options: dict[str, Any], name: str) -> None:
    """Each is named."""
    with pytest.raises((TypeError, ValueError), match=name):
        RetryPolicy(**options)


def test_waits_double_up_to_the_cap() -> None:
    """They begin at the base for failures or the one for throttles."""
    policy = RetryPolicy(base=0.1, throttled_base=2, cap=3)
    assert [policy.longest_wait(retry, is_throttled=False) for retry in (1, 2, 3)] == [0.1, 0.2, 0.4]
    assert [policy.longest_wait(retry, is_throttled=True) for retry in (1, 2, 5000)] == [2, 3, 3]


def test_policies_pickle() -> None:
    """A copy has a budget of its own, which is full."""
    policy = RetryPolicy(attempts=5, budget=RetryBudget(20, 10, 5))
    assert policy.budget is not None
    assert policy.budget.acquire(15)
    copy = pickle.loads(pickle.dumps(policy))
    assert (copy.attempts, copy.budget.left, copy.budget.retry_cost) == (5, 20, 10)
