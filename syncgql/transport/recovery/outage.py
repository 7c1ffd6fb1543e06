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

    def level(self, now: float) -> int:
        """Return the level for a message that is logged now."""
        if self._last is not None and now - self._last < WARNING_SECONDS:
            return logging.INFO
        self._last = now
        return logging.WARNING

    def reset(self) -> None:
        """Make the next message a warning."""
        self._last = None


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

    def failed(
        self, loss: ConnectionLoss, now: float, *, was_useful: bool = False
    ) -> tuple[ConnectionLoss, float | None]:
        """Record a connection that ended or could not be opened.

        Args:
            loss: the reason.
            now: the time, in seconds of the loop's clock.
            was_useful: whether the connection was useful.

        Returns:
            The loss, which also reports how the outage began if this was the last of several attempts; and the seconds
            to wait before the next connection, None to give up.
        """
        attempts = self.attempts
        delay = attempts.next_delay(
            loss.decision, now, was_useful=was_useful, retry_after=loss.retry_after, code=loss.code
        )
        if attempts.failed == 0:
            self._first = None
            self._warnings.reset()
        return (self.last(loss) if delay is None else loss), delay

    def last(self, loss: ConnectionLoss) -> ConnectionLoss:
        """Return the loss with which operations fail that do not wait for another attempt."""
        return given_up(loss, self._first, self.attempts.failed) if self.attempts.failed > 1 else loss

    def continues(self, loss: ConnectionLoss, delay: float, now: float, count: int) -> None:
        """Log that *count* operations wait for another connection, to be opened after *delay* seconds."""
        if self.attempts.failed == 0:
            self._first = loss
        error, attempt = loss.error(), self.attempts.failed + 1
        logger.log(
            self._warnings.level(now),
            "%s Reconnecting in %.1f s, for %d operation(s); attempt %d, %.0f s after the loss.",
            error,
            delay,
            count,
            attempt,
            self.attempts.seconds(now),
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
