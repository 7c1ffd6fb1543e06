"""Hints for a URL whose scheme does not fit the port: TLS to where there is none, and none to where there is."""

from __future__ import annotations

import ssl

# What OpenSSL says, depending on its release, when the answer to a handshake is no TLS record.
NO_TLS = frozenset({"WRONG_VERSION_NUMBER", "UNKNOWN_PROTOCOL", "PACKET_LENGTH_TOO_LONG", "RECORD_LAYER_FAILURE"})

ALERT = repr(b"\x15\x03")[2:-1]
"""How the first bytes of a TLS alert look where a library quotes them."""


def met_no_tls(error: BaseException) -> bool:
    """Tell whether *error* is a failed handshake with what does not speak TLS."""
    reason: BaseException | None = error
    while reason is not None and not isinstance(reason, ssl.SSLError):
        reason = reason.__cause__ or reason.__context__
    return reason is not None and reason.reason in NO_TLS


def no_tls_hint(error: BaseException, where: str, name: str = "the URL") -> str:
    """Return what to say of a failed handshake with *where*: empty, unless the other side does not speak TLS.

    Args:
        error: what was raised.
        where: the URL that was called.
        name: what the caller knows that URL as.
    """
    if not met_no_tls(error):
        return ""
    return f" What answers there does not speak TLS; is it plain HTTP, so that {name} begins with {_other(where)}?"


def tls_hint(where: str) -> str:
    """Return what to say when *where* ended a new connection without an answer: empty, unless that had no TLS."""
    if not where.startswith(("http://", "ws://")):
        return ""
    return f" If that port expects TLS, the URL begins with {_other(where)}."


def _other(where: str) -> str:
    # The URL of a WebSocket may have been given with the scheme of HTTP.
    other = {"https": "http://", "wss": "http:// or ws://", "http": "https://", "ws": "https:// or wss://"}
    return other.get(where.partition(":")[0], "http://")
