"""Every exception that syncgql raises on purpose.

::

    SyncGQLError
    +- ClientClosed                        the client was used after close, or closed during the call
    +- SubscriptionForked                  a parent's subscription iterated in a forked child
    +- DocumentError                       found before sending: syntax, validation, a bad variable or selection
    +- TransportError                      every failure to get a GraphQL answer
       +- TransportConnectionFailed        connecting failed, or the connection was lost
       +- TransportClosed                  a bare transport used after close, or before connect
       +- TransportTimeout                 a limit ran out (also a TimeoutError)
       +- TransportCredentialsMissing      a request could not be signed: no AWS credentials, or no region
       +- TransportServerError             an HTTP answer that is no GraphQL answer
       |  +- TransportAuthenticationError  the credentials were refused
       +- TransportProtocolError           the peer broke the protocol
       +- SubscriptionOverflow             the consumer was too slow for overflow="raise"
       +- TransportQueryError              the answer has errors

Exceptions carry their data in attributes and pickle with it. A message says what was wrong, where, and what
to do; it never shows a credential, not even one that the server repeats. The server's words may hold variables.
Control characters in these words are escaped in messages; attributes hold them as received.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any

from .messages import EXCERPT_CHARACTERS, escaped, truncate
from .result import Response

__all__ = [
    "ClientClosed",
    "DocumentError",
    "SubscriptionForked",
    "SubscriptionOverflow",
    "SyncGQLError",
    "TransportAuthenticationError",
    "TransportClosed",
    "TransportConnectionFailed",
    "TransportCredentialsMissing",
    "TransportError",
    "TransportProtocolError",
    "TransportQueryError",
    "TransportServerError",
    "TransportTimeout",
]

MESSAGE_CHARACTERS = 4_000
"""How long a message may be; what a part of it is worth is decided where it is made."""


class SyncGQLError(Exception):
    """Base of every exception of this package."""

    def __init__(self, message: str = "") -> None:
        message = escaped(truncate(message, MESSAGE_CHARACTERS))
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return self.message

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.message!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        # Exception.__reduce__ calls the class with self.args, which the keyword-only data of subclasses does not fit.
        return _rebuild, (type(self), self.args, self.__dict__)


def _rebuild(cls: type[SyncGQLError], args: tuple[Any, ...], state: dict[str, Any]) -> SyncGQLError:
    error = cls.__new__(cls, *args)
    error.args = args  # OSError, below TransportTimeout, sets them in __init__ only
    error.__dict__.update(state)
    return error


def own_copy(error: Exception) -> Exception:
    """Return a copy for one of several waiters: one that is raised in several threads gathers all their tracebacks."""
    try:
        own = copy.copy(error)
    except Exception:
        return error  # not every library's exceptions can be copied
    own.__cause__ = error.__cause__
    return own


class ClientClosed(SyncGQLError):
    """The client was used after ``close()``, or it was closed while the call was waiting."""


class SubscriptionForked(SyncGQLError):
    """A subscription of the parent process was used in a forked child; subscribe anew in the child."""


class DocumentError(SyncGQLError):
    """The request is wrong and was not sent: a syntax error, an unknown field, a bad variable or selection.

    Attributes:
        path: where in the request, for example ``variables.input.tags``; None when unknown.
        line: the line in the document, from 1; None when there is no position.
        column: the column in that line, from 1; None when there is no position.
    """

    def __init__(
        self, message: str, *, path: str | None = None, line: int | None = None, column: int | None = None
    ) -> None:
        super().__init__(message)
        self.path = path
        self.line = line
        self.column = column


class TransportError(SyncGQLError):
    """Base of every failure to get a GraphQL answer."""


class TransportConnectionFailed(TransportError):
    """Connecting failed, or the connection was lost before the answer was complete.

    Attributes:
        code: the WebSocket close code; None when there was none.
        reason: the WebSocket close reason; None when there was none.
        data: what an incremental response (``@defer``, ``@stream``) had delivered until then; None for others.
    """

    def __init__(self, message: str, *, code: int | None = None, reason: str | None = None, data: Any = None) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.data = data


class TransportClosed(TransportError):
    """A transport was used after ``close()``, or before ``connect()``."""


class TransportTimeout(TransportError, TimeoutError):
    """A limit ran out; the work was cancelled on the wire.

    Attributes:
        limit: the name of the option that set it: ``execute_timeout`` of the client, ``timeout`` of the call, or
            whichever of the transport's ran out, such as ``connect_timeout`` or ``sock_read``.
        seconds: its value.
    """

    def __init__(self, message: str, *, limit: str, seconds: float) -> None:
        super().__init__(message)
        self.limit = limit
        self.seconds = seconds


class TransportCredentialsMissing(TransportError):
    """A request could not be signed and was not sent.

    Attributes:
        missing: ``credentials`` or ``region``.
    """

    def __init__(self, message: str, *, missing: str) -> None:
        super().__init__(message)
        self.missing = missing


class TransportServerError(TransportError):
    """An HTTP answer that is no GraphQL answer, or whose status says not to trust it.

    Attributes:
        code: the HTTP status; None when credentials were refused over a WebSocket without one.
        headers: the answer's headers.
        body: the first 1,000 characters of the answer.
        retry_after: seconds to wait before trying again, when the server said so.
        errors: the GraphQL errors in the body, if it held any.
        data: the GraphQL data in the body, if it held any.
        response: status, headers, url and elapsed time of this call.
    """

    def __init__(
        self,
        message: str,
        *,
        code: int | None = None,
        body: str = "",
        errors: Sequence[Mapping[str, Any]] | None = None,
        data: Mapping[str, Any] | None = None,
        response: Response | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.body = body[:EXCERPT_CHARACTERS]
        self.errors = errors
        self.data = data
        self.response = response

    @property
    def headers(self) -> Mapping[str, str]:
        """The answer's headers; empty when there was no answer."""
        return self.response.headers if self.response else {}

    @property
    def retry_after(self) -> float | None:
        """Seconds to wait before trying again, when the server said so."""
        return self.response.retry_after if self.response else None


class TransportAuthenticationError(TransportServerError):
    """The server refused the credentials: HTTP 401 or 403, or a refusal of the WebSocket connection.

    Attributes:
        code: the HTTP status or the WebSocket close code; None when there was neither.
        reason: the WebSocket close reason or the refusal's payload as text; None over HTTP.
    """

    def __init__(
        self,
        message: str,
        *,
        code: int | None = None,
        reason: str | None = None,
        body: str = "",
        errors: Sequence[Mapping[str, Any]] | None = None,
        data: Mapping[str, Any] | None = None,
        response: Response | None = None,
    ) -> None:
        super().__init__(message, code=code, body=body, errors=errors, data=data, response=response)
        self.reason = reason


class TransportProtocolError(TransportError):
    """The peer broke the protocol.

    Attributes:
        rule: the rule it broke, in one phrase.
        received: what it sent, cut to 1,000 characters.
        code: the WebSocket close code with which the connection was given up; None over HTTP.
        response: status, headers, url and elapsed time of this call; None over a WebSocket.
        data: what an incremental response (``@defer``, ``@stream``) had delivered until then; None for others.
    """

    def __init__(
        self,
        message: str,
        *,
        rule: str = "",
        received: str = "",
        code: int | None = None,
        response: Response | None = None,
        data: Any = None,
    ) -> None:
        super().__init__(message)
        self.rule = rule
        self.received = received[:EXCERPT_CHARACTERS]
        self.code = code
        self.response = response
        self.data = data


class SubscriptionOverflow(TransportError):
    """The consumer fell behind and ``overflow="raise"`` was asked for; the buffered events were delivered first.

    Attributes:
        buffered: how many events were waiting when the buffer was full.
        limit: the buffer's size, ``buffer_size``.
    """

    def __init__(self, message: str, *, buffered: int, limit: int) -> None:
        super().__init__(message)
        self.buffered = buffered
        self.limit = limit


class TransportQueryError(TransportError):
    """The server answered with errors.

    Attributes:
        errors: the server's error objects as received, unknown keys kept.
        data: partial data; None when there was none.
        extensions: the answer's extensions; None when there were none.
        response: status, headers, url and elapsed time of this call; None over a WebSocket.
    """

    def __init__(
        self,
        message: str,
        *,
        errors: Sequence[Mapping[str, Any]],
        data: Any = None,
        extensions: Mapping[str, Any] | None = None,
        response: Response | None = None,
    ) -> None:
        super().__init__(message)
        self.errors = errors
        self.data = data
        self.extensions = extensions
        self.response = response
