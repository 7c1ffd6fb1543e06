"""upgrade: opens a WebSocket, and translates the failures to do so."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, cast

import aiohttp
from yarl import URL

from ...deadline import Deadline
from ...exceptions import (
    TransportAuthenticationError,
    TransportConnectionFailed,
    TransportServerError,
    TransportTimeout,
)
from ...messages import as_sentence, truncate
from ...protocol.http import public_url, retry_after
from ...protocol.rate_limits import is_rate_limit, rate_limited
from ...result import Response
from ..aiohttp_session.connector import ConnectionRequest, connection_request
from ..aiohttp_session.errors import translated_errors
from ..aiohttp_session.upgrade_guard import UpgradeRefused
from .handshake import Handshake
from .options import WebSocketOptions

WITHOUT_WEBSOCKET = (
    " Some servers respond in this way where they have no WebSocket; subscription_protocol= selects another protocol."
)
"""Advice for what may be a refusal of credentials or a failure, so that no other protocol is tried."""


async def upgrade(
    session: aiohttp.ClientSession,
    handshake: Handshake,
    where: str,
    options: WebSocketOptions,
    proxy: URL | None = None,
) -> aiohttp.ClientWebSocketResponse:
    """Open a WebSocket.

    Args:
        session: the session to open it with.
        handshake: the parameters of this connection.
        where: its URL without parts that may be secret, for messages.
        options: the parameters of all connections; a proxy in them takes precedence.
        proxy: the proxy from the environment; None for none.

    Raises:
        TransportTimeout: it took longer than ``connect_timeout``.
        TransportAuthenticationError: the server responded with HTTP 401 or 403.
        TransportRateLimited: the server responded with HTTP 429, or otherwise reported a rate limit.
        TransportServerError: the server responded with another status than 101. Redirects are not followed, because
            that could send credentials elsewhere.
        TransportConnectionFailed: there was no response, or it violates the WebSocket protocol.
    """
    connection_request.set(ConnectionRequest(Deadline(), is_own=True))
    try:
        with translated_errors(where):
            return await _limited(_connect(session, handshake, where, options, proxy), options.connect_timeout, where)
    except UpgradeRefused as refusal:
        raise _refusal(where, refusal.status, refusal.headers, refusal.body) from None


async def _limited(connecting: Any, seconds: float | None, where: str) -> aiohttp.ClientWebSocketResponse:
    try:
        socket: aiohttp.ClientWebSocketResponse = await asyncio.wait_for(connecting, seconds)
    except aiohttp.ClientError:
        raise  # some of aiohttp's errors are also timeouts, with their own limits
    except asyncio.TimeoutError as error:
        raise TransportTimeout(
            f"Connecting to {where} took longer than connect_timeout, {seconds or 0:g} s.",
            limit="connect_timeout",
            seconds=seconds or 0.0,
            sent=False,
        ) from error
    return socket


async def _connect(
    session: aiohttp.ClientSession, handshake: Handshake, where: str, options: WebSocketOptions, proxy: URL | None
) -> aiohttp.ClientWebSocketResponse:
    arguments: dict[str, Any] = {
        "protocols": handshake.subprotocols,
        "headers": handshake.headers,
        "origin": options.origin,
        "params": options.params,
        "proxy": options.proxy or proxy,
        "proxy_headers": options.proxy_headers,
        "ssl": options.ssl,
        "max_msg_size": options.max_message_size,
        "timeout": aiohttp.ClientWSTimeout(
            ws_receive=options.receive_timeout, ws_close=options.websocket_close_timeout
        ),
        # The connection answers pings itself, because KeepAlive counts every message.
        "autoping": False,
        # CloseHandshake answers close frames.
        "autoclose": False,
        **options.connect_args,
    }
    try:
        # The type of the socket depends on the arguments in a way that type checkers cannot follow here.
        socket: Any = await session.ws_connect(handshake.url, **arguments)
        return cast(aiohttp.ClientWebSocketResponse, socket)
    except aiohttp.ClientHttpProxyError as error:
        raise TransportConnectionFailed(
            f"The proxy refused to connect to {where}: HTTP {error.status}. See proxy= and proxy_auth=.",
            sent=False,
        ) from None  # its text contains the whole URL, which may hold credentials
    except aiohttp.WSServerHandshakeError as error:
        if error.status != 101:  # a session passed by the user lacks the middleware
            raise UpgradeRefused(error.status, error.headers or {}, "") from None
        raise TransportConnectionFailed(
            f"{where} violated the WebSocket handshake: {as_sentence(error.message)}", sent=False
        ) from None  # its text contains the whole URL, which may hold credentials


def _refusal(where: str, status: int, headers: Mapping[str, str], body: str) -> TransportServerError:
    wait = retry_after(headers)
    response = Response(status, headers, where, 0.0, wait)
    refused = f"{where} refused the WebSocket with HTTP {status}"
    said = f" It said: {as_sentence(' '.join(body.split())[:200])}" if body.strip() else ""
    if is_rate_limit(response, body, None):
        limited = f"{refused}: the server limits the rate of requests."
        return rate_limited(lambda wait: limited + wait + said, response, body, None, code=status, sent=False)
    if status in (401, 403):
        advice = "Check headers=, auth= and cookies."
        if status == 403:
            advice += WITHOUT_WEBSOCKET
    elif 300 <= status < 400:
        target = truncate(public_url(headers.get("Location", "")), 200)
        advice = f"It redirects to {target}; use that URL if it is the endpoint."
    elif wait is not None:
        advice = f"Try again in {wait:g} s."
    else:
        advice = (
            "Is this the URL of the WebSocket endpoint? If not, pass the right one to the Client as subscriptions=. "
            "Does the server send subscriptions over WebSockets rather than server-sent events, and do all proxies on "
            "the way let WebSockets pass?"
        )
        if status >= 500:
            advice += WITHOUT_WEBSOCKET
    return (TransportAuthenticationError if status in (401, 403) else TransportServerError)(
        f"{refused}. {advice}{said}", code=status, body=body, response=response, sent=False
    )
