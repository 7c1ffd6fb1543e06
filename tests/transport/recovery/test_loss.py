"""ConnectionLoss: the decision after a connection failed to open."""

from __future__ import annotations

import ssl
from typing import Any

import aiohttp
import pytest

from syncgql import (
    TransportAuthenticationError,
    TransportClosed,
    TransportConnectionFailed,
    TransportProtocolError,
    TransportServerError,
    TransportTimeout,
)
from syncgql.protocol.close_codes import RetryDecision
from syncgql.transport.recovery.loss import decision_for, silent

RETRY, FATAL, REFUSED = RetryDecision.YES, RetryDecision.NO, RetryDecision.WITH_NEW_CREDENTIALS


def caused(cause: Exception) -> TransportConnectionFailed:
    error = TransportConnectionFailed("no")
    error.__cause__ = cause
    return error


def bad_handshake(reason: str) -> aiohttp.ClientConnectorSSLError:
    error = ssl.SSLError(1, reason)
    error.reason = reason
    no_key: Any = None
    return aiohttp.ClientConnectorSSLError(no_key, error)


@pytest.mark.parametrize(
    ("error", "decision"),
    [
        (TransportConnectionFailed("refused"), RETRY),
        (TransportTimeout("late", limit="ack_timeout", seconds=1), RETRY),
        (TransportProtocolError("bad", code=4400), FATAL),
        (TransportAuthenticationError("who", code=4403), REFUSED),
        (TransportAuthenticationError("who", code=401), REFUSED),
        (TransportServerError("later", code=503), RETRY),
        (TransportServerError("slow down", code=429), RETRY),
        (TransportServerError("not here", code=404), FATAL),
        (TransportServerError("elsewhere", code=302), FATAL),
        (TransportClosed("closed"), FATAL),
        (caused(aiohttp.InvalidURL("x")), FATAL),
        (caused(aiohttp.ServerFingerprintMismatch(b"a", b"b", "host", 1)), FATAL),
        (caused(ConnectionResetError()), RETRY),
        (caused(bad_handshake("WRONG_VERSION_NUMBER")), FATAL),
        (caused(bad_handshake("TLSV1_ALERT_INTERNAL_ERROR")), RETRY),
        (RuntimeError("a provider failed"), RETRY),
    ],
    ids=repr,
)
def test_verdict(error: Exception, decision: RetryDecision) -> None:
    """Each failed connection is retried, final, or a refusal."""
    assert decision_for(error) is decision


def test_a_silent_peer_was_lost_before_that_was_noticed() -> None:
    """The loss has the seconds of silence, the error those of the limit."""
    loss = silent("ws://host", "heartbeat", 3, silent_for=9)
    error = loss.error()
    assert isinstance(error, TransportTimeout)
    assert (loss.silent_for, error.seconds) == (9, 3)
