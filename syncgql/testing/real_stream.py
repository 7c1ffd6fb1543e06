"""RealStream: a stream to a real server that reports its headers, URL and payload."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from ..deadline import Deadline
from ..request import GraphQLRequest
from ..transport.base import Stream
from .envelope import Envelope, envelope_of


class RealStream(Stream):
    """A stream to a real server.

    Args:
        stream: the stream of the client's own transport.
        url: the URL of the operation; see ``envelope_of``.
        on_open: called on the loop when the stream was opened, or could not be opened. Only then is it known which
            protocol the server supports, and which connection the operation shares.
    """

    def __init__(self, stream: Stream, url: str, on_open: Callable[[Envelope], object]) -> None:
        self._stream = stream
        self._url = url
        self._on_open = on_open

    @property
    def protocol(self) -> str:
        return self._stream.protocol

    @property
    def lost_at(self) -> float | None:
        return self._stream.lost_at

    async def open(self, deadline: Deadline | None = None) -> None:
        try:
            await self._stream.open(deadline)
        finally:
            self._on_open(envelope_of(self._stream, self._url))

    async def close(self) -> None:
        await self._stream.close()

    def resubscribe(self, request: GraphQLRequest) -> Callable[[], Coroutine[Any, Any, None]]:
        return self._stream.resubscribe(request)
