"""Readers of HTTP responses that come in parts, for ``@defer`` and ``@stream``.

A part is a part of a ``multipart/mixed`` body, or an event of an event stream:
https://github.com/graphql/graphql-over-http/blob/main/rfcs/IncrementalDelivery.md

A server may also send an ordinary response.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

from multidict import CIMultiDict

from ..exceptions import TransportConnectionFailed, TransportError
from ..result import ABSENT, ExecutionResult, Response
from .graphql_event_stream import GraphQLEventStream
from .graphql_response import error_of
from .http import CONTENT_TYPE, EVENT_STREAM, HTTPResponse, content_type, parse_http_response, public_url
from .incremental_delivery import IncrementalDelivery
from .json_codec import JSONDeserialize
from .multipart_mixed import MultipartMixedParser, Part, boundary_of, payloads_of
from .response_stream import (
    COMPLETED,
    Failed,
    Heartbeat,
    MalformedEvent,
    ResultReader,
    StreamEvent,
    read_result,
    violation,
)

MULTIPART = "multipart/mixed"
PROTOCOL = "incremental delivery"


class PartReader(Protocol):
    """Reads the body of a response that comes in parts.

    Attributes:
        is_closed: whether the body is complete, or violates a rule. If it ends earlier, the connection was lost.
    """

    is_closed: bool

    def feed(self, chunk: bytes, /) -> Iterator[StreamEvent | Heartbeat]:
        """Take bytes and yield what they complete.

        Raises:
            TransportProtocolError: a part is malformed, or does not match the earlier parts.
        """


class IncrementalMultipartStream:
    """The multipart body of one response.

    Args:
        content_type: the ``Content-Type`` of the response, which names the boundary.
        json_deserialize: decodes the parts; may be a function of the user.
        response: the HTTP response; used in errors.
        read: reads the payload of a part.

    Attributes:
        is_closed: whether the closing delimiter has arrived. If the body ends earlier, the connection was lost.
    """

    def __init__(
        self,
        content_type: str,
        json_deserialize: JSONDeserialize,
        *,
        response: Response | None = None,
        read: ResultReader,
    ) -> None:
        self.is_closed = False
        self._parser = MultipartMixedParser(boundary_of(content_type), 0, response)
        self._decode = json_deserialize
        self._response = response
        self._read = read

    def feed(self, chunk: bytes) -> Iterator[StreamEvent | Heartbeat]:
        """Take bytes and yield the results of the parts that they complete, and ``Completed`` after the last part.

        Raises:
            TransportProtocolError: a part is malformed, or does not match the earlier parts.
        """
        if self.is_closed:
            return
        for part in self._parser.feed(chunk):
            yield from self._results(part)
        if self._parser.is_closed:
            self.is_closed = True
            yield COMPLETED

    def _results(self, part: Part) -> Iterator[ExecutionResult]:
        try:
            for payload in payloads_of(part, self._decode):
                yield read_result(payload, self._response, self._read)
        except MalformedEvent as error:
            raise violation(PROTOCOL, str(error), part.body, self._response) from error.__cause__


def part_reader(response: Response, json_deserialize: JSONDeserialize, read: ResultReader) -> PartReader | None:
    """Return a reader for the body of a response; None if it does not come in parts.

    Args:
        response: status and headers.
        json_deserialize: decodes the parts.
        read: reads the payload of a part.
    """
    if not 200 <= response.status < 300:
        return None
    media_type, _ = content_type(response.headers)
    if media_type == MULTIPART:
        header = response.headers["Content-Type"]
        return IncrementalMultipartStream(header, json_deserialize, response=response, read=read)
    if media_type == EVENT_STREAM:
        return GraphQLEventStream(0, json_deserialize, response=response, read=read)
    return None


def parse_parts(response: HTTPResponse, *, json_deserialize: JSONDeserialize) -> ExecutionResult:
    """Read a completely received HTTP response, which may consist of parts.

    Raises:
        TransportConnectionFailed: the body ended before the last part; the exception has the data that was merged.
        TransportError: ``parse_http_response`` raises it; a ``TransportProtocolError`` has the data that was merged.
    """
    delivery = IncrementalDelivery(response.head)

    def read(payload: Any, head: Response | None) -> ExecutionResult:
        delivery.feed(payload)
        return ExecutionResult()

    reader = part_reader(response.head, json_deserialize, read)
    if reader is None:
        return parse_http_response(_unwrapped(response), json_deserialize=json_deserialize)
    try:
        _feed(reader, delivery, response)
    except TransportError as error:
        delivery.attach_data(error)
        response.mask.error(error)
        raise
    response.mask.errors(delivery.errors)
    return delivery.result()


def cut_off(response: Response) -> TransportConnectionFailed:
    """Return the error for a body that ended before its last part."""
    return TransportConnectionFailed(
        f"{public_url(response.url)} ended its response to @defer or @stream before the last part.", sent=True
    )


def _feed(reader: PartReader, delivery: IncrementalDelivery, response: HTTPResponse) -> None:
    for event in reader.feed(response.body):
        if isinstance(event, Failed):
            raise error_of(ExecutionResult(ABSENT, event.errors, response=response.head))
        if delivery.finished:
            return
    if not reader.is_closed:
        raise cut_off(response.head)
    delivery.end()


def _unwrapped(response: HTTPResponse) -> HTTPResponse:
    """Return a response whose body is the only part of a multipart body, for a refusal sent in this form."""
    if content_type(response.head.headers)[0] != MULTIPART:
        return response
    parser = MultipartMixedParser(boundary_of(response.head.headers["Content-Type"]), 0, response.head)
    part = next(parser.feed(response.body), None)
    if part is None:
        return response
    head = response.head
    headers = CIMultiDict(head.headers)
    headers["Content-Type"] = part.media_type or CONTENT_TYPE
    unwrapped = Response(head.status, headers, head.url, head.elapsed, head.retry_after)
    return response._replace(head=unwrapped, body=part.body)
