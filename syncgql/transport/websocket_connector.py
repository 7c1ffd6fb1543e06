"""WebSocketConnector: opens connections that are ready for operations."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import aiohttp

from ..exceptions import TransportConnectionFailed
from ..protocol.http import public_url
from ..protocol.websocket import Acknowledged, Pinged, Ponged
from .handshake import Dialect, Handshake
from .upgrade import upgrade
from .websocket_connection import WebSocketConnection
from .websocket_options import WebSocketOptions

UNACCEPTABLE = frozenset({1002, 4406})
"""Close codes with which servers refuse the subprotocol that they selected themselves."""

Callback = Callable[[WebSocketConnection], object]


class WebSocketConnector:
    """Opens connections: upgrade, choice of the subprotocol, acknowledgement.

    Args:
        dialect: what is particular to the server.
        options: what is the same for every connection.
        on_signal: told of acknowledgements, pings and pongs.
    """

    def __init__(
        self,
        dialect: Dialect,
        options: WebSocketOptions,
        on_signal: Callable[[Acknowledged | Pinged | Ponged], object],
    ) -> None:
        self.dialect = dialect
        self.options = options
        self._on_signal = on_signal

    async def connect(
        self,
        session: aiohttp.ClientSession,
        handshake: Handshake | None,
        *,
        on_open: Callback,
        on_idle: Callback,
        on_end: Callback,
    ) -> WebSocketConnection:
        """Open a connection and return it when it was acknowledged.

        Args:
            session: what to open the socket with.
            handshake: what to open it with; None has it made in a worker thread.
            on_open: called with each one from the moment that its socket is open.
            on_idle: called whenever the last operation on it has ended.
            on_end: called when it is closed for good.

        Raises:
            TransportError: there was no connection, or the server refused it.
        """
        if handshake is None:
            handshake = await asyncio.to_thread(self.dialect.handshake)
        while True:
            socket = await upgrade(session, handshake, self.options)
            connection = await self._adopt(socket, handshake, on_idle, on_end)
            on_open(connection)
            try:
                await connection.initialize(handshake.init_payload)
                return connection
            except TransportConnectionFailed as error:
                others = tuple(name for name in handshake.subprotocols if name != socket.protocol)
                if error.code not in UNACCEPTABLE or not self.dialect.machines.keys() & set(others):
                    raise
                # Some servers select the first that was offered, whether they speak it or not.
                handshake = handshake._replace(subprotocols=others)

    async def _adopt(
        self,
        socket: aiohttp.ClientWebSocketResponse,
        handshake: Handshake,
        on_idle: Callback,
        on_end: Callback,
    ) -> WebSocketConnection:
        make_machine = self.dialect.machines.get(socket.protocol or "")
        if make_machine is None:
            await socket.close(code=1002)
            raise TransportConnectionFailed(
                f"{public_url(handshake.url)} selected none of the GraphQL subprotocols that were offered, "
                f"{', '.join(self.dialect.machines)}. Is this the URL of the WebSocket endpoint?"
            )
        return WebSocketConnection(
            socket,
            make_machine(),
            handshake.url,
            self.options,
            on_signal=self._on_signal,
            on_idle=on_idle,
            on_end=on_end,
        )
