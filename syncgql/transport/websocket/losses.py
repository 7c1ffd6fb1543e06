"""ConnectionLoss: why a WebSocket connection ended. Every way in which one can end is here, with its error."""

from __future__ import annotations

import asyncio
import copy
import functools
from collections.abc import Callable
from typing import Any, NamedTuple

import aiohttp

from ...exceptions import (
    TransportAuthenticationError,
    TransportConnectionFailed,
    TransportError,
    TransportProtocolError,
    TransportServerError,
    TransportTimeout,
)
from ...messages import as_sentence
from ...protocol.close_codes import INTERNAL_ERROR, NO_STATUS, RetryDecision, closed_error, refused_error
from ..aiohttp_session.errors import translate
from .options import WebSocketOptions


class ConnectionLoss(NamedTuple):
    """Why a connection ended, and whether another one may do better.

    Every waiter gets an exception of its own, because one that is raised twice grows its traceback.

    Attributes:
        make: makes the error.
        decision: whether another connection may do better.
        cause: the error's cause.
        retry_after: seconds that the server asked to wait.
        code: the close code, if the peer closed the connection or it broke.
    """

    make: Callable[[], TransportError]
    decision: RetryDecision
    cause: BaseException | None = None
    retry_after: float | None = None
    code: int | None = None

    def error(self) -> TransportError:
        error = self.make()
        error.__cause__ = self.cause
        return error


class ConnectFailed(Exception):
    """No connection came about. Between who opens sockets and who asked for one; users see the loss's error."""

    def __init__(self, loss: ConnectionLoss) -> None:
        super().__init__(loss)
        self.loss = loss


def not_opened(error: TransportError, decision: RetryDecision) -> ConnectionLoss:
    """A socket could not be opened."""
    retry_after = error.retry_after if isinstance(error, TransportServerError) else None
    return ConnectionLoss(functools.partial(copy.copy, error), decision, error.__cause__, retry_after)


def unprepared(url: str, error: Exception) -> ConnectionLoss:
    """What a connection is opened with could not be made."""
    if isinstance(error, TransportError):
        return not_opened(error, RetryDecision.NO)
    # Without the error's text, which may hold a secret; that is in the cause.
    message = (
        f"No connection to {url} could be prepared: {type(error).__name__} was raised, as a rule by a function that "
        "was given for headers or a payload."
    )
    return ConnectionLoss(functools.partial(TransportConnectionFailed, message), RetryDecision.YES, error)


def refused_silently(loss: ConnectionLoss, previous: ConnectionLoss) -> ConnectionLoss:
    """Return what to make of an attempt that ended with *loss* after one that ended with *previous*.

    Some servers refuse credentials by closing without a code in place of the acknowledgement. Once that may be an
    accident; twice in a row it counts as a refusal.
    """
    error = loss.error()
    if not (_is_silent_close(error) and _is_silent_close(previous.error())):
        return loss
    message = (
        f"{error.message} It did so twice in place of an acknowledgement, which is how some servers refuse "
        "credentials. Check headers= and init_payload=."
    )
    return ConnectionLoss(
        functools.partial(TransportAuthenticationError, message, code=NO_STATUS), RetryDecision.WITH_NEW_CREDENTIALS
    )


def _is_silent_close(error: TransportError) -> bool:
    code = error.code if isinstance(error, TransportConnectionFailed | TransportAuthenticationError) else None
    return code == NO_STATUS


def given_up(loss: ConnectionLoss, first: ConnectionLoss | None, attempts: int) -> ConnectionLoss:
    """The last of several attempts ended with *loss*; *first* is how the connection before them was lost, if any."""

    def make() -> TransportError:
        error = loss.make()
        error.message += f" That was attempt {attempts}, and there is to be no other."
        origin = first.make() if first is not None else None
        if origin is not None:
            error.message += f" It began so: {origin.message}"
        if isinstance(error, TransportConnectionFailed) and isinstance(origin, TransportConnectionFailed):
            error.code = origin.code if error.code is None else error.code
            error.reason = origin.reason if error.reason is None else error.reason
        return error

    return loss._replace(make=make)


def held_up(loss: ConnectionLoss, seconds: float) -> ConnectionLoss:
    """Return what to make of a loss after the consumer had kept the socket from being read for so many seconds."""
    # The code for an internal error is also what a server gives when its pings are not answered in time.
    decision = RetryDecision.YES if loss.code == INTERNAL_ERROR else loss.decision
    if not seconds or (loss.code is None and decision is not RetryDecision.YES):
        return loss

    def make() -> TransportError:
        error = loss.make()
        error.message += (
            f" Before, the consumer had fallen behind: its buffer was full for {seconds:.0f} s, and the socket was not "
            "read meanwhile, for which some servers cut a connection. Consume faster, raise buffer_size=, or choose "
            'overflow="drop_oldest" or "raise".'
        )
        return error

    return loss._replace(make=make, decision=decision)


def left(url: str) -> ConnectionLoss:
    """The connection was closed from this side."""
    return ConnectionLoss(
        functools.partial(TransportConnectionFailed, f"The connection to {url} was closed."), RetryDecision.NO
    )


def closed(url: str, code: int, reason: str, decision: RetryDecision) -> ConnectionLoss:
    """The peer closed the connection, or it broke (1006)."""
    return ConnectionLoss(functools.partial(closed_error, url, code, reason, decision), decision, code=code)


def refused(url: str, payload: Any, decision: RetryDecision) -> ConnectionLoss:
    """The server refused the connection in a message."""
    return ConnectionLoss(functools.partial(refused_error, url, payload, decision), decision)


def unacknowledged(url: str, subprotocol: str, seconds: float) -> ConnectionLoss:
    """There was no acknowledgement."""
    message = (
        f"{url} did not acknowledge the connection within ack_timeout, {seconds:g} s. "
        f"Is it a GraphQL server that speaks {subprotocol}?"
    )
    return _timeout(message, "ack_timeout", seconds, None)


def silent(url: str, limit: str, seconds: float, cause: BaseException | None = None) -> ConnectionLoss:
    """Nothing came from the peer for too long."""
    message = f"{url} gave no sign of life within {limit}, {seconds:g} s; the connection was given up."
    return _timeout(message, limit, seconds, cause)


def violated(error: TransportProtocolError) -> ConnectionLoss:
    """The peer broke the subprotocol."""
    make = functools.partial(
        TransportProtocolError, error.message, rule=error.rule, received=error.received, code=error.code
    )
    return ConnectionLoss(make, RetryDecision.NO, error.__cause__)


def broken(url: str, error: Exception, options: WebSocketOptions) -> ConnectionLoss:
    """Reading failed."""
    if isinstance(error, aiohttp.WebSocketError):
        return _bad_frame(url, error, options.max_message_size)
    if isinstance(error, asyncio.TimeoutError):
        return silent(url, "receive_timeout", options.receive_timeout or 0.0, error)
    return ConnectionLoss(functools.partial(translate, error, url, is_new=False), RetryDecision.YES, error)


def _bad_frame(url: str, error: aiohttp.WebSocketError, limit: int) -> ConnectionLoss:
    make: Callable[[], TransportError]
    if error.code == aiohttp.WSCloseCode.MESSAGE_TOO_BIG:
        message = f"A message from {url} is bigger than max_message_size, {limit} bytes. Give it a higher value?"
        make = functools.partial(TransportConnectionFailed, message, code=int(error.code), reason="")
    else:
        message = f"{url} broke the WebSocket protocol: {as_sentence(error)}"
        make = functools.partial(TransportProtocolError, message, rule=str(error), code=int(error.code))
    return ConnectionLoss(make, RetryDecision.NO, error)


def _timeout(message: str, limit: str, seconds: float, cause: BaseException | None) -> ConnectionLoss:
    return ConnectionLoss(
        functools.partial(TransportTimeout, message, limit=limit, seconds=seconds), RetryDecision.YES, cause
    )
