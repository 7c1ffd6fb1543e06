"""Which answers say that a server does not speak a protocol."""

from __future__ import annotations

import pytest

from syncgql import ExecutionResult, TransportConnectionFailed, TransportError, TransportTimeout
from syncgql.protocol import json_codec
from syncgql.protocol.http import read_answer
from syncgql.protocol.protocol_refusal import refuses_protocol
from syncgql.result import Response

ERRORS = b'{"errors": [{"message": "no"}]}'
DATA = b'{"data": {"n": 1}}'
PARTIAL = b'{"data": {"n": null}, "errors": [{"message": "no"}]}'
TEXT = b"<html>no</html>"


def outcome(status: int, body: bytes) -> ExecutionResult | TransportError:
    """Return what an answer means to a request that has no stream."""
    media_type = "text/html" if body == TEXT else "application/json"
    response = Response(status, {"Content-Type": media_type}, "http://example.test/", 0.1)
    try:
        return read_answer(response, body, json_codec.loads)
    except TransportError as error:
        return error


@pytest.mark.parametrize("body", [ERRORS, TEXT, b"{}"])
@pytest.mark.parametrize("status", [404, 405, 406, 415])
@pytest.mark.parametrize("is_subscription", [True, False])
def test_not_in_this_form(status: int, body: bytes, is_subscription: bool) -> None:
    """These statuses say so for every operation and with every body, because nothing was executed."""
    assert refuses_protocol(outcome(status, body), is_subscription=is_subscription)


@pytest.mark.parametrize(
    ("status", "body"),
    [(400, TEXT), (400, b"{}"), (410, TEXT), (422, TEXT), (426, TEXT), (200, TEXT), (200, b"[]"), (200, DATA)],
)
def test_to_a_subscription(status: int, body: bytes) -> None:
    """A subscription needs another protocol if the answer is neither a stream nor errors; a query is never repeated."""
    assert refuses_protocol(outcome(status, body), is_subscription=True)
    assert not refuses_protocol(outcome(status, body), is_subscription=False)


@pytest.mark.parametrize("is_subscription", [True, False])
@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, ERRORS),
        (200, ERRORS),
        (200, PARTIAL),
        (422, ERRORS),
        *((status, TEXT) for status in (301, 308, 401, 403, 407, 408, 425, 429, 500, 501, 502, 503, 504)),
        *((status, ERRORS) for status in (401, 403, 429, 500, 503)),
    ],
)
def test_answers_and_failures(status: int, body: bytes, is_subscription: bool) -> None:
    """GraphQL errors are the answer; refused credentials, limits and failures say nothing about protocols."""
    assert not refuses_protocol(outcome(status, body), is_subscription=is_subscription)


@pytest.mark.parametrize(
    "error",
    [TransportConnectionFailed("lost"), TransportTimeout("late", limit="total", seconds=1.0), TransportError("other")],
)
def test_no_answer(error: TransportError) -> None:
    """Without an answer nothing is known."""
    assert not refuses_protocol(error, is_subscription=True)


@pytest.mark.parametrize(
    ("message", "refuses"),
    [
        ("Subscription operations can only be executed over a WebSocket connection.", True),
        ("Subscriptions are not supported over HTTP", True),
        ("subscriptions are not allowed when using POST", True),
        ("Cannot query field 'wrong' on type 'Subscription'.", False),
        ("The field 'n' is not supported", False),
    ],
)
def test_errors_about_subscriptions(message: str, refuses: bool) -> None:
    """Errors of servers that run no subscriptions over HTTP are told from errors of the operation."""
    errors = [{"message": message}]
    assert refuses_protocol(ExecutionResult(errors=errors), is_subscription=True) is refuses
    assert not refuses_protocol(ExecutionResult({"n": 1}, errors), is_subscription=True)
    assert not refuses_protocol(ExecutionResult(errors=errors), is_subscription=False)
