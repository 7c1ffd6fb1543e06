"""ReconnectPolicy: whether, when and for how long to reconnect. This module does no I/O and reads no clock."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection
from dataclasses import dataclass

from ...checks import check_count, check_delay
from ...option_errors import suggests_arguments

__all__ = ["ReconnectPolicy"]

HOW_TO_RECONNECT = (
    "pass reconnect=True to the AIOHTTPWebsocketsTransport, or other transport for subscriptions, that you created; if "
    "you created none, to the client"
)
"""Advice: the client cannot change a transport that was passed to it."""


@suggests_arguments()
@dataclass(frozen=True)
class ReconnectPolicy:
    """When to reconnect a lost connection.

    Before attempt n, counted from 0, the client waits ``base`` seconds plus a random time of up to ``base * 2**n``
    seconds, which is capped at ``cap`` seconds. It waits longer if the server sends a longer ``Retry-After``. The first
    connection is opened without a wait; if it fails, the next one is attempt 1.

    Args:
        attempts: the number of consecutive connections that may fail before the subscriptions fail. A connection that
            delivered an event, or stayed open for 10 s after its acknowledgement, resets the count. 0 never reconnects.
            None, the default, means no limit for established subscriptions, and 5 for the first connection of a call.
        base: the shortest wait, in seconds; 1 by default.
        cap: the longest random part of a wait, in seconds; 30 by default.
        retry_codes: further close codes after which to reconnect, such as 1011, which some servers send if the handler
            of one connection crashed or answered a ping too late.
        give_up_after: the maximum number of seconds between the loss and the beginning of an attempt, after which the
            subscriptions fail; 600 by default, None for no limit.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: an argument is negative.
    """

    attempts: int | None = None
    base: float = 1.0
    cap: float = 30.0
    retry_codes: Collection[int] = ()
    give_up_after: float | None = 600.0

    def __post_init__(self) -> None:
        if self.attempts is not None:
            check_count("attempts", self.attempts)
        check_delay("base", self.base)
        check_delay("cap", self.cap)
        if self.give_up_after is not None:
            check_delay("give_up_after", self.give_up_after)
        codes = self.retry_codes
        if not isinstance(codes, Collection) or not all(type(code) is int for code in codes):
            raise TypeError(f"retry_codes must be a collection of whole numbers, not {codes!r}.")
        object.__setattr__(self, "retry_codes", frozenset(codes))  # so that the policy is hashable

    def delay(
        self,
        attempt: int,
        retry_after: float | None = None,
        uniform: Callable[[float, float], float] = random.uniform,
    ) -> float:
        """Return the seconds to wait before an attempt.

        Args:
            attempt: the number of the attempt, counted from 0.
            retry_after: the seconds that the server asked to wait.
            uniform: a function that draws the random part.
        """
        longest = min(self.cap, self.base * 2.0 ** min(attempt, 1000))
        return max(self.base + uniform(0, longest), retry_after or 0)


def check_reconnect(reconnect: ReconnectPolicy | bool) -> ReconnectPolicy | None:
    """Return the policy for the option ``reconnect=``: the default policy for True, None for False.

    Raises:
        TypeError: it is neither a policy nor a bool.
    """
    if isinstance(reconnect, ReconnectPolicy):
        return reconnect
    if isinstance(reconnect, bool):
        return ReconnectPolicy() if reconnect else None
    raise TypeError(f"reconnect must be a ReconnectPolicy, True or False, not {type(reconnect).__name__}.")
