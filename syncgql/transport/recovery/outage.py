"""Outage: the time from the loss of a connection to the next one, with its log messages and errors.

``Attempts`` decides how long to wait and when to give up. An outage records how it began, for the error that ends it.
It logs a warning for the loss, one per minute while it lasts, and one when the connection is established. This
module does no I/O and reads no clock.
"""

from __future__ import annotations

import logging
from collections.abc import Collection

from ...messages import Duration
from ...protocol.close_codes import RetryDecision
from ...request import GraphQLRequest
from .loss import ConnectionLoss, advised, given_up
from .operation_names import operation_names
from .policy import HOW_TO_RECONNECT, ReconnectPolicy

logger = logging.getLogger(__name__)

WARNING_SECONDS = 60.0
"""Seconds between two warnings. By default, an outage has an attempt at least every 31 s for ten minutes."""

FIRST_ATTEMPTS = 5
"""The number of attempts for callers that wait for their first connection, if the policy does not set one."""

SETTLED_SECONDS = 10.0
"""A connection that stays open for this many seconds after its acknowledgement is useful, even without an event."""


class Attempts:
    """The consecutive failed connections.

    Args:
        policy: when to reconnect; None for never.
        refreshable: whether the next connection may have different credentials. Only then does the client reconnect
            after its credentials were refused, and only once.

    Attributes:
        failed: the number of consecutive connections that have failed.
        since: when a useful connection was lost, or else the first attempt failed; None if neither has happened.
    """

    def __init__(self, policy: ReconnectPolicy | None, *, refreshable: bool) -> None:
        self._policy = policy
        self._refreshable = refreshable
        self.failed = 0
        self.since: float | None = None
        self._was_refused = False

    def next_delay(
        self,
        decision: RetryDecision,
        now: float,
        *,
        was_useful: bool = False,
        retry_after: float | None = None,
        code: int | None = None,
    ) -> float | None:
        """Record the end of a connection, and return the seconds to wait before the next; None to give up.

        Args:
            decision: whether another connection may succeed.
            now: the time, in seconds of any clock.
            was_useful: whether the connection was useful; otherwise it counts as a failed attempt.
            retry_after: the seconds that the server asked to wait.
            code: the close code, if there is one.
        """
        if was_useful:
            self.failed, self.since, self._was_refused = 0, now, False
        else:
            self.failed += 1
        since = self.since = now if self.since is None else self.since
        policy = self._policy
        if policy is None or policy.attempts == 0:
            return None
        decision = RetryDecision.YES if code in policy.retry_codes else decision
        if decision is RetryDecision.NO:
            return None
        if decision is RetryDecision.WITH_NEW_CREDENTIALS:
            if self._was_refused or not self._refreshable:
                return None
            self._was_refused = True
        elif policy.attempts is not None and self.failed >= policy.attempts:
            return None
        delay = policy.delay(self.failed, retry_after)
        is_late = policy.give_up_after is not None and now - since + delay > policy.give_up_after
        return None if is_late else delay

    def advice(self, loss: ConnectionLoss) -> str:
        """Return the option with which subscriptions would survive this loss; an empty text if there is none."""
        if loss.decision is RetryDecision.NO and loss.code is not None:
            codes = f"reconnect=ReconnectPolicy(retry_codes={{{loss.code}}})"
            return f"By default, subscriptions do not reconnect after this code; to reconnect, pass {codes}."
        if loss.decision is RetryDecision.YES and self._policy is None:
            return f"To reconnect, {HOW_TO_RECONNECT}."
        return ""

    @property
    def suffice_for_first(self) -> bool:
        """Whether callers that wait for their first connection should stop waiting."""
        limit = None if self._policy is None else self._policy.attempts
        return self.failed >= (FIRST_ATTEMPTS if limit is None else limit)


class Warnings:
    """Limits the warnings about a lasting condition to one per minute; other messages are logged at INFO."""

    def __init__(self) -> None:
        self._last: float | None = None

    def level(self, now: float, *, is_first: bool = False) -> int:
        """Return the level for a message that is logged now; the first one of a condition is a warning."""
        if not is_first and self._last is not None and now - self._last < WARNING_SECONDS:
            return logging.INFO
        self._last = now
        return logging.WARNING


class Outage:
    """The failures of one logical connection.

    Args:
        target: the destination of the connection, for the log; without secrets.
        attempts: decides whether and when to try again; also an attribute.
    """

    def __init__(self, target: str, attempts: Attempts) -> None:
        self._target = target
        self.attempts = attempts
        self._warnings = Warnings()
        self._first: ConnectionLoss | None = None
        self._was_connected = False
        self._is_reported = False  # whether the log has a record of a failure, but none of its end

    def failed(
        self, loss: ConnectionLoss, now: float, *, was_useful: bool | None = None
    ) -> tuple[ConnectionLoss, float | None]:
        """Record a connection that ended or could not be opened.

        Args:
            loss: the reason.
            now: the time, in seconds of the loop's clock.
            was_useful: whether the connection was useful; None if it could not be opened.

        Returns:
            The loss, which also reports how the outage began if this was the last of several attempts; and the seconds
            to wait before the next connection, None to give up.
        """
        attempts = self.attempts
        self._was_connected |= was_useful is not None
        delay = attempts.next_delay(
            loss.decision, now, was_useful=bool(was_useful), retry_after=loss.retry_after, code=loss.code
        )
        if attempts.failed == 0:
            self._first = None
        if delay is not None:
            return loss, delay
        if was_useful is not None and (advice := attempts.advice(loss)):
            loss = advised(loss, advice)
        return self.last(loss), None

    def last(self, loss: ConnectionLoss) -> ConnectionLoss:
        """Return the loss with which operations fail that do not wait for another attempt."""
        failed = self.attempts.failed
        return given_up(loss, self._first, failed) if failed > 1 or (failed and self._first is not None) else loss

    def continues(self, loss: ConnectionLoss, delay: float, now: float, requests: Collection[GraphQLRequest]) -> None:
        """Log that operations wait for another connection, to be opened after *delay* seconds."""
        attempts = self.attempts
        if attempts.failed == 0:
            self._first = loss
        self._is_reported = True
        level = self._warnings.level(now, is_first=attempts.failed == 0)
        if not logger.isEnabledFor(level):
            return  # finding the names of ten thousand operations takes a while
        error, attempt, names = loss.error(), attempts.failed + 1, operation_names(requests)
        logger.log(
            level,
            "%s %s in %s, for %d operation(s)%s; attempt %d, %s after %s.",
            error,
            "Reconnecting" if self._was_connected else "Connecting again",
            Duration(delay),
            len(requests),
            _in_parentheses(names),
            attempt,
            Duration(0.0 if attempts.since is None else now - attempts.since),
            "the loss" if self._was_connected else "the first attempt failed",
            extra={
                "graphql_target": self._target,
                "graphql_operation": names,
                "graphql_error": type(error).__name__,
                "graphql_delay": delay,
                "graphql_attempt": attempt,
            },
        )

    def ended(self, now: float, lost_at: Collection[float], requests: Collection[GraphQLRequest]) -> None:
        """Log that the connection is established after a failure.

        Args:
            now: the time, in seconds of the loop's clock.
            lost_at: for each subscription that was established before, the start of its gap.
            requests: the operations that wait for the connection.
        """
        if not (lost_at or self._is_reported):
            return
        self._is_reported = False
        if not logger.isEnabledFor(logging.WARNING):
            return
        names = operation_names(requests)
        fields = {"graphql_target": self._target, "graphql_operation": names}
        if lost_at:
            gap = now - min(lost_at)
            logger.warning(
                "Reconnected to %s after %s, for %d subscription(s)%s; events of up to that time are missing.",
                self._target,
                Duration(gap),
                len(lost_at),
                _in_parentheses(names),
                extra={**fields, "graphql_gap": gap},
            )
        else:
            logger.warning(
                "Connected to %s, for %d operation(s)%s.",
                self._target,
                len(requests),
                _in_parentheses(names),
                extra={**fields, "graphql_gap": 0.0},
            )


def _in_parentheses(names: str | None) -> str:
    return "" if names is None else f" ({names})"
