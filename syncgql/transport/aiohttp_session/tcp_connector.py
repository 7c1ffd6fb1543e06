"""TCPConnector: aiohttp's connector, adapted to connections that outlive a call and to processes that fork."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import Coroutine
from contextvars import Context
from typing import Any

import aiohttp
from aiohttp.client_proto import ResponseHandler


class TCPConnector(aiohttp.TCPConnector):
    """Opens connections in an empty context, on sockets that are shut down when they are closed.

    A loop runs the callbacks of a connection in the context in which it was opened. A connection opened within a call
    would therefore keep the context variables of that call alive: a request, a user, a trace.

    A connection whose certificate does not have the pinned fingerprint is aborted. aiohttp only starts to close it, so
    a server that does not close its side would keep it open longer than the loop.

    The methods are not part of aiohttp's public interface. If aiohttp does not call them, connections still work.
    """

    def __init__(self, limit: int = 100) -> None:
        super().__init__(limit=limit, socket_factory=_open)

    async def _create_connection(
        self, req: aiohttp.ClientRequest, traces: list[Any], timeout: aiohttp.ClientTimeout
    ) -> ResponseHandler:
        return await in_empty_context(super()._create_connection(req, traces, timeout))

    async def _wrap_create_connection(
        self, *args: Any, req: aiohttp.ClientRequest, **options: Any
    ) -> tuple[asyncio.Transport, ResponseHandler]:
        transport, protocol = await super()._wrap_create_connection(*args, req=req, **options)
        fingerprint = self._get_fingerprint(req)
        if fingerprint is not None:
            try:
                fingerprint.check(transport)
            except aiohttp.ServerFingerprintMismatch:
                # Called later, because aiohttp repeats the check now, and then tries the next address or raises.
                asyncio.get_running_loop().call_soon(transport.abort)
        return transport, protocol

    async def _start_tls_connection(
        self, underlying_transport: asyncio.Transport, *args: Any, **options: Any
    ) -> tuple[asyncio.BaseTransport, ResponseHandler]:
        try:
            return await super()._start_tls_connection(underlying_transport, *args, **options)
        except aiohttp.ServerFingerprintMismatch:
            underlying_transport.abort()
            raise

    def _release(self, *args: Any, **options: Any) -> None:
        # This sets the timer that closes idle connections.
        Context().run(super()._release, *args, **options)


class Socket(socket.socket):
    """A socket whose connection ends when the process that opened it closes it.

    A forked child holds a copy of the descriptor. While the child lives, ``close()`` in the parent does not end the
    connection, and the server does not learn that a request was cancelled.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._pid = os.getpid()

    def close(self) -> None:
        if self._pid == os.getpid():
            with contextlib.suppress(OSError):  # not connected, or no longer connected
                self.shutdown(socket.SHUT_RDWR)
        super().close()


async def in_empty_context(opening: Coroutine[Any, Any, ResponseHandler]) -> ResponseHandler:
    """Open a connection outside the caller's context."""
    task = Context().run(asyncio.get_running_loop().create_task, opening)
    try:
        return await task
    except asyncio.CancelledError:
        # It may have opened at the same moment, when nothing else refers to it.
        task.add_done_callback(_close_unwanted)
        raise


def _close_unwanted(opening: asyncio.Task[ResponseHandler]) -> None:
    if not opening.cancelled() and opening.exception() is None:
        opening.result().close()


def _open(address: aiohttp.AddrInfoType) -> socket.socket:
    family, kind, protocol, _, _ = address
    return Socket(family, kind, protocol)
