"""Refusals of protocols as errors."""

from __future__ import annotations

import pytest

from syncgql import ExecutionResult, Response, TransportProtocolError, TransportQueryError, TransportServerError
from syncgql.transport.selectable_stream import ProtocolsRefused, Refusal

RESPONSE = Response(200, {}, "http://example.test/", 0.1)


def test_a_refusal_is_an_error() -> None:
    """Whatever the response was: an error, GraphQL errors, or data."""
    error = TransportServerError("no", code=404)
    assert Refusal("sse", error).error is error
    errors = ExecutionResult(None, [{"message": "no subscriptions"}], response=RESPONSE)
    assert isinstance(Refusal("sse", errors).error, TransportQueryError)
    ran = Refusal("sse", ExecutionResult({"n": 1}, response=RESPONSE)).error
    assert isinstance(ran, TransportProtocolError)
    assert ran.response is RESPONSE


def test_the_last_response() -> None:
    """Without another protocol to try, it is the result of the operation."""
    result, error = ExecutionResult({"n": 1}), TransportServerError("no", code=404)
    assert ProtocolsRefused([Refusal("sse", error), Refusal("multipart", result)]).last_outcome() is result
    with pytest.raises(TransportServerError, match="no"):
        ProtocolsRefused([Refusal("multipart", result), Refusal("sse", error)]).last_outcome()
