"""Attempts: whether and when to reconnect; no I/O, no clock."""

from __future__ import annotations

import pytest

from syncgql.protocol.close_codes import RetryDecision
from syncgql.transport.recovery.attempts import SETTLED_SECONDS, Attempts, is_resumed, was_useful
from syncgql.transport.recovery.policy import ReconnectPolicy

RETRY, FATAL, REFUSED = RetryDecision.YES, RetryDecision.NO, RetryDecision.WITH_NEW_CREDENTIALS


def attempts(policy: ReconnectPolicy | None = ReconnectPolicy(attempts=3), *, refreshable: bool = False) -> Attempts:  # noqa: B008
    return Attempts(policy, refreshable=refreshable)


def test_attempts_end_after_as_many_fruitless_connections() -> None:
    """After the loss of a good connection there are three attempts; the first connection counts as one of its three."""
    after_loss = attempts()
    assert after_loss.next_delay(RETRY, 0, was_useful=True) is not None
    first = attempts()
    for count in (after_loss, first):
        assert count.next_delay(RETRY, 0) is not None
        assert count.next_delay(RETRY, 0) is not None
        assert count.next_delay(RETRY, 0) is None


def test_attempts_start_afresh_after_a_good_connection() -> None:
    """A connection that brought something sets the count and the waits back."""
    count = attempts(ReconnectPolicy(attempts=3, base=1))
    count.next_delay(RETRY, 0)
    count.next_delay(RETRY, 0)
    assert count.next_delay(RETRY, 0, was_useful=True) is not None
    assert count.failed == 0


def test_attempts_without_a_limit() -> None:
    """Without limits of attempts and time there is always another."""
    count = attempts(ReconnectPolicy(attempts=None, give_up_after=None))
    assert all(count.next_delay(RETRY, 0) is not None for _ in range(2000))


@pytest.mark.parametrize("policy", [None, ReconnectPolicy(attempts=0)])
@pytest.mark.parametrize("decision", list(RetryDecision))
def test_no_attempts_when_switched_off(policy: ReconnectPolicy | None, decision: RetryDecision) -> None:
    """Without a policy, or with 0 attempts, nothing is tried again."""
    assert attempts(policy, refreshable=True).next_delay(decision, 0, was_useful=True) is None


def test_w21_no_attempt_after_a_fatal_end() -> None:
    """What is fatal is not tried again, however good the connection was."""
    assert attempts(refreshable=True).next_delay(FATAL, 0, was_useful=True) is None


def test_w21_retry_codes_are_tried_again() -> None:
    """Close codes that the user lists are tried again, and count like any other failure; others stay what they are."""
    count = attempts(ReconnectPolicy(attempts=3, retry_codes={1011, 4403}))
    assert count.next_delay(FATAL, 0, was_useful=True, code=1011) is not None
    assert count.next_delay(REFUSED, 0, code=4403) is not None
    assert count.next_delay(FATAL, 0, code=1002) is None
    assert count.next_delay(FATAL, 0, code=1011) is None
    assert hash(ReconnectPolicy(retry_codes={1011})) == hash(ReconnectPolicy(retry_codes=[1011]))
    assert attempts(None).next_delay(FATAL, 0, was_useful=True, code=1011) is None


def test_w22_one_more_attempt_with_other_credentials() -> None:
    """A refusal is tried again once where providers make other credentials, and again after a good connection."""
    count = attempts(refreshable=True)
    assert count.next_delay(REFUSED, 0) is not None
    assert count.next_delay(REFUSED, 0) is None
    assert count.next_delay(REFUSED, 0, was_useful=True) is not None


def test_w22_no_attempt_with_the_same_credentials() -> None:
    """A refusal of credentials that stay the same is final."""
    assert attempts(refreshable=False).next_delay(REFUSED, 0) is None


def test_w25_connection_is_of_use_by_events_or_age() -> None:
    """An acknowledgement alone does not make a connection count as good; an event does, or a life of 10 s."""
    assert not was_useful(has_delivered=False, acknowledged_for=SETTLED_SECONDS - 0.001)
    assert was_useful(has_delivered=False, acknowledged_for=SETTLED_SECONDS)
    assert was_useful(has_delivered=True, acknowledged_for=0)


def test_attempts_end_after_ten_minutes() -> None:
    """By default no attempt begins later than 600 s after the loss; a useful connection starts the time again."""
    count = attempts(ReconnectPolicy())
    assert count.next_delay(RETRY, 1000, was_useful=True) is not None
    assert all(count.next_delay(RETRY, 1000 + seconds) is not None for seconds in range(0, 560, 20))
    assert count.next_delay(RETRY, 1601) is None
    assert count.next_delay(RETRY, 1700, was_useful=True) is not None
    assert count.next_delay(RETRY, 1700, retry_after=601) is None


def test_first_connection_has_five_attempts() -> None:
    """Callers that wait for their first connection stop waiting after 5 attempts, or as many as the policy says."""
    default, own = attempts(ReconnectPolicy()), attempts(ReconnectPolicy(attempts=7))
    for number in range(1, 8):
        default.next_delay(RETRY, 0)
        own.next_delay(RETRY, 0)
        assert default.suffice_for_first is (number >= 5)
        assert own.suffice_for_first is (number >= 7)


def test_w23_only_subscriptions_and_what_was_not_sent_go_on() -> None:
    """A query or mutation that was sent may have run and is not sent again; one that waited still is."""
    assert is_resumed("subscription", sent=True)
    assert is_resumed("mutation", sent=False)
    assert not is_resumed("mutation", sent=True)
    assert not is_resumed("query", sent=True)
