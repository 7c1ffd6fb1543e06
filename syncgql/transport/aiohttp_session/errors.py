"""Translates the exceptions of aiohttp and the loop into those of this package."""

from __future__ import annotations

import asyncio

import aiohttp
from multidict import CIMultiDict
from yarl import URL

from ...deadline import Deadline
from ...exceptions import (
    TransportConnectionFailed,
    TransportError,
    TransportProtocolError,
    TransportServerError,
    TransportTimeout,
)
from ...messages import Duration, as_sentence
from ...protocol.http import public_url, retry_after
from ...result import Response
from ..options.tls import missing_bundle
from ..tls_hints import ALERT, no_tls_hint, tls_hint

# In Python 3.10, asyncio's TimeoutError is not the built-in one.
AIOHTTP_ERRORS = (aiohttp.ClientError, asyncio.TimeoutError, OSError)

ENDED = (aiohttp.ServerDisconnectedError, ConnectionResetError, aiohttp.ClientOSError)
"""Raised if a connection ends before a response begins."""

NOT_SENT = (
    aiohttp.ClientConnectorError,  # names, refused connections, TLS, proxies
    aiohttp.ClientConnectorCertificateError,
    aiohttp.ClientHttpProxyError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.InvalidURL,
    aiohttp.NonHttpUrlClientError,
    aiohttp.ServerFingerprintMismatch,
)
"""Raised while there is no connection, so that nothing of the request was sent."""


def public_cause(error: BaseException) -> BaseException | None:
    """Return the exception to chain: *error*, or its cause if its text contains the whole URL or parts of the body."""
    if isinstance(error, aiohttp.ClientResponseError):
        return None  # its cause also quotes the response
    if isinstance(error.__cause__, TransportError):
        return error.__cause__.__cause__
    tells_too_much = (
        aiohttp.ConnectionTimeoutError,
        aiohttp.InvalidURL,
        aiohttp.NonHttpUrlClientError,
        aiohttp.ServerDisconnectedError,
    )
    is_about_writing = type(error) is aiohttp.ClientOSError and error.__cause__ is not None
    return error.__cause__ if isinstance(error, tells_too_much) or is_about_writing else error


def translate(
    error: Exception,
    url: str,
    timeout: aiohttp.ClientTimeout | None = None,
    elapsed: float = 0.0,
    *,
    is_new: bool = True,
    sent: bool | None = None,
    deadline: Deadline | None = None,
) -> TransportError:
    """Return the exception of this package for *error*; its ``sent`` is False if there was no connection.

    Args:
        error: the exception of aiohttp or the loop.
        url: the URL of the request; the message omits the parts that may be secret.
        timeout: the limits of the request.
        elapsed: the seconds since the request began, which identify the limit that expired.
        is_new: whether the connection had not carried a request before.
        sent: whether the server received the request, if there was a connection.
        deadline: the deadline of the call, in which the progress of the request is recorded.
    """
    where = public_url(url)
    if isinstance(error.__cause__, TransportError):  # an upload failed while aiohttp wrote it
        return error.__cause__
    if isinstance(error, NOT_SENT):
        sent = False
    elif sent is None and deadline is not None:
        sent = deadline.sent
    if isinstance(error, asyncio.TimeoutError):
        return _timeout(error, where, timeout or aiohttp.ClientTimeout(), elapsed, sent, deadline)
    if isinstance(error, aiohttp.ClientResponseError):
        return _bad_response(error, where, elapsed, sent)
    if isinstance(error, aiohttp.ClientPayloadError):
        return _bad_payload(error, where)
    had_connection = isinstance(error, ENDED) and not isinstance(error, aiohttp.ClientConnectorError)
    hint = tls_hint(where) if is_new and had_connection else ""
    return TransportConnectionFailed(_connection_lost(error, where, sent) + hint, sent=sent)


def _connection_lost(error: Exception, where: str, sent: bool | None) -> str:
    proxy = _proxy(error, where)
    peer = f"the proxy {proxy} for {where}" if proxy else where
    if sent is False and isinstance(error, ENDED) and not isinstance(error, aiohttp.ClientConnectorError):
        return f"The proxy for {where} closed the connection without a response."
    match error:
        case aiohttp.ClientConnectorCertificateError():
            why = getattr(error.certificate_error, "verify_message", "") or error.certificate_error
            missing = missing_bundle("SSL_CERT_FILE") if error.args[0].ssl is True else ""
            return f"The certificate of {peer} is not trusted: {as_sentence(why)} {missing or 'See ssl=.'}"
        case aiohttp.ServerFingerprintMismatch():
            return f"{where} presented a certificate that does not have the fingerprint given as ssl=."
        case aiohttp.ClientConnectorDNSError():
            return f"The host name of {peer} was not found: {as_sentence(error.os_error)}"
        case aiohttp.ClientConnectorSSLError():
            why = error.os_error
            hint = no_tls_hint(why, "https://", "proxy=") if proxy else no_tls_hint(why, where)
            return f"The TLS handshake with {peer} failed: {as_sentence(why)}{hint}"
        case aiohttp.ClientConnectorError():
            advice = "" if proxy else " Is the server running?"
            return f"Could not connect to {peer}: {as_sentence(error.os_error)}{advice}"
        case aiohttp.InvalidURL() | aiohttp.NonHttpUrlClientError():
            return f"{where} is not a URL that can be reached."
        case aiohttp.ServerDisconnectedError():
            return f"{where} closed the connection before it responded."
    # The text of the exception is omitted, because it may contain the whole URL.
    why = getattr(error, "strerror", None) or type(error).__name__
    return f"The connection to {where} was lost before the response was complete: {as_sentence(why)}"


def _proxy(error: Exception, where: str) -> str:
    """Return the host and port of the proxy if the connection to a proxy failed; otherwise an empty string.

    If a name was not found or TLS failed, aiohttp raises the same exception as without a proxy, but names the host.
    """
    if not isinstance(error, aiohttp.ClientConnectorError):
        return ""
    target = URL(where)
    is_target = not target.absolute or (error.host, error.port) == (target.raw_host, target.port)
    if is_target and not isinstance(error, aiohttp.ClientProxyConnectionError):
        return ""
    host = f"[{error.host}]" if ":" in error.host else error.host
    return f"{host}:{error.port}"


def _bad_payload(error: aiohttp.ClientPayloadError, where: str) -> TransportError:
    cause = error.__cause__
    if isinstance(cause, aiohttp.http_exceptions.ContentEncodingError):
        message = f"The response from {where} cannot be read: its body is not compressed as Content-Encoding says."
        return TransportProtocolError(message, rule="the body is compressed as Content-Encoding says", sent=True)
    if isinstance(cause, aiohttp.http_exceptions.TransferEncodingError) and "Not enough data" not in str(cause):
        why = "it is not chunked as HTTP says"
    else:
        why = "the connection was closed before its end"
    return TransportConnectionFailed(f"The response from {where} is incomplete: {why}.", sent=True)


def _bad_response(error: aiohttp.ClientResponseError, where: str, elapsed: float, sent: bool | None) -> TransportError:
    if isinstance(error, aiohttp.ClientHttpProxyError):
        headers = CIMultiDict(error.headers or {})
        response = Response(error.status, headers, where, elapsed, retry_after(headers))
        advice = " Put a user name and a password into the URL of proxy=." if error.status == 407 else ""
        said = f"HTTP {error.status} {error.message}"
        return TransportServerError(
            f"The proxy refused to connect to {where}: {as_sentence(said)}{advice}",
            code=error.status,
            response=response,
            sent=False,
        )
    # The status is that of aiohttp's parser; the text after the colon quotes the response.
    why = error.message.partition(":")[0].strip()
    if why.startswith("Can not decode content-encoding"):  # a ContentEncodingError, raised before there is a body
        message = f"The response from {where} cannot be read: its body is compressed in a way that was not requested."
        return TransportProtocolError(message, rule="the body is compressed in a way that was requested")
    if ALERT in error.message:
        # The server speaks TLS and could not read the request.
        return TransportConnectionFailed(f"{where} responded with a TLS alert.{tls_hint(where)}", sent=False)
    peer = f"The proxy for {where}" if sent is False else where  # only a proxy can respond before there is a connection
    return TransportConnectionFailed(
        f"{peer} responded with something that is not HTTP, or is beyond the limits for headers: {why}. "
        "(The limits are max_line_size, max_field_size and max_headers in client_session_args.)",
        sent=sent is not False,
    )


def _timeout(
    error: Exception,
    where: str,
    timeout: aiohttp.ClientTimeout,
    elapsed: float,
    sent: bool | None,
    deadline: Deadline | None,
) -> TransportTimeout:
    limit, seconds = _limit(error, timeout, elapsed)
    if deadline is not None and deadline.queue is not None and deadline.queue.is_waiting:
        what = f"the call to {where} {deadline.queue}; it was not sent"
        message = f"{limit} expired after {Duration(seconds)}: {what}. Pass timeout= with a higher {limit}."
        return TransportTimeout(message, limit=limit, seconds=seconds, sent=sent)
    what = {
        "connect": "there was no connection to",
        "sock_connect": "could not connect to",
        "sock_read": "nothing was received from",
    }.get(limit, "there was no complete response from")
    return TransportTimeout(
        f"{limit} expired after {Duration(seconds)}: {what} {where}. Pass timeout= with a higher {limit}.",
        limit=limit,
        seconds=seconds,
        sent=sent,
    )


def _limit(error: Exception, timeout: aiohttp.ClientTimeout, elapsed: float) -> tuple[str, float]:
    """Return the name and the seconds of the aiohttp limit that expired."""
    if isinstance(error, aiohttp.SocketTimeoutError):
        return "sock_read", timeout.sock_read or 0.0
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        # Both limits raise the same exception; connect includes the wait for a free connection.
        if timeout.connect is not None and (timeout.sock_connect is None or elapsed >= timeout.connect):
            return "connect", timeout.connect
        return "sock_connect", timeout.sock_connect or 0.0
    return "total", timeout.total or 0.0
