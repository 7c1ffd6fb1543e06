"""ReconnectPolicy, and the decisions that follow from it. Nothing here does I/O or looks at a clock.

The end of every connection has a decision: by the subprotocol's table of close codes, or by ``decision_for`` when none
came about. ``Attempts`` says whether and when the next is tried, ``is_resumed`` what becomes of each operation.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection
from dataclasses import dataclass

import aiohttp

from ...checks import check_count, check_delay
from ...exceptions import (
    TransportAuthenticationError,
    TransportClosed,
    TransportProtocolError,
    TransportRateLimited,
    TransportServerError,
)
from ...protocol.close_codes import RetryDecision
from ..tls_hints import met_no_tls

__all__ = ["ReconnectPolicy"]

SETTLED_SECONDS = 10.0
"""A connection that lived so long after its acknowledgement was a good one, even if it brought no event."""

HOPELESS = (aiohttp.ClientConnectorCertificateError, aiohttp.ServerFingerprintMismatch, aiohttp.InvalidURL)
"""Causes of a failed connection that the next attempt would meet again."""

RETRIED_STATUS = frozenset({408, 425, 429, 500, 502, 503, 504})


@dataclass(frozen=True)
class ReconnectPolicy:
    """When a lost WebSocket is opened again.

    Before attempt n, counted from 0, the wait is ``base`` seconds and a random part of up to ``base * 2**n`` seconds,
    but of no more than ``cap`` seconds; or longer, when the server asked for it with ``Retry-After``. The first
    connection is not waited for; if it fails, the second is attempt 1.

    Args:
        attempts: how many connections in a row may bring nothing before the subscriptions fail; a connection that
            brought an event, or lived for 10 s after its acknowledgement, sets the count back to 0. None for no limit.
        base: seconds of the shortest wait.
        cap: seconds of the longest random part.
        retry_codes: close codes after which to try again although they are final by default, such as 1011, which some
            servers send when one connection's handler crashed or answered a ping too late.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: an argument is negative.
    """

    attempts: int | None = 5
    base: float = 1.0
    cap: float = 30.0
    retry_codes: Collection[int] = ()

    def __post_init__(self) -> None:
        if self.attempts is not None:
            check_count("attempts", self.attempts)
        check_delay("base", self.base)
        check_delay("cap", self.cap)
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
        """Return how many seconds to wait before attempt number *attempt*, from 0.

        Args:
            attempt: the number of the attempt.
            retry_after: seconds that the server asked for.
            uniform: draws the random part.
        """
        longest = min(self.cap, self.base * 2.0 ** min(attempt, 1000))
        return max(self.base + uniform(0, longest), retry_after or 0)


def check_reconnect(reconnect: ReconnectPolicy | bool) -> ReconnectPolicy | None:
    """Return the policy that the option ``reconnect=`` stands for: True the default one, False none.

    Raises:
        TypeError: it is none of these.
    """
    if isinstance(reconnect, ReconnectPolicy):
        return reconnect
    if isinstance(reconnect, bool):
        return ReconnectPolicy() if reconnect else None
    raise TypeError(f"reconnect must be a ReconnectPolicy, True or False, not {type(reconnect).__name__}.")


class Attempts:
    """Counts the connections in a row that brought nothing, and decides about the next one.

    Args:
        policy: None to never try again.
        refreshable: whether the next connection may come with other credentials; only then a refusal is tried again,
            and only once.
    """

    def __init__(self, policy: ReconnectPolicy | None, *, refreshable: bool) -> None:
        self._policy = policy
        self._refreshable = refreshable
        self.fruitless = 0
        self._was_refused = False

    def next_delay(
        self, decision: RetryDecision, *, brought: bool, retry_after: float | None = None, code: int | None = None
    ) -> float | None:
        """Return how many seconds to wait before the next connection; None when there is to be none.

        Args:
            decision: what the end of the last one means.
            brought: whether that one was of use.
            retry_after: seconds that the server asked for.
            code: the close code, if there is one.
        """
        if brought:
            self.fruitless, self._was_refused = 0, False
        else:
            self.fruitless += 1
        policy = self._policy
        if policy is not None and code in policy.retry_codes:
            decision = RetryDecision.YES
        if policy is None or policy.attempts == 0 or decision is RetryDecision.NO:
            return None
        if decision is RetryDecision.WITH_NEW_CREDENTIALS:
            return self._delay_after_refusal(policy, retry_after)
        if policy.attempts is not None and self.fruitless >= policy.attempts:
            return None
        return policy.delay(self.fruitless, retry_after)

    def _delay_after_refusal(self, policy: ReconnectPolicy, retry_after: float | None) -> float | None:
        if self._was_refused or not self._refreshable:
            return None
        self._was_refused = True
        return policy.delay(self.fruitless, retry_after)


def decision_for(error: Exception) -> RetryDecision:
    """Return what to do after no connection came about because of *error*."""
    if isinstance(error, TransportAuthenticationError):
        return RetryDecision.WITH_NEW_CREDENTIALS
    if isinstance(error, TransportRateLimited):  # of status 403, too
        return RetryDecision.YES
    if isinstance(error, TransportServerError):
        return RetryDecision.YES if error.code in RETRIED_STATUS else RetryDecision.NO
    if isinstance(error, TransportProtocolError | TransportClosed) or _is_hopeless(error.__cause__):
        return RetryDecision.NO
    return RetryDecision.YES


def _is_hopeless(cause: BaseException | None) -> bool:
    if isinstance(cause, aiohttp.ClientConnectorSSLError):
        return met_no_tls(cause.os_error)
    return isinstance(cause, HOPELESS)


def was_of_use(*, brought: bool, acknowledged_for: float) -> bool:
    """Tell whether a connection was of use: it brought something, or lived for a while after its acknowledgement."""
    return brought or acknowledged_for >= SETTLED_SECONDS


def is_resumed(operation_type: str, *, sent: bool) -> bool:
    """Tell whether an operation goes on over the next connection.

    A subscription is sent again. A query or mutation goes on only if it was not sent yet: it may have run.
    """
    return operation_type == "subscription" or not sent
