"""Attempts: whether and when to reconnect. Outage: its error and its log. No I/O, no clock."""

from __future__ import annotations

import logging
from functools import partial

import pytest

from syncgql import GraphQLRequest, TransportConnectionFailed
from syncgql.protocol.close_codes import RetryDecision, closed_error
from syncgql.transport.recovery.loss import ConnectionLoss
from syncgql.transport.recovery.outage import Attempts, Outage
from syncgql.transport.recovery.policy import ReconnectPolicy

RETRY, FATAL, REFUSED = RetryDecision.YES, RetryDecision.NO, RetryDecision.WITH_NEW_CREDENTIALS

FIRST = ConnectionLoss(partial(closed_error, "ws://host", 1012, "restarting", RETRY), RETRY, code=1012)
SECOND = ConnectionLoss(partial(closed_error, "ws://host", 1013, "overloaded", RETRY), RETRY, code=1013)


REQUESTS = [GraphQLRequest("subscription Ticks { tick }")]


def attempts(policy: ReconnectPolicy | None = ReconnectPolicy(attempts=3), *, refreshable: bool = False) -> Attempts:  # noqa: B008
    return Attempts(policy, refreshable=refreshable)


def test_attempts_end_after_as_many_fruitless_connections() -> None:
    """After the loss of a useful connection there are three attempts, of which a first connection counts as one."""
    after_loss = attempts()
    assert after_loss.next_delay(RETRY, 0, was_useful=True) is not None
    first = attempts()
    for count in (after_loss, first):
        assert count.next_delay(RETRY, 0) is not None
        assert count.next_delay(RETRY, 0) is not None
        assert count.next_delay(RETRY, 0) is None


def test_attempts_start_again_after_a_good_connection() -> None:
    """A useful connection resets the count and the waits."""
    count = attempts(ReconnectPolicy(attempts=3, base=1))
    count.next_delay(RETRY, 0)
    count.next_delay(RETRY, 0)
    assert count.next_delay(RETRY, 0, was_useful=True) is not None
    assert count.failed == 0


def test_attempts_without_a_limit() -> None:
    """Without limits on attempts and time, attempts never end."""
    count = attempts(ReconnectPolicy(attempts=None, give_up_after=None))
    assert all(count.next_delay(RETRY, 0) is not None for _ in range(2000))


@pytest.mark.parametrize("policy", [None, ReconnectPolicy(attempts=0)])
@pytest.mark.parametrize("decision", list(RetryDecision))
def test_no_attempts_when_switched_off(policy: ReconnectPolicy | None, decision: RetryDecision) -> None:
    """Without a policy, or with 0 attempts, there are no retries."""
    assert attempts(policy, refreshable=True).next_delay(decision, 0, was_useful=True) is None


def test_w21_no_attempt_after_a_fatal_end() -> None:
    """Fatal errors are not retried, however useful the connection was."""
    assert attempts(refreshable=True).next_delay(FATAL, 0, was_useful=True) is None


def test_w21_retry_codes_are_tried_again() -> None:
    """Close codes that the user lists are retried, and count like any other failure; others are unchanged."""
    count = attempts(ReconnectPolicy(attempts=3, retry_codes={1011, 4403}))
    assert count.next_delay(FATAL, 0, was_useful=True, code=1011) is not None
    assert count.next_delay(REFUSED, 0, code=4403) is not None
    assert count.next_delay(FATAL, 0, code=1002) is None
    assert count.next_delay(FATAL, 0, code=1011) is None
    assert hash(ReconnectPolicy(retry_codes={1011})) == hash(ReconnectPolicy(retry_codes=[1011]))
    assert attempts(None).next_delay(FATAL, 0, was_useful=True, code=1011) is None


def test_w22_one_more_attempt_with_other_credentials() -> None:
    """A refusal is retried once if functions supply other credentials, and again after a useful connection."""
    count = attempts(refreshable=True)
    assert count.next_delay(REFUSED, 0) is not None
    assert count.next_delay(REFUSED, 0) is None
    assert count.next_delay(REFUSED, 0, was_useful=True) is not None


def test_w22_no_attempt_with_the_same_credentials() -> None:
    """A refusal of fixed credentials is final."""
    assert attempts(refreshable=False).next_delay(REFUSED, 0) is None


def test_attempts_end_after_ten_minutes() -> None:
    """By default no attempt begins later than 600 s after the loss; a useful connection resets the time."""
    count = attempts(ReconnectPolicy())
    assert count.next_delay(RETRY, 1000, was_useful=True) is not None
    assert all(count.next_delay(RETRY, 1000 + seconds) is not None for seconds in range(0, 560, 20))
    assert count.next_delay(RETRY, 1601) is None
    assert count.next_delay(RETRY, 1700, was_useful=True) is not None
    assert count.next_delay(RETRY, 1700, retry_after=601) is None


def test_first_connection_has_five_attempts() -> None:
    """Callers that wait for their first connection stop waiting after 5 attempts, or the number in the policy."""
    default, own = attempts(ReconnectPolicy()), attempts(ReconnectPolicy(attempts=7))
    for number in range(1, 8):
        default.next_delay(RETRY, 0)
        own.next_delay(RETRY, 0)
        assert default.suffice_for_first is (number >= 5)
        assert own.suffice_for_first is (number >= 7)


def outage() -> Outage:
    return Outage("ws://host", Attempts(ReconnectPolicy(attempts=2), refreshable=False))


def test_w26_the_last_error_has_the_first_loss() -> None:
    """The error has the first loss of the outage and the one that ends the operations."""
    failures = outage()
    loss, delay = failures.failed(FIRST, 0, was_useful=True)
    assert delay is not None
    failures.continues(loss, delay, 0, REQUESTS)
    assert failures.failed(SECOND, 0)[1] is not None
    loss, delay = failures.failed(SECOND, 0)
    assert delay is None
    assert "Giving up after 2 attempts." in str(loss.error())
    assert "The connection was first lost because" in str(loss.error())
    assert "restarting" in str(loss.error())


def test_w26_the_error_of_a_single_attempt_has_the_first_loss() -> None:
    """``give_up_after`` may have passed when the first attempt to reconnect fails."""
    failures = Outage("ws://host", Attempts(ReconnectPolicy(give_up_after=60), refreshable=False))
    loss, delay = failures.failed(FIRST, 0, was_useful=True)
    assert delay is not None
    failures.continues(loss, delay, 0, REQUESTS)
    loss, delay = failures.failed(SECOND, 60)
    assert delay is None
    assert "Giving up after 1 attempt. The connection was first lost because" in str(loss.error())


def test_w26_a_loss_without_operations_is_not_reported() -> None:
    """A socket that was lost while nothing ran on it is not the beginning of a later outage."""
    failures = outage()
    loss, delay = failures.failed(FIRST, 0, was_useful=True)
    assert delay is not None
    failures.continues(loss, delay, 0, REQUESTS)
    failures.failed(FIRST, 0, was_useful=True)
    failures.failed(SECOND, 0)
    loss, _ = failures.failed(SECOND, 0)
    assert "The connection was first lost because" not in str(loss.error())


def test_one_warning_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    """The loss is a warning, and so is one attempt per minute; the others are logged at INFO."""
    caplog.set_level(logging.INFO)
    failures = Outage("ws://host", Attempts(ReconnectPolicy(), refreshable=False))
    for now in (0, 10, 59, 61, 100, 122):
        loss, delay = failures.failed(FIRST, now, was_useful=now == 0)
        assert delay is not None
        failures.continues(loss, delay, now, REQUESTS)
    failures.failed(FIRST, 130, was_useful=True)
    failures.continues(FIRST, 1, 130, REQUESTS)
    levels = [record.levelno for record in caplog.records]
    assert [level == logging.WARNING for level in levels] == [True, False, False, True, False, True, True]


def test_the_log_says_since_when_there_is_no_connection(caplog: pytest.LogCaptureFixture) -> None:
    """Attempts to open the first connection follow a failed attempt; all others follow the loss of a connection."""
    caplog.set_level(logging.INFO)
    failures = outage()
    for now, was_useful in ((0, None), (2, None), (5, True), (9, None)):
        failures.failed(FIRST, now, was_useful=was_useful)
        failures.continues(FIRST, 1, now, REQUESTS)
    assert [record.getMessage().partition("restarting. ")[2] for record in caplog.records] == [
        "Connecting again in 1 s, for 1 operation(s) (Ticks); attempt 2, 0 s after the first attempt failed.",
        "Connecting again in 1 s, for 1 operation(s) (Ticks); attempt 3, 2 s after the first attempt failed.",
        "Reconnecting in 1 s, for 1 operation(s) (Ticks); attempt 1, 0 s after the loss.",
        "Reconnecting in 1 s, for 1 operation(s) (Ticks); attempt 2, 4 s after the loss.",
    ]


def test_the_log_has_fields(caplog: pytest.LogCaptureFixture) -> None:
    """The fields have the values in the messages, for formatters."""
    failures = Outage("ws://host", Attempts(ReconnectPolicy(), refreshable=False))
    failures.failed(FIRST, 0, was_useful=True)
    failures.continues(FIRST, 1.5, 0, REQUESTS)
    failures.ended(4, [1], REQUESTS)
    lost, back = (
        {name: value for name, value in vars(record).items() if name.startswith("graphql_")}
        for record in caplog.records
    )
    assert lost == {
        "graphql_target": "ws://host",
        "graphql_operation": "Ticks",
        "graphql_error": type(FIRST.error()).__name__,
        "graphql_delay": 1.5,
        "graphql_attempt": 1,
    }
    assert back == {"graphql_target": "ws://host", "graphql_operation": "Ticks", "graphql_gap": 3}


def test_the_log_says_when_the_first_connection_is_established(caplog: pytest.LogCaptureFixture) -> None:
    """The record is logged once, and only after a failure; it has no gap, and an anonymous operation has no name."""
    anonymous = [GraphQLRequest("subscription { tick }")]
    failures = outage()
    failures.ended(0, [], anonymous)
    assert caplog.records == []
    failures.continues(*failures.failed(FIRST, 0), 0, anonymous)  # type: ignore[arg-type]
    caplog.clear()
    failures.ended(4, [], anonymous)
    failures.ended(5, [], anonymous)
    (record,) = caplog.records
    assert (record.levelno, record.getMessage()) == (logging.WARNING, "Connected to ws://host, for 1 operation(s).")
    assert (vars(record)["graphql_operation"], vars(record)["graphql_gap"]) == (None, 0)


def test_no_names_are_searched_if_nothing_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """Parsing many documents for their names would take a while."""
    caplog.set_level(logging.ERROR)
    failures = outage()
    failures.continues(*failures.failed(FIRST, 0), 0, REQUESTS)  # type: ignore[arg-type]
    failures.ended(4, [], REQUESTS)
    assert caplog.records == []


@pytest.mark.parametrize(
    ("decision", "code", "policy", "advice"),
    [
        (FATAL, 1011, ReconnectPolicy(), r"do not reconnect after this code.*retry_codes=\{1011\}\)\.$"),
        (FATAL, 1011, None, r"retry_codes=\{1011\}\)\.$"),
        (
            RETRY,
            1001,
            None,
            r"reconnect=True to the AIOHTTPWebsocketsTransport, .* that you created; if .*none, to the client\.$",
        ),
    ],
)
def test_a_final_error_names_the_option_to_reconnect(
    decision: RetryDecision, code: int, policy: ReconnectPolicy | None, advice: str
) -> None:
    """The option is the one for this close code, or the one that turns on reconnecting."""
    loss = ConnectionLoss(partial(closed_error, "ws://host", code, "", decision), decision, code=code)
    last, delay = Outage("ws://host", Attempts(policy, refreshable=False)).failed(loss, 0, was_useful=True)
    assert delay is None
    with pytest.raises(TransportConnectionFailed, match=advice):
        raise last.error()


@pytest.mark.parametrize(
    ("decision", "code", "policy", "was_useful"),
    [
        (FATAL, None, None, True),
        (REFUSED, 1008, None, True),
        (RETRY, 1001, ReconnectPolicy(attempts=0), True),
        (FATAL, 1011, ReconnectPolicy(), None),
    ],
)
def test_other_final_errors_have_no_advice(
    decision: RetryDecision, code: int | None, policy: ReconnectPolicy | None, was_useful: bool | None
) -> None:
    """No option would help after a violation of the protocol, or if the connection could not be opened."""
    loss = ConnectionLoss(partial(TransportConnectionFailed, "It ended."), decision, code=code)
    last, delay = Outage("ws://host", Attempts(policy, refreshable=False)).failed(loss, 0, was_useful=was_useful)
    assert (delay, last.error().message) == (None, "It ended.")


def test_the_last_error_has_the_number_of_attempts() -> None:
    """``attempts`` is the number in the message."""
    failures = Outage("ws://host", Attempts(ReconnectPolicy(attempts=3), refreshable=False))
    losses = [failures.failed(FIRST, now) for now in range(3)]
    assert [delay is None for _, delay in losses] == [False, False, True]
    error = losses[-1][0].error()
    assert error.message.endswith("Giving up after 3 attempts.")
    assert error.attempts == 3
