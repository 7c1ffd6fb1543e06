"""What streams of results have in common."""

from __future__ import annotations

from typing import Any

import pytest

from syncgql import ExecutionResult, Response, TransportProtocolError
from syncgql.protocol.response_stream import MalformedEvent, read_result, too_large, violation

RESPONSE = Response(200, {}, "http://user:secret@example.test/graphql?key=secret", 0.1)


def test_result() -> None:
    """A result is a GraphQL response with the HTTP response that carries the stream; an empty object has no data."""
    result = read_result({"data": {"n": 1}}, RESPONSE)
    assert (result.data, result.response) == ({"n": 1}, RESPONSE)
    empty = read_result({}, RESPONSE)
    assert (empty, empty.has_data, empty.response) == (ExecutionResult(), False, RESPONSE)


@pytest.mark.parametrize("payload", [None, [], 1, "data", {"foo": 1}, {"data": 1}, {"errors": None}, {"errors": []}])
def test_no_result(payload: Any) -> None:
    """A value that is not a GraphQL response violates the protocol."""
    with pytest.raises(MalformedEvent, match=r"^a result must be a GraphQL response, but "):
        read_result(payload, None)


@pytest.mark.parametrize("errors", ["no", ["no"], {"message": "no"}])
def test_result_with_deviating_errors(errors: Any) -> None:
    """Errors that are texts or one object are read as what they mean."""
    assert read_result({"errors": errors}, None) == ExecutionResult(errors=[{"message": "no"}])


def test_violation() -> None:
    """The error has the URL, the violated rule and a short quotation, without credentials."""
    error = violation("some", "a rule is a rule", b"\xff" + b"x" * 5000, RESPONSE)
    assert isinstance(error, TransportProtocolError)
    assert error.message == (
        f"http://example.test/graphql violated the some protocol: a rule is a rule. It sent: '\ufffd{'x' * 199}'"
    )
    assert (error.rule, error.received, error.response) == ("a rule is a rule", "\ufffd" + "x" * 999, RESPONSE)


def test_violation_without_response() -> None:
    """Without a response, the error names the server."""
    assert (
        violation("some", "r", "x" * 5000, None).message
        == f"The server violated the some protocol: r. It sent: {'x' * 200!r}"
    )
    assert too_large("a part", 5, bytearray(b"123456"), None).message == (
        "The server sent too much: a part is larger than max_message_size, 5 bytes. Pass a higher max_message_size=. "
        "It begins: '123456'"
    )
