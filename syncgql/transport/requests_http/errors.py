"""Translates the exceptions of requests and urllib3 into those of this package."""

from __future__ import annotations

import http.client
import re
import ssl
from collections.abc import Iterator

import requests
import urllib3.exceptions as urllib3
from requests import exceptions

from ...exceptions import TransportConnectionFailed, TransportError, TransportProtocolError
from ...messages import as_sentence
from ..tls_hints import ALERT, no_tls_hint, tls_hint
from .timeouts import RequestsTimeouts

ERRORS = (requests.RequestException, urllib3.HTTPError, OSError)
"""The exceptions that requests, urllib3 and the operating system raise for a request."""

TIMEOUTS = (exceptions.Timeout, urllib3.TimeoutError, TimeoutError)
UNTRUSTED = (exceptions.SSLError, urllib3.SSLError)
UNREADABLE = (exceptions.ContentDecodingError, urllib3.DecodeError)
NOT_SENT = (
    exceptions.InvalidURL,
    exceptions.InvalidSchema,
    exceptions.MissingSchema,
    exceptions.InvalidHeader,
)

TUNNEL_REFUSED = re.compile(r"Tunnel connection failed: (\d{3})", re.ASCII)
"""The message of ``http.client`` if a proxy refuses CONNECT; the status is available only in this text."""


def translate(error: Exception, where: str, timeouts: RequestsTimeouts) -> TransportError:
    """Return the exception for *error* of a request to *where*.

    Args:
        error: one of ``ERRORS``.
        where: the URL of the request without parts that may be secret.
        timeouts: the limits of the call, whose deadline records its progress.
    """
    said = as_sentence(_error_text(error))
    sent = timeouts.deadline.sent
    if isinstance(error, TIMEOUTS) or _is_connect_timeout(error):
        # If the TLS handshake or a proxy's response to CONNECT takes too long, urllib3 raises a read timeout.
        return timeouts.error(where, is_connecting=_is_connect_timeout(error) or sent is False)
    if isinstance(error, UNTRUSTED):
        hint = no_tls_hint(error, where) or " See verify= and cert=."
        message = f"The TLS handshake with {where} failed: {said}{hint}"
        # A server that refuses the client's certificate may do so after it has received the request (TLS 1.3).
        is_refused_here = any(isinstance(reason, ssl.SSLCertVerificationError) for reason in _reasons(error))
        return TransportConnectionFailed(message, sent=False if is_refused_here else sent)
    if isinstance(error, exceptions.ProxyError):
        return TransportConnectionFailed(f"The proxy could not connect to {where}: {said} See proxies=.", sent=False)
    if isinstance(public_cause(error), urllib3.NewConnectionError):
        message = f"Could not connect to {where}: {said} Is the server running?"
        return TransportConnectionFailed(message, sent=False)
    if isinstance(error, UNREADABLE):
        rule = "the body is encoded as Content-Encoding says"
        return TransportProtocolError(f"The response from {where} cannot be decompressed: {said}", rule=rule, sent=True)
    if isinstance(error, exceptions.InvalidProxyURL):
        message = f"The URL of the proxy for {where} is malformed. See proxies=, and HTTP_PROXY and HTTPS_PROXY."
        return TransportConnectionFailed(message, sent=False)
    if isinstance(error, exceptions.InvalidSchema) and "SOCKS" in str(error):
        message = f"The proxy for {where} requires another package: pip install 'requests[socks]'."
        return TransportConnectionFailed(message, sent=False)
    if isinstance(error, NOT_SENT):
        return TransportError(f"requests could not send the request to {where}: {type(error).__name__}.", sent=False)
    if sent is False:
        message = f"Could not connect to {where}: {said}"
        return TransportConnectionFailed(message, sent=False)
    hint = tls_hint(where) if _ended_without_response(error) else ""
    message = f"The connection to {where} was lost before the response was complete: {said}{hint}"
    return TransportConnectionFailed(message, sent=sent)


def _is_connect_timeout(error: BaseException) -> bool:
    reason = public_cause(error)
    # A refused connection is a subclass of a timeout in urllib3.
    return isinstance(reason, urllib3.ConnectTimeoutError) and not isinstance(reason, urllib3.NewConnectionError)


def _ended_without_response(error: BaseException) -> bool:
    """Return whether the server closed the connection or sent a TLS alert instead of a response."""
    for reason in _reasons(error):
        if isinstance(reason, ConnectionResetError):  # includes RemoteDisconnected
            return isinstance(error, exceptions.ConnectionError)
        if isinstance(reason, http.client.BadStatusLine):
            return ALERT in repr(reason)
    return False


def public_cause(error: BaseException) -> BaseException:
    """Return the exception to chain: the innermost one, because the text of *error* has the whole URL.

    requests wraps the exceptions of urllib3, which wrap the reason for giving up.
    """
    inner = error.args[0] if error.args else None
    if isinstance(inner, urllib3.MaxRetryError):
        inner = inner.reason
    if isinstance(inner, urllib3.ProxyError):
        inner = inner.original_error
    return inner if isinstance(inner, BaseException) else error


def _reasons(error: BaseException) -> Iterator[BaseException]:
    """Yield the innermost exception, and its causes and contexts."""
    reason: BaseException | None = public_cause(error)
    while reason is not None:
        yield reason
        reason = reason.__cause__ or reason.__context__


def _error_text(error: BaseException) -> str:
    """Return the operating system's message, the HTTP status of a proxy's refusal, or the name of the exception."""
    for reason in _reasons(error):
        if isinstance(reason, OSError) and reason.strerror:
            return reason.strerror
        if status := TUNNEL_REFUSED.match(str(reason)):
            return f"HTTP {status[1]}"
    return type(public_cause(error)).__name__
