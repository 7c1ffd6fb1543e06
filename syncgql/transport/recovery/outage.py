"""Outage: the time from the loss of a connection to the next one, with its log messages and errors.

``Attempts`` decides how long to wait and when to give up. An outage records how it began, for the error that ends it.
It logs a warning for the loss, one per minute while it lasts, and one when the connection is re-established.
"""

from __future__ import annotations

import logging
from collections.abc import Collection

from .attempts import Attempts
from .loss import ConnectionLoss, given_up

logger = logging.getLogger(__name__)

WARNING_SECONDS = 60.0
"""Seconds between two warnings. By default, an outage has an attempt at least every 31 s for ten minutes."""


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
        return (self.last(loss) if delay is None else loss), delay

    def last(self, loss: ConnectionLoss) -> ConnectionLoss:
        """Return the loss with which operations fail that do not wait for another attempt."""
        return given_up(loss, self._first, self.attempts.failed) if self.attempts.failed > 1 else loss

    def continues(self, loss: ConnectionLoss, delay: float, now: float, count: int) -> None:
        """Log that *count* operations wait for another connection, to be opened after *delay* seconds."""
        attempts = self.attempts
        if attempts.failed == 0:
            self._first = loss
        error, attempt = loss.error(), attempts.failed + 1
        logger.log(
            self._warnings.level(now, is_first=attempts.failed == 0),
            "%s %s in %.1f s, for %d operation(s); attempt %d, %.0f s after %s.",
            error,
            "Reconnecting" if self._was_connected else "Connecting again",
            delay,
            count,
            attempt,
            0.0 if attempts.since is None else now - attempts.since,
            "the loss" if self._was_connected else "the first attempt failed",
            extra={
                "graphql_target": self._target,
                "graphql_error": type(error).__name__,
                "graphql_delay": delay,
                "graphql_attempt": attempt,
            },
        )

    def ended(self, now: float, lost_at: Collection[float]) -> None:
        """Log that the connection is re-established; *lost_at* has the times at which its subscriptions were lost."""
        if lost_at:
            gap = now - min(lost_at)
            logger.warning(
                "Reconnected to %s after %.1f s, for %d subscription(s); events during that time are missing.",
                self._target,
                gap,
                len(lost_at),
                extra={"graphql_target": self._target, "graphql_gap": gap},
            )
