"""What HTTP responses to ``@defer`` and ``@stream`` are read as."""

from __future__ import annotations

import json
from typing import Any

import pytest

from syncgql import (
    IncrementalResult,
    Response,
    TransportConnectionFailed,
    TransportProtocolError,
    TransportQueryError,
    TransportServerError,
)
from syncgql.protocol.http import HTTPResponse
from syncgql.protocol.incremental_reader import parse_parts

FIRST = {"data": {"a": 1}, "pending": [{"id": "0", "path": []}], "hasNext": True}
LAST = {"incremental": [{"id": "0", "data": {"b": 2}}], "completed": [{"id": "0"}], "hasNext": False}
MIXED = "multipart/mixed; boundary=-"


def read(body: bytes, content_type: str, status: int = 200) -> Any:
    headers = {"Content-Type": content_type}
    response = HTTPResponse(
        Response(status, headers, "http://localhost/graphql", 0.1), body, {"Authorization": "s3cret"}
    )
    return parse_parts(response, json_deserialize=json.loads)


def multipart(*payloads: Any, closing: bytes = b"\r\n-----\r\n") -> bytes:
    parts = (b"\r\n---\r\nContent-Type: application/json\r\n\r\n" + json.dumps(each).encode() for each in payloads)
    return b"".join(parts) + closing


def events(*payloads: Any, end: bytes = b"event: complete\ndata:\n\n") -> bytes:
    return b"".join(b"event: next\ndata: " + json.dumps(each).encode() + b"\n\n" for each in payloads) + end


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (multipart(FIRST, LAST), MIXED),
        (events(FIRST, LAST), "text/event-stream"),
        (b'{"data": {"a": 1, "b": 2}}', "application/json"),
        (multipart({"data": {"a": 1, "b": 2}}), MIXED),
    ],
)
def test_i05_i20_each_form_of_a_response(body: bytes, content_type: str) -> None:
    """In parts, in events and as a whole, it is the same result."""
    result = read(body, content_type)
    assert result.data == {"a": 1, "b": 2}
    assert result.errors is None
    assert not (isinstance(result, IncrementalResult) and result.has_next)


def test_i15_bodies_that_end_early() -> None:
    """Each is the error for what happened, with the data until then."""
    broken = b'event: error\ndata: [{"message": "broken s3cret"}]\n\n'
    for body, content_type, kind in (
        (multipart(FIRST, closing=b"\r\n---"), MIXED, TransportConnectionFailed),
        (events(FIRST, end=b""), "text/event-stream", TransportConnectionFailed),
        (multipart(FIRST), MIXED, TransportProtocolError),
        (events(FIRST), "text/event-stream", TransportProtocolError),
        (events(FIRST, end=broken), "text/event-stream", TransportQueryError),
    ):
        with pytest.raises(kind) as caught:
            read(body, content_type)
        assert getattr(caught.value, "data", None) == {"a": 1}
        assert "s3cret" not in str(caught.value)


def test_i21_a_refusal_in_a_part() -> None:
    """It is read as if the part were the body of the response."""
    refused = multipart({"errors": [{"message": "no such field"}], "hasNext": False})
    assert read(refused, MIXED, 400).errors == [{"message": "no such field"}]
    with pytest.raises(TransportServerError, match="503"):
        read(refused, MIXED, 503)
    with pytest.raises(TransportServerError, match="400"):
        read(multipart(), MIXED, 400)


def test_errors_of_parts_hide_credentials() -> None:
    """The server may repeat them in any part."""
    failed = {"completed": [{"id": "0", "errors": [{"message": "bad s3cret"}]}], "hasNext": False}
    assert read(multipart(FIRST, failed), MIXED).errors == [{"message": "bad ***"}]
