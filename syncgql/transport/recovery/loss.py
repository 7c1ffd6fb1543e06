"""ConnectionLoss: why a connection ended and whether the next one may succeed, for any kind of connection."""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable
from typing import NamedTuple

import aiohttp

from ...exceptions import (
    TransportAuthenticationError,
    TransportClosed,
    TransportConnectionFailed,
    TransportError,
    TransportProtocolError,
    TransportRateLimited,
    TransportServerError,
    TransportTimeout,
)
from ...messages import Duration
from ...protocol.close_codes import RetryDecision
from ..tls_hints import met_no_tls

PERMANENT = (aiohttp.ClientConnectorCertificateError, aiohttp.ServerFingerprintMismatch, aiohttp.InvalidURL)
"""Causes of a failed connection with which the next attempt would fail as well."""

RETRIED_STATUS = frozenset({408, 425, 429, 500, 502, 503, 504})


class ConnectionLoss(NamedTuple):
    """Why a connection ended, and whether another one may succeed.

    Each caller receives its own exception, because the traceback of an exception grows whenever it is raised.

    Attributes:
        make: a function that creates the error.
        decision: whether another connection may succeed.
        cause: the cause of the error.
        retry_after: the seconds that the server asked to wait.
        code: the close code, if the peer closed the connection or it broke.
        silent_for: the seconds between the last sign of life and the loss, in which events may be missing.
    """

    make: Callable[[], TransportError]
    decision: RetryDecision
    cause: BaseException | None = None
    retry_after: float | None = None
    code: int | None = None
    silent_for: float = 0.0

    def error(self) -> TransportError:
        """Return a new error for this loss."""
        error = self.make()
        error.__cause__ = self.cause
        return error


class ConnectFailed(Exception):
    """No connection was established. For internal use; callers receive the error of the loss."""

    def __init__(self, loss: ConnectionLoss) -> None:
        super().__init__(loss)
        self.loss = loss


def decision_for(error: Exception) -> RetryDecision:
    """Return whether to try again after a connection failed to open because of *error*."""
    if isinstance(error, TransportAuthenticationError):
        return RetryDecision.WITH_NEW_CREDENTIALS
    if isinstance(error, TransportRateLimited):  # including those with status 403
        return RetryDecision.YES
    if isinstance(error, TransportServerError):
        return RetryDecision.YES if error.code in RETRIED_STATUS else RetryDecision.NO
    if isinstance(error, TransportProtocolError | TransportClosed) or is_permanent(error.__cause__):
        return RetryDecision.NO
    return RetryDecision.YES


def not_opened(error: TransportError, decision: RetryDecision) -> ConnectionLoss:
    """A connection could not be opened."""
    retry_after = error.retry_after if isinstance(error, TransportServerError) else None
    return ConnectionLoss(functools.partial(copy.copy, error), decision, error.__cause__, retry_after)


def failed(error: TransportError) -> ConnectionLoss:
    """A connection could not be opened, or ended, because of *error*."""
    return not_opened(error, decision_for(error))


def not_prepared(url: str, error: Exception) -> ConnectionLoss:
    """The headers or the payload for a connection could not be computed."""
    if isinstance(error, TransportError):
        return not_opened(error, RetryDecision.NO)
    # The text of the error is omitted, because it may contain a secret; the cause has it.
    message = (
        f"Could not prepare a connection to {url}: {type(error).__name__} was raised, probably by a function that was "
        "passed for headers or a payload."
    )
    return ConnectionLoss(functools.partial(TransportConnectionFailed, message), RetryDecision.YES, error)


def silent(
    url: str, limit: str, seconds: float, *, silent_for: float, cause: BaseException | None = None
) -> ConnectionLoss:
    """Nothing was received for *silent_for* seconds; *limit* is the option that sets the limit."""
    message = f"{url} sent nothing within {limit}, {Duration(seconds)}; the connection was closed."
    return timed_out(message, limit, seconds, cause)._replace(silent_for=silent_for)


def left(url: str) -> ConnectionLoss:
    """This side closed the connection."""
    message = f"The connection to {url} was closed."
    return ConnectionLoss(functools.partial(TransportConnectionFailed, message), RetryDecision.NO)


def timed_out(message: str, limit: str, seconds: float, cause: BaseException | None = None) -> ConnectionLoss:
    """A limit expired; the next connection may be faster."""
    make = functools.partial(TransportTimeout, message, limit=limit, seconds=seconds)
    return ConnectionLoss(make, RetryDecision.YES, cause)


def advised(loss: ConnectionLoss, advice: str) -> ConnectionLoss:
    """Return a loss whose error ends with *advice*."""

    def make() -> TransportError:
        error = loss.make()
        error.message += f" {advice}"
        return error

    return loss._replace(make=make)


def given_up(loss: ConnectionLoss, first: ConnectionLoss | None, attempts: int) -> ConnectionLoss:
    """The last attempt ended with *loss*; *first* says how the outage began, if operations ran then."""

    def make() -> TransportError:
        error = loss.make()
        error.attempts = attempts
        error.message += f" Giving up after {attempts} attempt{'s' if attempts > 1 else ''}."
        origin = first.make() if first is not None else None
        if origin is not None:
            error.message += f" The connection was first lost because: {origin.message}"
        if isinstance(error, TransportConnectionFailed) and isinstance(origin, TransportConnectionFailed):
            error.code = origin.code if error.code is None else error.code
            error.reason = origin.reason if error.reason is None else error.reason
        return error

    return loss._replace(make=make)


def is_permanent(cause: BaseException | None) -> bool:
    """Return whether the cause of a failed connection would make the next attempt fail as well."""
    if isinstance(cause, aiohttp.ClientConnectorSSLError):
        return met_no_tls(cause.os_error)
    return isinstance(cause, PERMANENT)
