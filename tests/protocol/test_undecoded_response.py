"""Responses whose data stays text until it is read."""

from __future__ import annotations

import codecs
import math
import sys
from functools import partial

import pytest

from syncgql import TransportError, TransportProtocolError
from syncgql.protocol import json_codec
from syncgql.protocol.http import HTTPResponse, parse_http_response
from syncgql.protocol.undecoded_response import parse_undecoded
from syncgql.result import ExecutionResult, Response, UndecodedResult

JSON = "application/graphql-response+json; charset=utf-8"
parse = partial(parse_http_response, json_deserialize=json_codec.loads)


def response(body: bytes, status: int = 200, media_type: str = JSON) -> HTTPResponse:
    """Return a response from a server."""
    return HTTPResponse(Response(status, {"Content-Type": media_type}, "http://localhost/", 0.1), body)


@pytest.mark.parametrize(
    ("body", "extensions"),
    [
        (b'{"data":{"a":["\xc3\xa9",1.5,null]}}', None),
        (b' { "extensions" : {"b":1}, "errors": null, "more": [], "data" : { "a" : 1 } } ', {"b": 1}),
        (b'{"data":{},"extensions":1}', None),
        (b'{"data":{"a":1e400}}', None),  # only Python's codec accepts it
    ],
)
def test_successful_responses_stay_text(body: bytes, extensions: object) -> None:
    """Their members are those that ``parse_http_response`` reads."""
    result, expected = parse_undecoded(response(body), parse=parse), parse(response(body))
    assert isinstance(result, UndecodedResult)
    assert result.text is not None
    assert (result.extensions, result.has_data, result.response is not None) == (extensions, True, True)
    assert result == expected


@pytest.mark.parametrize(
    "changed",
    [
        response(b'{"data":{"a":1},"errors":[{"message":"m"}]}'),
        response(b'{"data":{"a":1},"errors":[]}'),
        response(b'{"data":null}'),
        response(b'{"data":{"a":"\\ud800"}}'),
        response(codecs.BOM_UTF8 + b'{"data":{"a":1}}'),
        response(b'{"data":{"a":"\xe9"}}', media_type="application/json; charset=latin-1"),
        response(b'{"data":{"a":1}}', media_type="text/html"),
        response(b'{"data":{"a":1}}', 500),
    ],
)
def test_other_responses_are_decoded(changed: HTTPResponse) -> None:
    """Errors decide about retries, and some text is accepted only by Python's codec."""
    result = parse_undecoded(changed, parse=parse)
    assert type(result) is ExecutionResult
    assert result == parse(changed)


@pytest.mark.parametrize(
    "value",
    [b'"\xff"', b'"\\q"', b'"\x01"', b'"\\u12"', b"01", b"1e", b"-", b"truX", b"NaN", b"[1,]", b"{a:1}", b'"', b""],
)
def test_mistakes_are_found_before_the_data_is_read(value: bytes) -> None:
    """A response that is not JSON fails where it can be retried."""
    with pytest.raises(TransportError, match="the response is not JSON"):
        parse_undecoded(response(b'{"data":{"a":' + value + b"}}"), parse=parse)


def test_numbers_of_any_size_can_be_read() -> None:
    """The syntax is right, so that reading the data later does not fail."""
    result = parse_undecoded(response(b'{"data":{"a":1e400,"b":123456789012345678901234567890}}'), parse=parse)
    assert result.data == {"a": math.inf, "b": 123456789012345678901234567890}


@pytest.mark.skipif(not hasattr(sys, "get_int_max_str_digits"), reason="needs a version of Python with the limit")
def test_integers_that_python_refuses_have_the_usual_error() -> None:
    """The error is the one that reading the whole response raises: https://docs.python.org/3/library/stdtypes.html."""
    changed = response(b'{"data":{"a":' + b"9" * 5000 + b"}}")
    with pytest.raises(TransportProtocolError) as expected:
        parse(changed)
    result = parse_undecoded(changed, parse=parse)
    with pytest.raises(TransportProtocolError) as caught:
        repr(result)
    assert str(caught.value) == str(expected.value)
