"""Outage: what the error that ends it says of its beginning."""

from __future__ import annotations

from syncgql.protocol.close_codes import RetryDecision
from syncgql.transport.recovery.outage import Outage
from syncgql.transport.recovery.policy import Attempts, ReconnectPolicy
from syncgql.transport.websocket.losses import closed

FIRST = closed("ws://host", 1012, "restarting", RetryDecision.YES)
SECOND = closed("ws://host", 1013, "overloaded", RetryDecision.YES)


def outage() -> Outage:
    return Outage("ws://host", Attempts(ReconnectPolicy(attempts=2), refreshable=False))


def test_w26_the_last_error_says_how_it_began() -> None:
    """The loss that operations lived through is told with the one that ends them."""
    failures = outage()
    loss, delay = failures.failed(FIRST, brought=True)
    assert delay is not None
    failures.goes_on(loss, delay, 1)
    assert failures.failed(SECOND)[1] is not None
    loss, delay = failures.failed(SECOND)
    assert delay is None
    assert "attempt 2" in str(loss.error())
    assert "It began so" in str(loss.error())
    assert "restarting" in str(loss.error())


def test_w26_what_nobody_lived_through_is_not_told() -> None:
    """A socket that was lost while nothing ran on it is not how a later outage began."""
    failures = outage()
    loss, delay = failures.failed(FIRST, brought=True)
    assert delay is not None
    failures.goes_on(loss, delay, 1)
    failures.failed(FIRST, brought=True)
    failures.failed(SECOND)
    loss, _ = failures.failed(SECOND)
    assert "It began so" not in str(loss.error())
