"""OpenResponse: an HTTP response whose headers have arrived and whose body may still be arriving."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Mapping

import aiohttp

from ...deadline import Deadline
from ...exceptions import TransportError
from ...protocol.http import HTTPResponse, retry_after, too_large
from ...protocol.masking import Mask
from ...result import Response
from ..aiohttp_session.errors import AIOHTTP_ERRORS, public_cause, translate

MUCH = 4 * 1024 * 1024
"""The maximum number of bytes of a response to read or copy on the loop before yielding to it."""

PIECE = 32 * 1024
"""The maximum number of bytes of a stream to parse before yielding to the loop.

Many small events take far longer to parse than their bytes take to arrive: a compressed segment of 3 KB may contain
20,000 of them.
"""


class OpenResponse:
    """A response whose status and headers have arrived.

    Read the body once, either whole with ``read`` or piece by piece with ``iter_bytes``. Both return the connection to
    the pool at the end of the body. ``close``, or the end of an ``async with`` block, ends the response early.

    Args:
        response: the ``aiohttp.ClientResponse``.
        start: the time when the first request of the call was sent, from ``time.perf_counter()``.
        timeout: aiohttp's limits for the request.
        deadline: the deadline of the call.

    Attributes:
        head: status, headers and URL. Its ``elapsed`` is the time until the headers arrived; ``read`` extends it to the
            last byte.
        sent_headers: the headers of the request, including those that aiohttp added.
    """

    __slots__ = ("_deadline", "_response", "_start", "_timeout", "head", "sent_headers")

    def __init__(
        self, response: aiohttp.ClientResponse, start: float, timeout: aiohttp.ClientTimeout, deadline: Deadline
    ) -> None:
        self._response = response
        self._start = start
        self._timeout = timeout
        self._deadline = deadline
        deadline.has_response = True
        self.head = Response(
            response.status,
            response.headers,
            str(response.url),
            time.perf_counter() - start,
            retry_after(response.headers) if "Retry-After" in response.headers else None,
        )
        self.sent_headers: Mapping[str, str] = response.request_info.headers

    async def read(self, max_size: int | None = None) -> HTTPResponse:
        """Read the whole body, decompressed.

        Args:
            max_size: the maximum size of the body after decompression, in bytes; None for no limit.

        Raises:
            TransportConnectionFailed: the connection was lost before the end of the body.
            TransportTimeout: aiohttp's ``sock_read`` or ``total`` expired.
            TransportProtocolError: the body is larger than *max_size*, or its compression does not match its headers.
        """
        # aiohttp's read() would decompress a body without a limit and at once, on the loop.
        response = self._response
        content = response.content
        chunks: list[bytes] = []
        size = pause = 0
        try:
            try:
                while not content.at_eof():
                    chunk = await content.readany()
                    chunks.append(chunk)
                    size += len(chunk)
                    if max_size is not None and size > max_size:
                        response.close()
                        raise self._too_large(b"".join(chunks), max_size)
                    if size > pause + MUCH:
                        pause = size
                        await asyncio.sleep(0)  # reading does not yield to the loop while there is more to decompress
            finally:
                # A complete response has released its connection, unless the request is still being sent. "async with"
                # would release it again, which takes 2.5 % of the instructions of a small call.
                if response.connection is not None or not content.at_eof():
                    await self.close()
        except AIOHTTP_ERRORS as error:
            raise self._translated(error) from public_cause(error)
        body = b"".join(chunks) if size <= MUCH else await asyncio.to_thread(b"".join, chunks)
        self.head.elapsed = time.perf_counter() - self._start
        return HTTPResponse(self.head, body, self.sent_headers)

    async def iter_bytes(self) -> AsyncGenerator[bytes, None]:
        """Yield the body as it arrives, decompressed, in pieces of at most ``PIECE`` bytes.

        Raises:
            TransportConnectionFailed: the connection was lost before the end of the body.
            TransportTimeout: aiohttp's ``sock_read`` or ``total`` expired.
            TransportProtocolError: the compression of the body does not match its headers.
        """
        size = 0
        try:
            async with self._response:
                while chunk := await self._response.content.readany():
                    for start in range(0, len(chunk), PIECE):
                        if size >= PIECE:
                            size = 0
                            await asyncio.sleep(0)  # readany() does not yield to the loop if there is data
                        piece = chunk[start : start + PIECE]
                        size += len(piece)
                        yield piece
        except AIOHTTP_ERRORS as error:
            raise self._translated(error) from public_cause(error)

    async def close(self) -> None:
        """Release the connection, and close it unless the whole body was read; closing again does nothing."""
        self._response.release()
        await self._response.wait_for_close()

    def abort(self) -> None:
        """Close the connection; a waiting read raises ``TransportConnectionFailed``."""
        self._response.close()

    async def __aenter__(self) -> OpenResponse:
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.close()

    def _too_large(self, beginning: bytes, max_size: int) -> TransportError:
        error = too_large(self.head, beginning, max_size)
        Mask(self.sent_headers, self.head.url).error(error)
        return error

    def _translated(self, error: Exception) -> TransportError:
        elapsed = time.perf_counter() - self._start
        return translate(error, self.head.url, self._timeout, elapsed, is_new=False, sent=True, deadline=self._deadline)
