"""Whether, when and with what a lost WebSocket is opened again; no I/O, no clock."""

from __future__ import annotations

import ssl
from typing import Any

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncgql import (
    TransportAuthenticationError,
    TransportClosed,
    TransportConnectionFailed,
    TransportProtocolError,
    TransportServerError,
    TransportTimeout,
)
from syncgql.protocol.close_codes import RetryDecision
from syncgql.transport.recovery.policy import (
    SETTLED_SECONDS,
    Attempts,
    ReconnectPolicy,
    check_reconnect,
    decision_for,
    is_resumed,
    was_of_use,
)

RETRY, FATAL, REFUSED = RetryDecision.YES, RetryDecision.NO, RetryDecision.WITH_NEW_CREDENTIALS


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
def test_policy_stays_within_its_limits(attempt: int, base: float, cap: float) -> None:
    """However many attempts there were, the wait is between base and base + cap."""
    assert base <= ReconnectPolicy(base=base, cap=cap).delay(attempt) <= base + cap


def test_policy_waits_as_long_as_the_server_asks() -> None:
    """Retry-After lengthens a wait and never shortens it."""
    policy = ReconnectPolicy()
    assert policy.delay(0, 60) == 60
    assert policy.delay(0, 0.1, uniform=lowest) == 1


@pytest.mark.parametrize("options", [{"attempts": -1}, {"base": -0.1}, {"cap": -1}, {"base": float("nan")}])
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
        {"retry_codes": 1011},
    ],
)
def test_policy_refuses_wrong_types(options: dict[str, object]) -> None:
    """A value of a wrong type is refused with its name."""
    with pytest.raises(TypeError, match=next(iter(options))):
        ReconnectPolicy(**options)  # type: ignore[arg-type]


def test_reconnect_option() -> None:
    """``reconnect=`` takes a policy, True for the default one, and False for none."""
    policy = ReconnectPolicy(attempts=2)
    assert check_reconnect(policy) is policy
    assert check_reconnect(True) == ReconnectPolicy(attempts=5, base=1.0, cap=30.0)
    assert check_reconnect(False) is None
    with pytest.raises(TypeError, match="reconnect must be a ReconnectPolicy, True or False, not int"):
        check_reconnect(3)  # type: ignore[arg-type]


def attempts(policy: ReconnectPolicy | None = ReconnectPolicy(attempts=3), *, refreshable: bool = False) -> Attempts:  # noqa: B008
    return Attempts(policy, refreshable=refreshable)


def test_attempts_end_after_as_many_fruitless_connections() -> None:
    """After the loss of a good connection there are three attempts; the first connection counts as one of its three."""
    after_loss = attempts()
    assert after_loss.next_delay(RETRY, brought=True) is not None
    first = attempts()
    for count in (after_loss, first):
        assert count.next_delay(RETRY, brought=False) is not None
        assert count.next_delay(RETRY, brought=False) is not None
        assert count.next_delay(RETRY, brought=False) is None


def test_attempts_start_afresh_after_a_good_connection() -> None:
    """A connection that brought something sets the count and the waits back."""
    count = attempts(ReconnectPolicy(attempts=3, base=1))
    count.next_delay(RETRY, brought=False)
    count.next_delay(RETRY, brought=False)
    assert count.next_delay(RETRY, brought=True) is not None
    assert count.fruitless == 0


def test_attempts_without_a_limit() -> None:
    """attempts=None never gives up."""
    count = attempts(ReconnectPolicy(attempts=None))
    assert all(count.next_delay(RETRY, brought=False) is not None for _ in range(2000))


@pytest.mark.parametrize("policy", [None, ReconnectPolicy(attempts=0)])
@pytest.mark.parametrize("decision", list(RetryDecision))
def test_no_attempts_when_switched_off(policy: ReconnectPolicy | None, decision: RetryDecision) -> None:
    """Without a policy, or with 0 attempts, nothing is tried again."""
    assert attempts(policy, refreshable=True).next_delay(decision, brought=True) is None


def test_w21_no_attempt_after_a_fatal_end() -> None:
    """What is fatal is not tried again, however good the connection was."""
    assert attempts(refreshable=True).next_delay(FATAL, brought=True) is None


def test_w21_retry_codes_are_tried_again() -> None:
    """Close codes that the user lists are tried again, and count like any other failure; others stay what they are."""
    count = attempts(ReconnectPolicy(attempts=3, retry_codes={1011, 4403}))
    assert count.next_delay(FATAL, brought=True, code=1011) is not None
    assert count.next_delay(REFUSED, brought=False, code=4403) is not None
    assert count.next_delay(FATAL, brought=False, code=1002) is None
    assert count.next_delay(FATAL, brought=False, code=1011) is None
    assert hash(ReconnectPolicy(retry_codes={1011})) == hash(ReconnectPolicy(retry_codes=[1011]))
    assert attempts(None).next_delay(FATAL, brought=True, code=1011) is None


def test_w22_one_more_attempt_with_other_credentials() -> None:
    """A refusal is tried again once where providers make other credentials, and again after a good connection."""
    count = attempts(refreshable=True)
    assert count.next_delay(REFUSED, brought=False) is not None
    assert count.next_delay(REFUSED, brought=False) is None
    assert count.next_delay(REFUSED, brought=True) is not None


def test_w22_no_attempt_with_the_same_credentials() -> None:
    """A refusal of credentials that stay the same is final."""
    assert attempts(refreshable=False).next_delay(REFUSED, brought=False) is None


def test_w25_connection_is_of_use_by_events_or_age() -> None:
    """An acknowledgement alone does not make a connection count as good; an event does, or a life of 10 s."""
    assert not was_of_use(brought=False, acknowledged_for=SETTLED_SECONDS - 0.001)
    assert was_of_use(brought=False, acknowledged_for=SETTLED_SECONDS)
    assert was_of_use(brought=True, acknowledged_for=0)


def test_w23_only_subscriptions_and_what_was_not_sent_go_on() -> None:
    """A query or mutation that was sent may have run and is not sent again; one that waited still is."""
    assert is_resumed("subscription", sent=True)
    assert is_resumed("mutation", sent=False)
    assert not is_resumed("mutation", sent=True)
    assert not is_resumed("query", sent=True)


def caused(cause: Exception) -> TransportConnectionFailed:
    error = TransportConnectionFailed("no")
    error.__cause__ = cause
    return error


def bad_handshake(reason: str) -> aiohttp.ClientConnectorSSLError:
    error = ssl.SSLError(1, reason)
    error.reason = reason
    no_key: Any = None
    return aiohttp.ClientConnectorSSLError(no_key, error)


@pytest.mark.parametrize(
    ("error", "decision"),
    [
        (TransportConnectionFailed("refused"), RETRY),
        (TransportTimeout("late", limit="ack_timeout", seconds=1), RETRY),
        (TransportProtocolError("bad", code=4400), FATAL),
        (TransportAuthenticationError("who", code=4403), REFUSED),
        (TransportAuthenticationError("who", code=401), REFUSED),
        (TransportServerError("later", code=503), RETRY),
        (TransportServerError("slow down", code=429), RETRY),
        (TransportServerError("not here", code=404), FATAL),
        (TransportServerError("elsewhere", code=302), FATAL),
        (TransportClosed("closed"), FATAL),
        (caused(aiohttp.InvalidURL("x")), FATAL),
        (caused(aiohttp.ServerFingerprintMismatch(b"a", b"b", "host", 1)), FATAL),
        (caused(ConnectionResetError()), RETRY),
        (caused(bad_handshake("WRONG_VERSION_NUMBER")), FATAL),
        (caused(bad_handshake("TLSV1_ALERT_INTERNAL_ERROR")), RETRY),
        (RuntimeError("a provider failed"), RETRY),
    ],
    ids=repr,
)
def test_verdict(error: Exception, decision: RetryDecision) -> None:
    """Every connection that does not come about is tried again, given up, or a refusal."""
    assert decision_for(error) is decision
