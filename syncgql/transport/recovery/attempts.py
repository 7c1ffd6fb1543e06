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

    @property
    def suffice_for_first(self) -> bool:
        """Whether callers that wait for their first connection should stop waiting."""
        limit = None if self._policy is None else self._policy.attempts
        return self.failed >= (FIRST_ATTEMPTS if limit is None else limit)
