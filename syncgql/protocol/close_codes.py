"""WebSocket close codes: their meaning for a GraphQL client, and whether to reconnect.

Follows https://www.rfc-editor.org/rfc/rfc6455#section-7.4, the IANA registry
(https://www.iana.org/assignments/websocket/) and, from 4400 on, PROTOCOL.md of the graphql-ws library.
"""

from __future__ import annotations

import enum
from typing import Any, NamedTuple

from ..exceptions import TransportAuthenticationError, TransportConnectionFailed, TransportError
from ..messages import as_sentence, truncate
from ..result import ABSENT, ExecutionResult
from .graphql_errors import as_text, read_errors
from .rate_limits import rate_limited, says_throttled

NORMAL = 1000
NO_STATUS = 1005
ABNORMAL = 1006
INTERNAL_ERROR = 1011

PING_TIMEOUT = (INTERNAL_ERROR, "keepalive ping timeout")
"""The close code and the reason of uvicorn and the websockets library for a client that did not answer a ping."""


CREDENTIAL_OPTIONS = "headers=, auth= and init_payload="
"""The options that contain credentials in most transports, for advice."""


class RetryDecision(enum.Enum):
    """Whether to reconnect after a connection was closed."""

    YES = "retry"
    NO = "fatal"
    WITH_NEW_CREDENTIALS = "refused"


class CloseCode(NamedTuple):
    meaning: str
    decision: RetryDecision


class CloseCodes(dict[int, CloseCode]):
    """The meanings of close codes. A code without an entry has the meaning of its range (RFC 6455, section 7.4.2)."""

    def __missing__(self, code: int) -> CloseCode:
        if 3000 <= code <= 4999:
            return CloseCode("an application-specific code", RetryDecision.YES)
        return CloseCode("a reserved code", RetryDecision.NO)


CLOSE_CODES = CloseCodes(
    {
        1000: CloseCode("normal closure, although operations were running", RetryDecision.YES),
        1001: CloseCode("the server is going away", RetryDecision.YES),
        1002: CloseCode("protocol error", RetryDecision.NO),
        1003: CloseCode("the server does not accept this kind of data", RetryDecision.NO),
        1005: CloseCode("the server gave no reason", RetryDecision.YES),
        1006: CloseCode("the connection broke without a close handshake", RetryDecision.YES),
        1007: CloseCode("a message was not valid UTF-8", RetryDecision.NO),
        1008: CloseCode("policy violation, usually because of the credentials", RetryDecision.WITH_NEW_CREDENTIALS),
        1009: CloseCode("a message was too big", RetryDecision.NO),
        1010: CloseCode("a WebSocket extension is missing", RetryDecision.NO),
        1011: CloseCode("internal error of the server", RetryDecision.NO),
        1012: CloseCode("the server restarts", RetryDecision.YES),
        1013: CloseCode("the server is overloaded, try again later", RetryDecision.YES),
        1014: CloseCode("bad gateway", RetryDecision.YES),
        3000: CloseCode("unauthorized", RetryDecision.WITH_NEW_CREDENTIALS),
        3003: CloseCode("forbidden", RetryDecision.WITH_NEW_CREDENTIALS),
        4004: CloseCode("a bad response was received", RetryDecision.NO),
        4005: CloseCode("internal error of the client", RetryDecision.NO),
        4400: CloseCode("the server could not read a message; with many servers, a syntax error", RetryDecision.NO),
        4401: CloseCode("unauthorized", RetryDecision.WITH_NEW_CREDENTIALS),
        4403: CloseCode("forbidden", RetryDecision.WITH_NEW_CREDENTIALS),
        4406: CloseCode("the subprotocol is not acceptable to the server", RetryDecision.NO),
        4408: CloseCode("the server did not get connection_init in time", RetryDecision.YES),
        4409: CloseCode("an operation with this id is already active", RetryDecision.NO),
        4429: CloseCode("connection_init was sent twice", RetryDecision.NO),
        4499: CloseCode("the connection was given up as dead", RetryDecision.YES),
        4500: CloseCode("internal error of the server; with some servers, a syntax error", RetryDecision.NO),
        4504: CloseCode("connection_ack was not received in time", RetryDecision.YES),
    }
)


def closed_error(
    url: str, code: int, reason: str, decision: RetryDecision, options: str = CREDENTIAL_OPTIONS
) -> TransportError:
    """Return the error for a connection that the peer closed, with the code, its meaning and the reason."""
    said = f" It said: {as_sentence(reason)}" if reason else ""
    meaning = "no response to a ping" if (code, reason) == PING_TIMEOUT else CLOSE_CODES[code].meaning
    if decision is RetryDecision.WITH_NEW_CREDENTIALS:
        meaning = "closed before the acknowledgement" if code == NORMAL else meaning
        return TransportAuthenticationError(
            f"{url} refused the connection: close code {code}, {meaning}.{said} Check {options}.",
            code=code,
            reason=reason,
        )
    return TransportConnectionFailed(
        f"{url} closed the connection: close code {code}, {meaning}.{said}", code=code, reason=reason
    )


def refused_error(
    url: str,
    payload: Any,
    decision: RetryDecision = RetryDecision.WITH_NEW_CREDENTIALS,
    options: str = CREDENTIAL_OPTIONS,
) -> TransportError:
    """Return the error for a connection that the server refused with a message that contains *payload*."""
    said = payload.get("message", payload) if isinstance(payload, dict) else payload
    text = "no reason" if said is None else as_text(said)
    message = f"{url} refused the connection: {as_sentence(truncate(text, 200))}"
    errors = read_errors(payload["errors"]) if isinstance(payload, dict) and "errors" in payload else []
    if says_throttled(errors):
        result = ExecutionResult(ABSENT, errors)
        return rate_limited(lambda wait: message + wait, None, text, result, code=None, sent=False)
    if decision is not RetryDecision.WITH_NEW_CREDENTIALS:
        return TransportConnectionFailed(message, reason=text[:1000])
    return TransportAuthenticationError(
        f"{message} Check {options}.",
        reason=text[:1000],
        errors=errors or None,
    )
