"""WebSocketConnector: opens connections that are ready for operations, and translates the failures to do so."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Any, cast

import aiohttp
from yarl import URL

from ...deadline import Deadline
from ...exceptions import (
    TransportAuthenticationError,
    TransportConnectionFailed,
    TransportError,
    TransportServerError,
    TransportTimeout,
)
from ...messages import Duration, as_sentence, truncate
from ...protocol.close_codes import RetryDecision
from ...protocol.http import public_url, retry_after
from ...protocol.protocol_refusal import UNACCEPTABLE
from ...protocol.quotation import quotation
from ...protocol.rate_limits import is_rate_limit, rate_limited
from ...protocol.websocket_events import Acknowledged, Pinged, Ponged
from ...result import Response
from ..aiohttp_session.connector import ConnectionRequest, connection_request
from ..aiohttp_session.errors import AIOHTTP_ERRORS, public_cause, translate
from ..aiohttp_session.upgrade_guard import UpgradeRefused
from ..recovery.loss import ConnectFailed, decision_for, not_opened
from .close_handshake import CloseHandshake
from .connection import Listener, WebSocketConnection
from .handshake import Dialect, Handshake
from .options import WebSocketOptions

PROTOCOL_ERROR = 1002

OR_WRONG_PATH = (
    " Or the path may be wrong, for example without a slash at the end: unlike queries, WebSockets do not follow "
    "redirects."
)
"""Advice for 403, with which ASGI servers refuse a WebSocket for which there is no route."""

ITS_OWN_HEADERS = (
    " No Authorization was sent; a transport passed as subscriptions= or transport= sends its own headers=, not those "
    "of the client."
)
"""Advice for an upgrade without credentials, for example because they were passed only to the client."""

WITHOUT_WEBSOCKET = (
    " Some servers respond in this way where they have no WebSocket; subscription_protocol= selects another protocol."
)
"""Advice for what may be a refusal of credentials or a failure, so that no other protocol is tried."""

Callback = Callable[[WebSocketConnection], object]


class WebSocketConnector:
    """Opens connections: upgrade, selection of the subprotocol, acknowledgement.

    Args:
        dialect: the dialect of the server.
        options: the options that all connections share.
        on_signal: called with acknowledgements, pings and pongs.
        proxy_for: returns the proxy that the environment names for a URL, or None.

    Attributes:
        where: the URL of the server without parts that may be secret; handshakes differ from it only in such parts.
    """

    def __init__(
        self,
        dialect: Dialect,
        options: WebSocketOptions,
        on_signal: Callable[[Acknowledged | Pinged | Ponged], object],
        proxy_for: Callable[[URL], URL | None],
    ) -> None:
        self.dialect = dialect
        self.where = public_url(dialect.url)
        self.options = options
        self._on_signal = on_signal
        self._proxy_for = proxy_for

    async def connect(
        self,
        session: aiohttp.ClientSession,
        handshake: Handshake,
        listener: Listener,
        *,
        on_open: Callback,
        on_end: Callback,
    ) -> WebSocketConnection:
        """Open a connection and return it once the server has acknowledged it.

        Args:
            session: the session to open the socket with.
            handshake: the parameters of the connection.
            listener: receives the events of its operations.
            on_open: called with each connection as soon as its socket is open.
            on_end: called when it is closed.

        Raises:
            ConnectFailed: there was no connection, or the server refused it. The error of its loss is one of these:
                ``TransportTimeout``: it took longer than ``connect_timeout`` or ``ack_timeout``;
                ``TransportAuthenticationError``: the server responded with HTTP 401 or 403, or refused the credentials;
                ``TransportRateLimited``: the server responded with HTTP 429, or otherwise reported a rate limit;
                ``TransportServerError``: the server responded with another status than 101. Redirects are not followed,
                because that could send credentials elsewhere;
                ``TransportConnectionFailed``: there was no response, or it violates the WebSocket protocol.
        """
        while True:
            socket = await self._upgrade(session, handshake)
            make_protocol = self.dialect.protocols.get(socket.protocol or "")
            if make_protocol is None:
                raise ConnectFailed(not_opened(await self._refuse(socket), RetryDecision.NO))
            connection = WebSocketConnection(
                socket,
                make_protocol(),
                self.where,
                self.options,
                listener,
                handshake.mask,
                on_signal=self._on_signal,
                on_end=on_end,
            )
            on_open(connection)
            try:
                await connection.initialize(handshake.init_payload)
                self.dialect.accepted(handshake)
                return connection
            except TransportError as error:
                code = error.code if isinstance(error, TransportConnectionFailed) else None
                alternative = self.dialect.alternative(handshake, socket.protocol) if code in UNACCEPTABLE else None
                if alternative is None:
                    raise ConnectFailed(connection.end.loss or not_opened(error, RetryDecision.YES)) from error
                handshake = alternative

    async def _upgrade(self, session: aiohttp.ClientSession, handshake: Handshake) -> aiohttp.ClientWebSocketResponse:
        connection_request.set(ConnectionRequest(Deadline(), is_own=True))
        try:
            try:
                return await self._open_socket(session, handshake)
            except UpgradeRefused as refusal:
                advice = "" if "Authorization" in handshake.headers else ITS_OWN_HEADERS
                raise _refusal(self.where, refusal.status, refusal.headers, refusal.body, advice) from None
        except TransportError as error:  # a variable that outlives the clause would be a cycle with the traceback
            handshake.mask.error(error)
            raise ConnectFailed(not_opened(error, decision_for(error))) from error

    async def _open_socket(
        self, session: aiohttp.ClientSession, handshake: Handshake
    ) -> aiohttp.ClientWebSocketResponse:
        arguments: dict[str, Any] = {
            "protocols": handshake.subprotocols,
            "headers": handshake.headers,
            "proxy": self.options.proxy or self._proxy_for(URL(handshake.url)),
            **self.options.fixed_arguments,
        }
        where, seconds = self.where, self.options.connect_timeout
        start = time.perf_counter()
        # Not a context manager of contextlib, which would leave the exception in a cycle on Python 3.13.
        try:
            # The type of the socket depends on the arguments in a way that type checkers cannot follow here.
            socket: Any = await asyncio.wait_for(session.ws_connect(handshake.url, **arguments), seconds)
            return cast(aiohttp.ClientWebSocketResponse, socket)
        except aiohttp.ClientHttpProxyError as error:
            advice = "Put a user name and a password into the URL of proxy=." if error.status == 407 else "See proxy=."
            raise TransportConnectionFailed(
                f"The proxy refused to connect to {where}: HTTP {error.status}. {advice}", sent=False
            ) from None  # its text contains the whole URL, which may hold credentials
        except aiohttp.WSServerHandshakeError as error:
            if error.status != 101:  # a session passed by the user lacks the middleware
                raise UpgradeRefused(error.status, error.headers or {}, "") from None
            raise TransportConnectionFailed(
                f"{where} violated the WebSocket handshake: {as_sentence(error.message)}", sent=False
            ) from None  # its text contains the whole URL, which may hold credentials
        except AIOHTTP_ERRORS as error:
            # Some exceptions of aiohttp are also timeouts, with their own limits.
            if isinstance(error, aiohttp.ClientError) or not isinstance(error, asyncio.TimeoutError):
                raise translate(error, where, elapsed=time.perf_counter() - start) from public_cause(error)
            raise TransportTimeout(
                f"Connecting to {where} took longer than connect_timeout, {Duration(seconds or 0)}.",
                limit="connect_timeout",
                seconds=seconds or 0.0,
                sent=False,
            ) from error

    async def _refuse(self, socket: aiohttp.ClientWebSocketResponse) -> TransportConnectionFailed:
        """Close a socket whose server selected no subprotocol; return the error."""
        close_handshake = CloseHandshake(socket)
        # Without waiting for the peer, because the caller waits for the error.
        await close_handshake.perform(PROTOCOL_ERROR)
        await close_handshake.answer()
        return TransportConnectionFailed(
            f"{self.where} selected none of the GraphQL subprotocols that were offered, "
            f"{', '.join(self.dialect.protocols)}. Is this the URL of the WebSocket endpoint?",
            code=PROTOCOL_ERROR,
        )


def _refusal(
    where: str, status: int, headers: Mapping[str, str], body: str, credentials_advice: str
) -> TransportServerError:
    wait = retry_after(headers)
    response = Response(status, headers, where, 0.0, wait)
    refused = f"{where} refused the WebSocket with HTTP {status}"
    said = f" It said: {as_sentence(quotation(body))}" if body.strip() else ""
    if is_rate_limit(response, body, None):
        limited = f"{refused}: the server limits the rate of requests."
        return rate_limited(lambda wait: limited + wait + said, response, body, None, code=status, sent=False)
    if status in (401, 403):
        advice = "Check headers=, auth= and cookies." + credentials_advice
        if status == 403:
            advice += OR_WRONG_PATH + WITHOUT_WEBSOCKET
    elif 300 <= status < 400:
        target = truncate(public_url(headers.get("Location", "")), 200)
        redirect = f"It redirects to {target}" if target else "It redirects to no URL"
        advice = f"{redirect}; pass the URL of the endpoint."
    elif wait is not None:
        advice = f"Try again in {Duration(wait)}."
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
