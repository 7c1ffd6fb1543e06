"""ConnectionEnd: why and how one connection ends. The first loss counts, and the socket is closed once.

Each way in which a WebSocket connection can end is a method, which records a ``ConnectionLoss``.
"""

from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import Callable
from typing import Any

import aiohttp

from ...exceptions import (
    TransportAuthenticationError,
    TransportConnectionFailed,
    TransportError,
    TransportProtocolError,
)
from ...messages import Duration, as_sentence, truncate
from ...protocol.close_codes import (
    ABNORMAL,
    INTERNAL_ERROR,
    NO_STATUS,
    PING_TIMEOUT,
    RetryDecision,
    closed_error,
    refused_error,
)
from ...protocol.graphql_errors import as_text
from ...protocol.masking import Mask
from ...protocol.websocket import WebSocketProtocol
from ...protocol.websocket_events import Refused
from ..aiohttp_session.errors import translate
from ..background import in_background
from ..recovery.loss import ConnectionLoss, left, silent, timed_out
from .back_pressure import BackPressure
from .close_handshake import ABORT_SECONDS, CloseHandshake, ignore_lost_connection
from .options import WebSocketOptions
from .silences import Silences

logger = logging.getLogger(__name__)

MAX_WARNINGS = 10
"""The number of complaints of one server that are logged as warnings; a server may send any number."""


class ConnectionEnd:
    """The end of one connection.

    Args:
        url: the endpoint, for messages.
        socket: the socket.
        protocol: the subprotocol on it.
        options: the limits.
        mask: hides credentials in text from the server.
        pressure: the pauses during which the socket was not read.
        reader: the task that reads the socket. Its end is the end of the socket, unless this side closes it.
        on_lost: called when the connection is lost, and again when it is closed afterwards.
        on_closed: called when the socket is closed.

    Attributes:
        loss: the reason why the connection ended; None while it is open.
        is_closing: whether this side has begun to close the socket.
        handshake: the close handshake of the socket.
    """

    def __init__(
        self,
        url: str,
        socket: aiohttp.ClientWebSocketResponse,
        protocol: WebSocketProtocol,
        options: WebSocketOptions,
        mask: Mask,
        pressure: BackPressure,
        reader: asyncio.Task[None],
        *,
        on_lost: Callable[[ConnectionLoss], object],
        on_closed: Callable[[], object],
    ) -> None:
        self.loss: ConnectionLoss | None = None
        self.handshake = CloseHandshake(socket, options.websocket_close_timeout)
        self._url = url
        self._protocol = protocol
        self._options = options
        self._mask = mask
        self._pressure = pressure
        self._on_lost = on_lost
        self._on_closed = on_closed
        self._complaint = ""
        self._complaints = 0
        self._closing: asyncio.Task[None] | None = None
        self._reader = reader
        reader.add_done_callback(self._reader_done)

    @property
    def is_closing(self) -> bool:
        return self._closing is not None

    def lose(self, loss: ConnectionLoss) -> None:
        """Record why the connection ended, unless an earlier reason is known."""
        if self.loss is None:
            if (since := self._pressure.behind_since) is not None:
                behind_for = asyncio.get_running_loop().time() - since
                loss = loss._replace(silent_for=max(loss.silent_for, behind_for))
            self.loss = loss
        self._on_lost(self.loss)

    def complained(self, payload: Any) -> None:
        """Log an error that the server reported. It becomes the reason of a close frame that has none."""
        self._complaints += 1
        level = logging.WARNING if self._complaints <= MAX_WARNINGS else logging.DEBUG
        text = as_text(self._mask.value(payload))
        self._complaint = truncate(text)
        logger.log(level, "%s reported an error: %s", self._url, truncate(text, 200))

    def received(self, message: aiohttp.WSMessage, silences: Silences) -> None:
        """End the connection with the last message of its socket; *silences* are the earlier silences of the socket."""
        if message.type is aiohttp.WSMsgType.ERROR:
            self._broke(message.data)
            return
        code, reason = ABNORMAL, ""
        if message.type is aiohttp.WSMsgType.CLOSE:
            code, reason = message.data or NO_STATUS, self._mask.text(message.extra or "")
        decision = self._protocol.decision(code, reason, complained=bool(self._complaint))
        # The server waited for a response during the silence, so events may be missing from its beginning.
        silent_for = silences.longest_since() if (code, reason) == PING_TIMEOUT else 0.0
        options = self._protocol.CREDENTIAL_OPTIONS
        make = functools.partial(closed_error, self._url, code, reason or self._complaint, decision, options)
        self.lose(_held_up(ConnectionLoss(make, decision, code=code, silent_for=silent_for), self._pressure.held_up))

    def refused(self, event: Refused) -> None:
        """End a connection that the server refused in a message."""
        payload, options = self._mask.value(event.payload), self._protocol.CREDENTIAL_OPTIONS
        make = functools.partial(refused_error, self._url, payload, event.decision, options)
        self.lose(ConnectionLoss(make, event.decision))
        self.close_soon()

    def unacknowledged(self) -> TransportError:
        """End a connection that the server did not acknowledge within ``ack_timeout``; return the error."""
        seconds = self._options.ack_timeout or 0.0
        message = (
            f"{self._url} did not acknowledge the connection within ack_timeout, {Duration(seconds)}. "
            f"Is it a GraphQL server that speaks {self._protocol.NAME}?"
        )
        loss = timed_out(message, "ack_timeout", seconds)
        self.lose(loss)
        self.close_soon(4504, "Connection acknowledgement timeout")
        return loss.error()

    def failed(self, error: Exception) -> None:
        """End a connection whose reader raised an exception."""
        if isinstance(error, TransportProtocolError):
            self._mask.error(error)
            make = functools.partial(
                TransportProtocolError, error.message, rule=error.rule, received=error.received, code=error.code
            )
            self.lose(ConnectionLoss(make, RetryDecision.NO, error.__cause__))
            self.close_soon(error.code or 1002, error.rule)
        else:
            self._broke(error)
            self.abort()

    def silent(self, limit: str, seconds: float, silent_for: float) -> None:
        """End a connection whose peer sent nothing for too long."""
        self.lose(silent(self._url, limit, seconds, silent_for=silent_for))
        self.abort()

    async def close(self, code: int, reason: str) -> None:
        """Close the socket and wait for the server's close frame, for at most ``close_timeout``."""
        await asyncio.shield(self._begin_to_close(code, reason, self._options.close_timeout))

    def close_soon(self, code: int = 1000, reason: str = "") -> None:
        """Start to close the socket, without waiting."""
        self._begin_to_close(code, reason, self._options.close_timeout)

    async def cut(self) -> None:
        """Close the socket without waiting for the server any longer."""
        closing = self._begin_to_close(1000, "", ABORT_SECONDS)
        self.handshake.cut()
        await asyncio.shield(closing)

    def abort(self) -> None:
        """Close a socket whose peer is considered dead."""
        self._begin_to_close(4499, "Terminated", ABORT_SECONDS)

    def _broke(self, error: Exception) -> None:
        self.lose(_held_up(_broken(self._url, error, self._options), self._pressure.held_up))

    def _begin_to_close(self, code: int, reason: str, limit: float | None) -> asyncio.Task[None]:
        if self._closing is None:
            self._closing = in_background(self._close(code, reason, limit))
            self._closing.add_done_callback(lambda _: self._on_closed())
        return self._closing

    async def _close(self, code: int, reason: str, limit: float | None) -> None:
        messages = self._protocol.close()
        self.lose(left(self._url))
        await self.handshake.perform(code, reason, messages=messages, seconds=limit, reader=self._reader)
        await self._reader
        await ignore_lost_connection(self.handshake.answer())

    def _reader_done(self, reader: asyncio.Task[None]) -> None:
        if self._closing is None:
            self._on_closed()


def _held_up(loss: ConnectionLoss, seconds: float) -> ConnectionLoss:
    """Return the loss of a connection that was not read for *seconds* because its consumer fell behind."""
    # Servers also use the code for an internal error if their pings are not answered in time.
    decision = RetryDecision.YES if loss.code == INTERNAL_ERROR else loss.decision
    if not seconds or (loss.code is None and decision is not RetryDecision.YES):
        return loss

    def make() -> TransportError:
        error = loss.make()
        error.message += (
            f" The consumer had fallen behind: its buffer was full for {Duration(seconds)}, and the socket was not "
            "read during that time. Some servers close such a connection. Consume faster, raise buffer_size=, or "
            'choose overflow="drop_oldest" or "raise".'
        )
        return error

    return loss._replace(make=make, decision=decision)


def _broken(url: str, error: Exception, options: WebSocketOptions) -> ConnectionLoss:
    """Reading failed."""
    if isinstance(error, aiohttp.WebSocketError):
        return _bad_frame(url, error, options.max_message_size)
    if isinstance(error, asyncio.TimeoutError):
        seconds = options.receive_timeout or 0.0
        return silent(url, "receive_timeout", seconds, silent_for=seconds, cause=error)
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
