"""Hints for a URL whose scheme does not fit the port: https to a port without TLS, or http to a port with TLS."""

from __future__ import annotations

import ssl

# OpenSSL's reasons, depending on its release, if the response to a handshake is not a TLS record.
NO_TLS = frozenset({"WRONG_VERSION_NUMBER", "UNKNOWN_PROTOCOL", "PACKET_LENGTH_TOO_LONG", "RECORD_LAYER_FAILURE"})

ALERT = repr(b"\x15\x03")[2:-1]
"""The first bytes of a TLS alert, as libraries quote them in error messages."""


def met_no_tls(error: BaseException) -> bool:
    """Return whether *error* is a failed handshake with a server that does not speak TLS."""
    reason: BaseException | None = error
    while reason is not None and not isinstance(reason, ssl.SSLError):
        reason = reason.__cause__ or reason.__context__
    return reason is not None and reason.reason in NO_TLS


def no_tls_hint(error: BaseException, where: str, name: str = "the URL") -> str:
    """Return the hint for a failed handshake with *where*; empty unless the server does not speak TLS.

    Args:
        error: the exception.
        where: the URL.
        name: the caller's name for that URL.
    """
    if not met_no_tls(error):
        return ""
    return f" The server does not speak TLS; if it speaks plain HTTP, {name} begins with {_other(where)}."


def tls_hint(where: str) -> str:
    """Return the hint for a new connection that *where* closed without a response; empty if it used TLS."""
    if not where.startswith(("http://", "ws://")):
        return ""
    return f" If that port expects TLS, the URL begins with {_other(where)}."


def _other(where: str) -> str:
    # The URL of a WebSocket may have been passed with an HTTP scheme.
    other = {"https": "http://", "wss": "http:// or ws://", "http": "https://", "ws": "https:// or wss://"}
    return other.get(where.partition(":")[0], "http://")
