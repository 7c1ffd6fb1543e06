"""Attempts: counts failed connections and decides whether and when to try again, without I/O or a clock."""

from __future__ import annotations

from ...protocol.close_codes import RetryDecision
from .policy import ReconnectPolicy

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
    """

    def __init__(self, policy: ReconnectPolicy | None, *, refreshable: bool) -> None:
        self._policy = policy
        self._refreshable = refreshable
        self.failed = 0
        self._since: float | None = None
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
            self.failed, self._since, self._was_refused = 0, now, False
        else:
            self.failed += 1
            self._since = now if self._since is None else self._since
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
        is_late = policy.give_up_after is not None and self.seconds(now) + delay > policy.give_up_after
        return None if is_late else delay

    def seconds(self, now: float) -> float:
        """Return the seconds for which there has been no useful connection."""
        return 0.0 if self._since is None else now - self._since

    @property
    def suffice_for_first(self) -> bool:
        """Whether callers that wait for their first connection should stop waiting."""
        limit = None if self._policy is None else self._policy.attempts
        return self.failed >= (FIRST_ATTEMPTS if limit is None else limit)


def was_useful(*, has_delivered: bool, acknowledged_for: float) -> bool:
    """Return whether a connection was useful: it delivered something, or stayed open for long enough.

    Args:
        has_delivered: whether the server responded to an operation on it.
        acknowledged_for: the seconds since its acknowledgement; negative if there was none.
    """
    return has_delivered or acknowledged_for >= SETTLED_SECONDS


def is_resumed(operation_type: str, *, sent: bool) -> bool:
    """Return whether an operation continues on the next connection.

    A subscription is resent. A query or mutation continues only if it has not been sent, because it may have run.
    """
    return operation_type == "subscription" or not sent
