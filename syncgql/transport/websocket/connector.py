"""WebSocketConnector: opens connections that are ready for operations."""

from __future__ import annotations

from collections.abc import Callable

import aiohttp
from yarl import URL

from ...exceptions import TransportConnectionFailed, TransportError
from ...protocol.close_codes import RetryDecision
from ...protocol.http import public_url
from ...protocol.protocol_refusal import UNACCEPTABLE
from ...protocol.websocket_events import Acknowledged, Pinged, Ponged
from ..recovery.loss import ConnectFailed, decision_for, not_opened
from .close_handshake import CloseHandshake
from .connection import Listener, WebSocketConnection
from .handshake import Dialect, Handshake
from .options import WebSocketOptions
from .upgrade import upgrade

PROTOCOL_ERROR = 1002

Callback = Callable[[WebSocketConnection], object]


class WebSocketConnector:
    """Opens connections: upgrade, selection of the subprotocol, acknowledgement.

    Args:
        dialect: the dialect of the server.
        options: the options that all connections share.
        on_signal: called with acknowledgements, pings and pongs.
        proxy_for: returns the proxy that the environment names for a URL, or None.

    Attributes:
        where: the URL of the server without parts that may be secret; handshakes differ from it in such parts only.
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
            ConnectFailed: there was no connection, or the server refused it.
        """
        while True:
            socket = await self._upgrade(session, handshake)
            connection = await self._adopt(socket, handshake, listener, on_end)
            on_open(connection)
            try:
                await connection.initialize(handshake.init_payload)
                self.dialect.accepted(handshake)
                return connection
            except TransportError as error:
                code = error.code if isinstance(error, TransportConnectionFailed) else None
                alternative = self.dialect.alternative(handshake, socket.protocol) if code in UNACCEPTABLE else None
                if alternative is None:
                    raise ConnectFailed(connection.loss or not_opened(error, RetryDecision.YES)) from error
                handshake = alternative

    async def _upgrade(self, session: aiohttp.ClientSession, handshake: Handshake) -> aiohttp.ClientWebSocketResponse:
        try:
            return await upgrade(session, handshake, self.where, self.options, self._proxy_for(URL(handshake.url)))
        except TransportError as error:
            handshake.mask.error(error)
            raise ConnectFailed(not_opened(error, decision_for(error))) from error

    async def _adopt(
        self,
        socket: aiohttp.ClientWebSocketResponse,
        handshake: Handshake,
        listener: Listener,
        on_end: Callback,
    ) -> WebSocketConnection:
        make_protocol = self.dialect.protocols.get(socket.protocol or "")
        if make_protocol is None:
            close_handshake = CloseHandshake(socket)
            # Without waiting for the peer, because the caller waits for the error.
            await close_handshake.perform(PROTOCOL_ERROR)
            await close_handshake.answer()
            error = TransportConnectionFailed(
                f"{self.where} selected none of the GraphQL subprotocols that were offered, "
                f"{', '.join(self.dialect.protocols)}. Is this the URL of the WebSocket endpoint?",
                code=PROTOCOL_ERROR,
            )
            raise ConnectFailed(not_opened(error, RetryDecision.NO))
        return WebSocketConnection(
            socket,
            make_protocol(),
            self.where,
            self.options,
            listener,
            handshake.mask,
            on_signal=self._on_signal,
            on_end=on_end,
        )
