"""WebSocket close codes: what they mean to a GraphQL client, and whether to try again."""

from __future__ import annotations

import enum
import json
from typing import Any, NamedTuple

from ..exceptions import TransportAuthenticationError, TransportConnectionFailed, TransportError
from ..wording import sentence, shortened

NORMAL = 1000
NO_STATUS = 1005
ABNORMAL = 1006
INTERNAL_ERROR = 1011


class Verdict(enum.Enum):
    """What to do after a connection was closed."""

    RETRY = "retry"
    FATAL = "fatal"
    REFUSED = "refused"


class CloseCode(NamedTuple):
    meaning: str
    verdict: Verdict


CLOSE_CODES: dict[int, CloseCode] = {
    1000: CloseCode("normal closure, although operations were running", Verdict.RETRY),
    1001: CloseCode("the server is going away", Verdict.RETRY),
    1002: CloseCode("protocol error", Verdict.FATAL),
    1003: CloseCode("the server does not accept this kind of data", Verdict.FATAL),
    1005: CloseCode("the server gave no reason", Verdict.RETRY),
    1006: CloseCode("the connection broke without a closing handshake", Verdict.RETRY),
    1007: CloseCode("a message was not valid UTF-8", Verdict.FATAL),
    1008: CloseCode("policy violation, as a rule the credentials", Verdict.REFUSED),
    1009: CloseCode("a message was too big", Verdict.FATAL),
    1010: CloseCode("a WebSocket extension is missing", Verdict.FATAL),
    1011: CloseCode("internal error of the server", Verdict.FATAL),
    1012: CloseCode("the server restarts", Verdict.RETRY),
    1013: CloseCode("the server is overloaded, try again later", Verdict.RETRY),
    1014: CloseCode("bad gateway", Verdict.RETRY),
    3000: CloseCode("unauthorized", Verdict.REFUSED),
    3003: CloseCode("forbidden", Verdict.REFUSED),
    4004: CloseCode("a bad response was received", Verdict.FATAL),
    4005: CloseCode("internal error of the client", Verdict.FATAL),
    4400: CloseCode("the server could not read a message; with many servers, a syntax error", Verdict.FATAL),
    4401: CloseCode("unauthorized", Verdict.REFUSED),
    4403: CloseCode("forbidden", Verdict.REFUSED),
    4406: CloseCode("the subprotocol is not acceptable to the server", Verdict.FATAL),
    4408: CloseCode("the server did not get connection_init in time", Verdict.RETRY),
    4409: CloseCode("an operation with this id is already active", Verdict.FATAL),
    4429: CloseCode("connection_init was sent twice", Verdict.FATAL),
    4499: CloseCode("the connection was given up as dead", Verdict.RETRY),
    4500: CloseCode("internal error of the server; with some servers, a syntax error", Verdict.FATAL),
    4504: CloseCode("connection_ack was not received in time", Verdict.RETRY),
}


def close_code(code: int) -> CloseCode:
    """Return what *code* means: from the table, or by its range (RFC 6455, section 7.4.2)."""
    if code in CLOSE_CODES:
        return CLOSE_CODES[code]
    if 3000 <= code <= 4999:
        return CloseCode("a code of the server's own", Verdict.RETRY)
    return CloseCode("a reserved code", Verdict.FATAL)


def closed_error(url: str, code: int, reason: str, verdict: Verdict) -> TransportError:
    """Return the error for a connection that the peer closed, with code, meaning and reason."""
    said = f" It said: {sentence(reason)}" if reason else ""
    meaning = close_code(code).meaning
    if verdict is Verdict.REFUSED:
        meaning = "closed before the acknowledgement" if code == NORMAL else meaning
        return TransportAuthenticationError(
            f"{url} refused the connection: close code {code}, {meaning}.{said} Check headers=, auth= and "
            "init_payload=.",
            code=code,
            reason=reason,
        )
    return TransportConnectionFailed(
        f"{url} closed the connection: close code {code}, {meaning}.{said}", code=code, reason=reason
    )


def refused_error(url: str, payload: Any, verdict: Verdict = Verdict.REFUSED) -> TransportError:
    """Return the error for a connection that the server refused in a message, which holds *payload*."""
    said = payload.get("message", payload) if isinstance(payload, dict) else payload
    text = said if isinstance(said, str) else "no reason" if said is None else _as_text(said)
    message = f"{url} refused the connection: {sentence(shortened(text, 200))}"
    if verdict is not Verdict.REFUSED:
        return TransportConnectionFailed(message, reason=text[:1000])
    errors = payload.get("errors") if isinstance(payload, dict) else None
    return TransportAuthenticationError(
        f"{message} Check headers=, auth= and init_payload=.",
        reason=text[:1000],
        errors=errors if isinstance(errors, list) else None,
    )


def _as_text(value: Any) -> str:
    # Not with our codec, which refuses what the server may well have sent, such as 1e999.
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    except RecursionError:
        return "something deeply nested"
