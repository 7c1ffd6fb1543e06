"""The losses that are specific to WebSocket connections, with their errors; ``recovery.loss`` has the others."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable
from typing import Any

import aiohttp

from ...exceptions import (
    TransportAuthenticationError,
    TransportConnectionFailed,
    TransportError,
    TransportProtocolError,
)
from ...messages import as_sentence
from ...protocol.close_codes import (
    CREDENTIAL_OPTIONS,
    INTERNAL_ERROR,
    NO_STATUS,
    RetryDecision,
    closed_error,
    refused_error,
)
from ..aiohttp_session.errors import translate
from ..recovery.loss import ConnectionLoss, silent, timed_out
from .options import WebSocketOptions


def refused_silently(loss: ConnectionLoss, previous: ConnectionLoss) -> ConnectionLoss:
    """Return the loss of an attempt that ended with *loss* after the previous one ended with *previous*.

    Some servers refuse credentials by closing without a code instead of acknowledging the connection. Once may be an
    accident; twice in a row counts as a refusal.
    """
    error = loss.error()
    if not (_is_silent_close(error) and _is_silent_close(previous.error())):
        return loss
    message = (
        f"{error.message} It did so twice instead of acknowledging the connection, which is how some servers refuse "
        "credentials. Check headers= and init_payload=."
    )
    return ConnectionLoss(
        functools.partial(TransportAuthenticationError, message, code=NO_STATUS), RetryDecision.WITH_NEW_CREDENTIALS
    )


def _is_silent_close(error: TransportError) -> bool:
    code = error.code if isinstance(error, TransportConnectionFailed | TransportAuthenticationError) else None
    return code == NO_STATUS


def held_up(loss: ConnectionLoss, seconds: float) -> ConnectionLoss:
    """Return the loss of a connection that was not read for *seconds* because its consumer fell behind."""
    # Servers also use the code for an internal error if their pings are not answered in time.
    decision = RetryDecision.YES if loss.code == INTERNAL_ERROR else loss.decision
    if not seconds or (loss.code is None and decision is not RetryDecision.YES):
        return loss

    def make() -> TransportError:
        error = loss.make()
        error.message += (
            f" Before, the consumer fell behind: its buffer was full for {seconds:.0f} s, and the socket was not "
            "read during that time. Some servers close such a connection. Consume faster, raise buffer_size=, or "
            'choose overflow="drop_oldest" or "raise".'
        )
        return error

    return loss._replace(make=make, decision=decision)


def closed(
    url: str, code: int, reason: str, decision: RetryDecision, options: str = CREDENTIAL_OPTIONS
) -> ConnectionLoss:
    """The peer closed the connection, or it broke (1006); *options* hold the credentials."""
    return ConnectionLoss(functools.partial(closed_error, url, code, reason, decision, options), decision, code=code)


def refused(url: str, payload: Any, decision: RetryDecision, options: str) -> ConnectionLoss:
    """The server refused the connection in a message; *options* hold the credentials."""
    return ConnectionLoss(functools.partial(refused_error, url, payload, decision, options), decision)


def unacknowledged(url: str, subprotocol: str, seconds: float) -> ConnectionLoss:
    """The server did not acknowledge the connection in time."""
    message = (
        f"{url} did not acknowledge the connection within ack_timeout, {seconds:g} s. "
        f"Is it a GraphQL server that speaks {subprotocol}?"
    )
    return timed_out(message, "ack_timeout", seconds)


def violated(error: TransportProtocolError) -> ConnectionLoss:
    """The peer violated the subprotocol."""
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
        message = (
            f"A message from {url} is larger than max_message_size, {limit} bytes. Pass a higher max_message_size=."
        )
        make = functools.partial(TransportConnectionFailed, message, code=int(error.code), reason="")
    else:
        message = f"{url} violated the WebSocket protocol: {as_sentence(error)}"
        make = functools.partial(TransportProtocolError, message, rule=str(error), code=int(error.code))
    return ConnectionLoss(make, RetryDecision.NO, error)
