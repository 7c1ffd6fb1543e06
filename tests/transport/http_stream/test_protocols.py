"""StreamProtocol: what readers are made of."""

from __future__ import annotations

import pytest

from syncgql import ExecutionResult, Response
from syncgql.protocol import json_codec
from syncgql.protocol.response_stream import COMPLETED, StreamReader
from syncgql.transport.http_stream.protocols import MULTIPART, SSE, ReaderOptions, StreamProtocol

from ..response_streams import CLOSE, COMPLETE, OPENING, n, n_part

OPTIONS = ReaderOptions(1000, json_codec.loads)


def reader(protocol: StreamProtocol, content_type: str, *, is_subscription: bool = True) -> StreamReader:
    head = Response(200, {"Content-Type": content_type}, "http://example.test/", 0.1)
    return protocol.make_reader(head, OPTIONS, is_subscription)


def test_sse() -> None:
    """An event stream is read until it completes; one of a query may end after its result."""
    stream = reader(SSE, "text/event-stream; charset=utf-8")
    assert list(stream.feed(n(1) + COMPLETE)) == [ExecutionResult({"n": 1}), COMPLETED]
    for is_subscription in (True, False):
        stream = reader(SSE, "text/event-stream", is_subscription=is_subscription)
        assert not stream.may_end
        list(stream.feed(n(1)))
        assert stream.may_end is not is_subscription


@pytest.mark.parametrize("boundary", ['"graphql"', "graphql", "-"])
def test_multipart(boundary: str) -> None:
    """The boundary is taken from the response, not from the request."""
    stream = reader(MULTIPART, f"multipart/mixed;boundary={boundary};subscriptionSpec=1.0")
    body = (OPENING + n_part(1) + CLOSE).replace(b"graphql", boundary.strip('"').encode())
    assert list(stream.feed(body)) == [ExecutionResult({"n": 1}), COMPLETED]
    assert (stream.last_event_id, stream.reconnection_time, stream.may_end) == ("", None, False)
