"""The exceptions of this package.

::

    SyncGQLError
    +- ClientClosed                        the client was used after close(), or closed during the call
    +- SubscriptionForked                  a subscription of the parent process was used in a forked child
    +- DocumentError                       the request is wrong and was not sent: syntax, variables, selections
    +- ResultError                         the data does not have the requested type
    +- TransportError                      every failure to get a GraphQL response
       +- TransportConnectionFailed        connecting failed, or the connection was lost
       +- TransportClosed                  a transport was used after close(), or before connect()
       +- TransportTimeout                 a time limit expired (also a TimeoutError)
       +- TransportCredentialsMissing      a request could not be signed: no AWS credentials, or no region
       +- TransportServerError             the HTTP response is not a GraphQL response
       |  +- TransportAuthenticationError  the server refused the credentials
       |  +- TransportRateLimited          the server received too many requests
       +- TransportProtocolsRefused        the server supports none of the protocols for subscriptions
       +- TransportProtocolError           the server violated the protocol
       +- SubscriptionOverflow             the consumer was too slow for overflow="raise"
       +- TransportQueryError              the response contains errors

The data of an exception is in its attributes, which are pickled. A message says what is wrong, where, and what to do.
It contains no credentials, not even those that a server repeats. Text from a server may contain the values of
variables. Its control characters are escaped in messages, but not in attributes.
"""

from __future__ import annotations

import copy
import copyreg
from collections.abc import Mapping, Sequence
from typing import Any

from .messages import EXCERPT_CHARACTERS, escaped, truncate
from .pickling import picklable_cause
from .result import Response

__all__ = [
    "ClientClosed",
    "DocumentError",
    "ResultError",
    "SubscriptionForked",
    "SubscriptionOverflow",
    "SyncGQLError",
    "TransportAuthenticationError",
    "TransportClosed",
    "TransportConnectionFailed",
    "TransportCredentialsMissing",
    "TransportError",
    "TransportProtocolError",
    "TransportProtocolsRefused",
    "TransportQueryError",
    "TransportRateLimited",
    "TransportServerError",
    "TransportTimeout",
]

MESSAGE_CHARACTERS = 4_000
"""The maximum length of a message. The code that creates a message limits its parts."""


class SyncGQLError(Exception):
    """Base class of all exceptions of this package."""

    def __init__(self, message: str = "") -> None:
        message = escaped(truncate(message, MESSAGE_CHARACTERS))
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return self.message

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.message!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        if type(self) in copyreg.dispatch_table:
            self._keep_picklable_causes()
        # Exception.__reduce__ calls the class with self.args, which lacks the keyword-only arguments of subclasses.
        return _rebuild, (type(self), self.args, self.__dict__)

    def _keep_picklable_causes(self) -> None:
        """Replace causes that cannot be pickled.

        Pickle itself drops causes. tblib (https://github.com/ionelmc/python-tblib), which Dask installs, registers a
        function for each class of exceptions: it calls ``__reduce__`` and then pickles the causes that it finds.
        """
        suppressed = self.__suppress_context__  # an assignment to __cause__ sets it
        cause, context = self.__cause__, self.__context__
        self.__cause__ = picklable_cause(cause)
        self.__context__ = self.__cause__ if context is cause else picklable_cause(context)
        self.__suppress_context__ = suppressed


def _rebuild(cls: type[SyncGQLError], args: tuple[Any, ...], state: dict[str, Any]) -> SyncGQLError:
    error = cls.__new__(cls, *args)
    error.args = args  # OSError, a base of TransportTimeout, sets them in __init__ only
    error.__dict__.update(state)
    return error


def own_copy(error: Exception) -> Exception:
    """Return a copy for one of several waiting callers; their tracebacks would be mixed in a shared exception."""
    try:
        own = copy.copy(error)
    except Exception:
        return error  # the exceptions of some libraries cannot be copied
    own.__cause__ = error.__cause__
    return own


class ClientClosed(SyncGQLError):
    """The client was used after ``close()``, or closed while the call was waiting."""


class SubscriptionForked(SyncGQLError):
    """A subscription of the parent process was used in a forked child; subscribe again in the child."""


class DocumentError(SyncGQLError):
    """The request is wrong and was not sent: a syntax error, an unknown field, a bad variable or selection.

    Attributes:
        path: the place in the request, for example ``variables.input.tags``; None if unknown.
        line: the line in the document, counted from 1; None if the error has no position.
        column: the column in that line, counted from 1; None if the error has no position.
    """

    def __init__(
        self, message: str, *, path: str | None = None, line: int | None = None, column: int | None = None
    ) -> None:
        super().__init__(message)
        self.path = path
        self.line = line
        self.column = column


class ResultError(SyncGQLError):
    """The data of a response does not have the type that a ``TypedRequest`` requests.

    Attributes:
        path: the place in the data, for example ``("books", 0, "title")``; empty for the data itself.
        expected: what was expected there, for example ``str``.
    """

    def __init__(self, message: str, *, path: tuple[str | int, ...] = (), expected: str = "") -> None:
        super().__init__(message)
        self.path = path
        self.expected = expected


def _codes(errors: Sequence[Mapping[str, Any]] | None) -> tuple[str, ...]:
    members = [error.get("extensions") for error in errors or () if isinstance(error, Mapping)]
    codes = [each.get("code") for each in members if isinstance(each, Mapping)]
    # A code may be a number, and several errors may have the same code.
    return tuple(dict.fromkeys(str(code) for code in codes if isinstance(code, str | int)))


class TransportError(SyncGQLError):
    """Base class of all failures to get a GraphQL response.

    Attributes:
        sent: whether the server received the request. False if it certainly did not, so that sending it again is safe
            even for a mutation; True if it did; None if that is unknown.
        attempts: the number of times that the request was tried.
    """

    def __init__(self, message: str = "", *, sent: bool | None = None) -> None:
        super().__init__(message)
        self.sent = sent
        self.attempts = 1

    @property
    def codes(self) -> tuple[str, ...]:
        """The ``extensions.code`` values of the GraphQL errors, without duplicates; empty if there are none."""
        return ()


class TransportConnectionFailed(TransportError):
    """Connecting failed, or the connection was lost before the response was complete.

    Attributes:
        code: the WebSocket close code; None if there was none.
        reason: the WebSocket close reason; None if there was none.
        data: the data of a response to ``@defer`` or ``@stream`` that had arrived; None for other responses.
    """

    def __init__(
        self,
        message: str,
        *,
        code: int | None = None,
        reason: str | None = None,
        data: Any = None,
        sent: bool | None = None,
    ) -> None:
        super().__init__(message, sent=sent)
        self.code = code
        self.reason = reason
        self.data = data


class TransportClosed(TransportError):
    """A transport was used after ``close()``, or before ``connect()``."""


class TransportTimeout(TransportError, TimeoutError):
    """A time limit expired, and the request was cancelled.

    Attributes:
        limit: the name of the option that sets the limit: ``timeout`` of the client or the call, ``execute_timeout``,
            or an option of the transport, such as ``connect_timeout`` or ``sock_read``.
        seconds: the value of that option, in seconds.
    """

    def __init__(self, message: str, *, limit: str, seconds: float, sent: bool | None = None) -> None:
        super().__init__(message, sent=sent)
        self.limit = limit
        self.seconds = seconds


class TransportProtocolsRefused(TransportError):
    """The server supports none of the subscription protocols that were tried, and has not started the operation.

    Attributes:
        reasons: the error of each protocol that was tried, in the order of the attempts. The subprotocols of a
            WebSocket are tried together: ``"graphql-transport-ws, graphql-ws"``.
    """

    def __init__(self, message: str, *, reasons: Mapping[str, TransportError], sent: bool | None = None) -> None:
        super().__init__(message, sent=sent)
        self.reasons = reasons


class TransportCredentialsMissing(TransportError):
    """A request could not be signed and was not sent.

    Attributes:
        missing: ``credentials`` or ``region``.
    """

    def __init__(self, message: str, *, missing: str) -> None:
        super().__init__(message, sent=False)
        self.missing = missing


class TransportServerError(TransportError):
    """The HTTP response is not a GraphQL response, or its status is an error.

    Attributes:
        code: the HTTP status; None if the server refused the credentials over a WebSocket without a close code.
        headers: the headers of the response; empty if there was no response.
        body: the first 1,000 characters of the response.
        retry_after: the seconds to wait before a retry, from ``Retry-After``; None if the server did not say.
        errors: the GraphQL errors in the body; None if there were none.
        data: the GraphQL data in the body; None if there was none.
        response: the status, headers, URL and elapsed time of this call; None if there was no response.
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
        sent: bool | None = True,
    ) -> None:
        super().__init__(message, sent=sent)
        self.code = code
        self.body = body[:EXCERPT_CHARACTERS]
        self.errors = errors
        self.data = data
        self.response = response

    @property
    def codes(self) -> tuple[str, ...]:
        return _codes(self.errors)

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers of the response; empty if there was no response."""
        return self.response.headers if self.response else {}

    @property
    def retry_after(self) -> float | None:
        """The seconds to wait before a retry; None if the server did not say."""
        return self.response.retry_after if self.response else None


class TransportAuthenticationError(TransportServerError):
    """The server refused the credentials, with HTTP status 401 or 403 or by refusing the WebSocket connection.

    A 403 that limits the rate of requests raises ``TransportRateLimited`` instead.

    Attributes:
        code: the HTTP status or the WebSocket close code; None if there was neither.
        reason: the WebSocket close reason, or the payload of the refusal as text; None over HTTP.
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
        sent: bool | None = True,
    ) -> None:
        super().__init__(message, code=code, body=body, errors=errors, data=data, response=response, sent=sent)
        self.reason = reason


class TransportRateLimited(TransportServerError):
    """The server did not execute the request because it received too many requests, or too expensive ones.

    Raised for HTTP status 429, for 403 with ``Retry-After`` or with a used-up quota, and for GraphQL errors that report
    a rate limit, with any status. It is safe to send the request again later, even if it is a mutation. Also raised,
    with ``sent`` False, if the client's own ``RateLimit`` would make the call wait beyond its time limit.

    Attributes:
        retry_after: the seconds to wait before a retry, sent by the server or computed from its figures; None if
            unknown.
        limit: the number of requests, or points of cost, that the quota allows; None if unknown.
        remaining: the number of requests or points that are left; None if unknown.
        reset_at: the time at which the quota is full again, in seconds since the epoch as in ``time.time()``; None if
            unknown.
        extensions: the extensions of the GraphQL response; None if there were none.
    """

    def __init__(
        self,
        message: str,
        *,
        retry_after: float | None = None,
        limit: float | None = None,
        remaining: float | None = None,
        reset_at: float | None = None,
        extensions: Mapping[str, Any] | None = None,
        code: int | None = None,
        body: str = "",
        errors: Sequence[Mapping[str, Any]] | None = None,
        data: Mapping[str, Any] | None = None,
        response: Response | None = None,
        sent: bool | None = True,
    ) -> None:
        super().__init__(message, code=code, body=body, errors=errors, data=data, response=response, sent=sent)
        self._retry_after = retry_after
        self.limit = limit
        self.remaining = remaining
        self.reset_at = reset_at
        self.extensions = extensions

    @property
    def retry_after(self) -> float | None:
        return super().retry_after if self._retry_after is None else self._retry_after


class TransportProtocolError(TransportError):
    """The server violated the protocol.

    Attributes:
        rule: the rule that the server violated, in one phrase.
        received: the first 1,000 characters that violate it.
        code: the WebSocket close code with which the client closed the connection; None over HTTP.
        response: the status, headers, URL and elapsed time of this call; None over a WebSocket.
        data: the data of a response to ``@defer`` or ``@stream`` that had arrived; None for other responses.
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
        sent: bool | None = True,
    ) -> None:
        super().__init__(message, sent=sent)
        self.rule = rule
        self.received = received[:EXCERPT_CHARACTERS]
        self.code = code
        self.response = response
        self.data = data


class SubscriptionOverflow(TransportError):
    """The consumer of a subscription with ``overflow="raise"`` fell behind; raised after the buffered events.

    Attributes:
        buffered: the number of events in the buffer when it was full.
        limit: the size of the buffer, ``buffer_size``, in events.
    """

    def __init__(self, message: str, *, buffered: int, limit: int) -> None:
        super().__init__(message, sent=True)
        self.buffered = buffered
        self.limit = limit


class TransportQueryError(TransportError):
    """The response contains errors.

    Attributes:
        errors: the error objects as received, including unknown keys.
        data: the partial data; None if there was none.
        extensions: the extensions of the response; None if there were none.
        response: the status, headers, URL and elapsed time of this call; None over a WebSocket.
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
        super().__init__(message, sent=True)
        self.errors = errors
        self.data = data
        self.extensions = extensions
        self.response = response

    @property
    def codes(self) -> tuple[str, ...]:
        return _codes(self.errors)
