"""Outage: the beginning of the outage in the error that ends it."""

from __future__ import annotations

import logging

import pytest

from syncgql.protocol.close_codes import RetryDecision
from syncgql.transport.recovery.attempts import Attempts
from syncgql.transport.recovery.outage import Outage
from syncgql.transport.recovery.policy import ReconnectPolicy
from syncgql.transport.websocket.losses import closed

FIRST = closed("ws://host", 1012, "restarting", RetryDecision.YES)
SECOND = closed("ws://host", 1013, "overloaded", RetryDecision.YES)


def outage() -> Outage:
    return Outage("ws://host", Attempts(ReconnectPolicy(attempts=2), refreshable=False))


def test_w26_the_last_error_has_the_first_loss() -> None:
    """The error has the first loss of the outage and the one that ends the operations."""
    failures = outage()
    loss, delay = failures.failed(FIRST, 0, was_useful=True)
    assert delay is not None
    failures.continues(loss, delay, 0, 1)
    assert failures.failed(SECOND, 0)[1] is not None
    loss, delay = failures.failed(SECOND, 0)
    assert delay is None
    assert "Giving up after 2 attempts." in str(loss.error())
    assert "The connection was first lost because" in str(loss.error())
    assert "restarting" in str(loss.error())


def test_w26_a_loss_without_operations_is_not_reported() -> None:
    """A socket that was lost while nothing ran on it is not the beginning of a later outage."""
    failures = outage()
    loss, delay = failures.failed(FIRST, 0, was_useful=True)
    assert delay is not None
    failures.continues(loss, delay, 0, 1)
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
        failures.continues(loss, delay, now, 1)
    failures.failed(FIRST, 130, was_useful=True)
    failures.continues(FIRST, 1, 130, 1)
    levels = [record.levelno for record in caplog.records]
    assert [level == logging.WARNING for level in levels] == [True, False, False, True, False, True, True]


def test_the_log_says_since_when_there_is_no_connection(caplog: pytest.LogCaptureFixture) -> None:
    """Attempts to open the first connection follow a failed attempt; all others follow the loss of a connection."""
    caplog.set_level(logging.INFO)
    failures = outage()
    for now, was_useful in ((0, None), (2, None), (5, True), (9, None)):
        failures.failed(FIRST, now, was_useful=was_useful)
        failures.continues(FIRST, 1, now, 1)
    assert [record.getMessage().partition("restarting. ")[2] for record in caplog.records] == [
        "Connecting again in 1.0 s, for 1 operation(s); attempt 2, 0 s after the first attempt failed.",
        "Connecting again in 1.0 s, for 1 operation(s); attempt 3, 2 s after the first attempt failed.",
        "Reconnecting in 1.0 s, for 1 operation(s); attempt 1, 0 s after the loss.",
        "Reconnecting in 1.0 s, for 1 operation(s); attempt 2, 4 s after the loss.",
    ]


def test_the_log_has_fields(caplog: pytest.LogCaptureFixture) -> None:
    """The fields have the values in the messages, for formatters."""
    failures = Outage("ws://host", Attempts(ReconnectPolicy(), refreshable=False))
    failures.failed(FIRST, 0, was_useful=True)
    failures.continues(FIRST, 1.5, 0, 1)
    failures.ended(4, [1])
    lost, back = (
        {name: value for name, value in vars(record).items() if name.startswith("graphql_")}
        for record in caplog.records
    )
    assert lost == {
        "graphql_target": "ws://host",
        "graphql_error": type(FIRST.error()).__name__,
        "graphql_delay": 1.5,
        "graphql_attempt": 1,
    }
    assert back == {"graphql_target": "ws://host", "graphql_gap": 3}
