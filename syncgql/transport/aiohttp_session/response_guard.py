"""ResponseGuard: ensures that a connection receives nothing but the responses to its requests."""

from __future__ import annotations

import asyncio
import select
from collections.abc import Callable, Sequence

from aiohttp import ClientRequest
from aiohttp.client_proto import ResponseHandler

from ..single_use import SingleUseServers, is_idle_timeout

CONTENT_LENGTH = b"\r\ncontent-length:"
TRANSFER_ENCODING = b"\r\ntransfer-encoding:"
LAST_CHUNK = b"\r\n0\r\n\r\n"

INTERIM = b"HTTP/1.1 1"
MAX_HEAD = 256 * 1024
"""The maximum size of response headers in which the guard looks for their end; aiohttp itself accepts less."""

MAX_DIGITS = 19
"""Digits of the longest ``Content-Length``, that of 2**63 - 1."""


class ResponseGuard(asyncio.Protocol):
    """Receives the bytes of a connection before aiohttp's protocol does, during the life of the connection.

    aiohttp parses data that arrives on a connection in its pool, and returns it as the response to the next request
    (https://github.com/aio-libs/aiohttp/issues/13656). With the guard, a connection is reused only if its last response
    ended with the last byte that arrived, and nothing has arrived since.

    One case cannot be detected by any client: bytes that a server sends without a request and that arrive after the
    connection was checked look like the response to the next request, because HTTP/1.1 does not number requests and
    responses.

    Args:
        handler: aiohttp's protocol of the connection.
        transport: the connection.
        request: the first request, which names the server.
        single_use: the servers that have sent bytes without a request.

    Attributes:
        requests: the number of requests that the connection has carried.
    """

    def __init__(
        self,
        handler: ResponseHandler,
        transport: asyncio.Transport,
        request: ClientRequest,
        single_use: SingleUseServers,
    ) -> None:
        self._handler = handler
        self._transport = transport
        self._server = request.connection_key
        self._single_use = single_use
        self._poll = _poller(transport)
        self.requests = 0
        self._is_used = False
        self._head = b""  # the part that has arrived, until it is complete
        self._has_head = False
        self._end = b""
        self._received = 0  # bytes of the body
        # Responses within the same second usually have the same headers, which are parsed once.
        self._last_head = b""
        self._length: int | None = None

    @classmethod
    def of(cls, handler: ResponseHandler, request: ClientRequest, single_use: SingleUseServers) -> ResponseGuard:
        """Return the guard of an open connection; the first request places it before aiohttp's protocol."""
        transport = handler.transport
        if transport is None:
            raise ConnectionResetError("The connection is closed.")
        guard = transport.get_protocol()
        if not isinstance(guard, ResponseGuard):
            guard = cls(handler, transport, request, single_use)
            transport.set_protocol(guard)
        return guard

    def begin(self) -> bool:
        """Expect a response from now on, and return True; return False if the connection must not be used.

        It must not be used if anything arrived since the last response, including bytes that the loop has not read.
        """
        if self.requests:
            if self._handler.should_close or self._poll(0):
                return False
            if self._single_use.until and self._server in self._single_use:
                return False
        self.requests += 1
        self._is_used = True
        self._head = self._end = b""
        self._has_head = False
        self._received = 0
        return True

    def end(self) -> None:
        """Expect nothing from now on; the pool closes the connection unless the response has ended exactly here.

        aiohttp calls this while it parses the last bytes of a response. Bytes after them are already counted.
        """
        self._is_used = False
        if self._has_head and self._length is not None:
            surplus = self._received - self._length
            ends_here = surplus == 0
            if surplus > 0:
                self._list_server()
        else:
            ends_here = self._has_head and self._end == LAST_CHUNK
        if not ends_here:
            self._handler.force_close()

    def data_received(self, data: bytes) -> None:
        if not self._is_used:
            self._reject(data)
            return
        self._received += len(data)
        if self._has_head:
            self._end = (self._end + data[-len(LAST_CHUNK) :])[-len(LAST_CHUNK) :]
        else:
            self._find_head(data)
        self._handler.data_received(data)
        if not self._is_used and self._handler.is_connected() and self._handler.should_close:
            # The pool released the connection while these bytes were parsed, and they continued with another response.
            self._reject(data)

    def eof_received(self) -> None:
        self._handler.eof_received()

    def connection_lost(self, error: Exception | None) -> None:
        self._handler.connection_lost(error)

    def pause_writing(self) -> None:
        self._handler.pause_writing()

    def resume_writing(self) -> None:
        self._handler.resume_writing()

    def _reject(self, data: bytes) -> None:
        if self._transport.is_closing():
            return  # the rest of a response whose call has ended
        self._transport.abort()
        if not is_idle_timeout(data):
            self._list_server()

    def _list_server(self) -> None:
        self._single_use.add(self._server, f"{self._server.host}:{self._server.port}")

    def _find_head(self, data: bytes) -> None:
        """Find the status line and headers of the response in the bytes received, after interim responses (1xx)."""
        arrived = self._head + data
        self._head = b""
        start = 0
        while (end := arrived.find(b"\r\n\r\n", start) + 4) >= 4:
            if not arrived.startswith(INTERIM, start):
                self._has_head = True
                head = arrived[start:end]
                if head != self._last_head:
                    self._last_head, self._length = head, _content_length(head)
                self._received = len(arrived) - end
                self._end = arrived[-len(LAST_CHUNK) :]
                return
            start = end  # also for a 101, whose connection is not reused
        if len(arrived) - start <= MAX_HEAD:
            self._head = arrived[start:]


def _content_length(head: bytes) -> int | None:
    """Return the length of the body that the headers announce; None when it is chunked or ends the connection.

    A length with too many digits counts as unknown. It is looked at before aiohttp refuses it, and Python refuses to
    convert thousands of digits.
    """
    head = head.lower()
    start = head.find(CONTENT_LENGTH)
    if start < 0 or TRANSFER_ENCODING in head:
        return None
    start += len(CONTENT_LENGTH)
    length = head[start : head.find(b"\r\n", start)].strip()
    return int(length) if length.isdigit() and len(length) <= MAX_DIGITS else None


def _poller(transport: asyncio.Transport) -> Callable[[float], Sequence[object]]:
    """Return ``poll`` for the socket: called with 0, it returns events if there is unread data.

    The end of the connection counts as well.
    """
    socket = transport.get_extra_info("socket")
    if socket is None or not hasattr(select, "poll"):
        # On Windows the loop always has a pending read, so that no bytes wait in the socket.
        return lambda timeout: ()
    poll = select.poll()
    poll.register(socket.fileno(), select.POLLIN)
    return poll.poll
