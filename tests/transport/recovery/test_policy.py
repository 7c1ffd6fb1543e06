"""ReconnectPolicy: its waits and the check of its arguments."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncgql.transport.recovery.policy import ReconnectPolicy, check_reconnect


def lowest(low: float, high: float) -> float:
    return low


def highest(low: float, high: float) -> float:
    return high


def test_policy_waits_base_and_a_random_part_that_doubles() -> None:
    """Attempt n waits 1 s and up to 1, 2, 4, 8, 16 s more, and never more than 30 s more."""
    policy = ReconnectPolicy()
    assert [policy.delay(n, uniform=lowest) for n in range(7)] == [1] * 7
    assert [policy.delay(n, uniform=highest) for n in range(7)] == [2, 3, 5, 9, 17, 31, 31]


@given(st.integers(0, 10**6), st.floats(0, 100), st.floats(0, 100))
def test_delays_are_within_the_limits_of_the_policy(attempt: int, base: float, cap: float) -> None:
    """For any number of attempts, the wait is between base and base + cap."""
    assert base <= ReconnectPolicy(base=base, cap=cap).delay(attempt) <= base + cap


def test_policy_waits_as_long_as_the_server_asks() -> None:
    """Retry-After lengthens a wait and never shortens it."""
    policy = ReconnectPolicy()
    assert policy.delay(0, 60) == 60
    assert policy.delay(0, 0.1, uniform=lowest) == 1


@pytest.mark.parametrize(
    "options", [{"attempts": -1}, {"base": -0.1}, {"cap": -1}, {"give_up_after": -1}, {"base": float("nan")}]
)
def test_policy_refuses_negative_values(options: dict[str, float]) -> None:
    """A negative value is refused with its name."""
    with pytest.raises(ValueError, match=next(iter(options))):
        ReconnectPolicy(**options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "options",
    [
        {"attempts": 1.5},
        {"attempts": True},
        {"retry_codes": ["1011"]},
        {"base": "1"},
        {"cap": None},
        {"give_up_after": "1"},
        {"retry_codes": 1011},
    ],
)
def test_policy_refuses_wrong_types(options: dict[str, object]) -> None:
    """A value of a wrong type is refused with its name."""
    with pytest.raises(TypeError, match=next(iter(options))):
        ReconnectPolicy(**options)  # type: ignore[arg-type]


def test_reconnect_option() -> None:
    """``reconnect=`` accepts a policy, True for the default one, and False for none."""
    policy = ReconnectPolicy(attempts=2)
    assert check_reconnect(policy) is policy
    assert check_reconnect(True) == ReconnectPolicy(attempts=None, base=1.0, cap=30.0, give_up_after=600.0)
    assert check_reconnect(False) is None
    with pytest.raises(TypeError, match="reconnect must be a ReconnectPolicy, True or False, not int"):
        check_reconnect(3)  # type: ignore[arg-type]
