"""IncrementalSender: sends operations with ``@defer`` and ``@stream`` over HTTP, whose responses come in parts."""

from __future__ import annotations

import asyncio
import contextlib

from ...deadline import Deadline
from ...exceptions import TransportError
from ...protocol.graphql_response import error_of
from ...protocol.http import EVENT_STREAM, HTTPResponse, content_type, too_large
from ...protocol.incremental_reader import PartReader, cut_off, parse_parts, part_reader
from ...protocol.json_codec import JSONDeserialize
from ...protocol.masking import Mask
from ...protocol.response_stream import Completed, Failed
from ...result import ABSENT, ExecutionResult
from ..async_event_sink import AsyncEventSink
from ..background import in_background
from ..base import EventSink, Stream
from ..incremental_sink import IncrementalSink, SnapshotSink, WholeSink
from .open_response import OpenResponse
from .request import HTTPRequest
from .sender import HTTPSender


class IncrementalSender:
    """Sends requests whose responses may come in parts.

    Args:
        sender: sends the requests.
        json_deserialize: decodes the parts, on the loop, and other responses.
        max_response_size: the maximum size of a response, including all parts, in bytes; None for no limit.
    """

    def __init__(self, sender: HTTPSender, json_deserialize: JSONDeserialize, max_response_size: int | None) -> None:
        self._sender = sender
        self._json_deserialize = json_deserialize
        self._max_response_size = max_response_size

    async def send(self, request: HTTPRequest, deadline: Deadline) -> HTTPResponse | ExecutionResult:
        """Send a request and return the complete result, or a response that does not come in parts.

        Raises:
            TransportError: ``HTTPSender.send`` raises it, or the parts do not form a GraphQL response. In this case, a
                ``TransportConnectionFailed`` or ``TransportProtocolError`` has the data that was merged.
        """
        response = await self._sender.open(request, deadline)
        results = AsyncEventSink(buffer_size=1)
        sink = WholeSink(results, response.head)
        reader = self.reader(response, sink)
        if reader is None:
            return await response.read(self._max_response_size)
        await self.receive(response, reader, sink)
        result = await results.get()
        if result is None:
            raise cut_off(response.head)
        return result

    def parse(self, response: HTTPResponse | ExecutionResult) -> ExecutionResult:
        """Return the result for a return value of ``send``; raises what ``parse_parts`` raises."""
        if isinstance(response, ExecutionResult):
            return response
        return parse_parts(response, json_deserialize=self._json_deserialize)

    def stream(self, request: HTTPRequest, sink: EventSink) -> IncrementalStream:
        """Return a stream that sends a request and puts the result so far into a sink after each part."""
        return IncrementalStream(self, request, sink)

    async def open(self, request: HTTPRequest, deadline: Deadline) -> OpenResponse:
        """Send a request over a separate connection; aiohttp's timeouts do not apply to the body."""
        request = request.without_end(self._sender.limits(request))
        return await self._sender.open(request, deadline, is_stream=True)

    async def receive(self, response: OpenResponse, reader: PartReader, sink: IncrementalSink) -> None:
        """Put the results of the parts into a sink, finish it, and close the response."""
        mask = Mask(response.sent_headers, response.head.url)
        try:
            error = await self._put_all(response, reader, sink, mask)
        except TransportError as caught:
            mask.error(caught)
            error = caught
        finally:
            await response.close()
        sink.finish(error)

    def reader(self, response: OpenResponse, sink: IncrementalSink) -> PartReader | None:
        """Return a reader for a response; None if it does not come in parts."""
        return part_reader(response.head, self._json_deserialize, sink.read)

    async def read_whole(self, response: OpenResponse) -> ExecutionResult:
        """Read a response that does not come in parts; raises what ``parse_parts`` raises."""
        return await asyncio.to_thread(self.parse, await response.read(self._max_response_size))

    async def _put_all(
        self, response: OpenResponse, reader: PartReader, sink: IncrementalSink, mask: Mask
    ) -> TransportError | None:
        size = 0
        async with contextlib.aclosing(response.iter_bytes()) as chunks:
            async for chunk in chunks:
                size += len(chunk)
                if self._max_response_size is not None and size > self._max_response_size:
                    return too_large(response.head, chunk, self._max_response_size)
                for event in reader.feed(chunk):
                    if isinstance(event, ExecutionResult):
                        if event.errors is not None:
                            mask.errors(event.errors)
                        if not sink.put(event) or sink.is_complete:
                            return None
                        if sink.blocks and sink.full:
                            await sink.wait_for_room()
                    elif isinstance(event, Failed):
                        mask.errors(event.errors)
                        return error_of(ExecutionResult(ABSENT, event.errors, response=response.head))
                    elif isinstance(event, Completed):
                        return None
        return cut_off(response.head)


class IncrementalStream(Stream):
    """One operation over HTTP; each part of the response is an event.

    Args:
        sender: sends the request.
        request: the request.
        sink: receives the result so far after each part.
    """

    protocol = ""

    def __init__(self, sender: IncrementalSender, request: HTTPRequest, sink: EventSink) -> None:
        self._sender = sender
        self._request = request
        self._sink = sink
        self._receiving: asyncio.Task[None] | None = None

    async def open(self, deadline: Deadline | None = None) -> None:
        """Send the request. Return when the response begins, or when it is complete if it does not come in parts."""
        response = await self._sender.open(self._request, deadline or Deadline())
        sink = SnapshotSink(self._sink, response.head)
        reader = self._sender.reader(response, sink)
        media_type = content_type(response.head.headers)[0]
        self.protocol = "http" if reader is None else "sse" if media_type == EVENT_STREAM else "multipart"
        if reader is None:
            self._sink.put(await self._sender.read_whole(response))
            self._sink.finish()
        else:
            self._receiving = in_background(self._sender.receive(response, reader, sink))

    async def close(self) -> None:
        """Close the connection, unless the response is complete."""
        if self._receiving is not None:
            self._receiving.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._receiving
