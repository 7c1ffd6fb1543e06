"""Which responses mean that a server does not support a protocol."""

from __future__ import annotations

import pytest

from syncgql import (
    ExecutionResult,
    TransportAuthenticationError,
    TransportConnectionFailed,
    TransportError,
    TransportProtocolError,
    TransportRateLimited,
    TransportServerError,
    TransportTimeout,
)
from syncgql.protocol import json_codec
from syncgql.protocol.http import read_http_response
from syncgql.protocol.protocol_refusal import refuses_protocol, refuses_websocket
from syncgql.result import Response

ERRORS = b'{"errors": [{"message": "no"}]}'
DATA = b'{"data": {"n": 1}}'
PARTIAL = b'{"data": {"n": null}, "errors": [{"message": "no"}]}'
TEXT = b"<html>no</html>"


def outcome(status: int, body: bytes) -> ExecutionResult | TransportError:
    """Return what a response that is not a stream means."""
    media_type = "text/html" if body == TEXT else "application/json"
    response = Response(status, {"Content-Type": media_type}, "http://example.test/", 0.1)
    try:
        return read_http_response(response, body, json_codec.loads)
    except TransportError as error:
        return error


@pytest.mark.parametrize("body", [ERRORS, TEXT, b"{}"])
@pytest.mark.parametrize("status", [404, 405, 406, 415])
@pytest.mark.parametrize("is_subscription", [True, False])
def test_not_in_this_form(status: int, body: bytes, is_subscription: bool) -> None:
    """These statuses are refusals for every operation and with every body, because nothing was executed."""
    assert refuses_protocol(outcome(status, body), is_subscription=is_subscription)


@pytest.mark.parametrize(
    ("status", "body"),
    [(400, TEXT), (400, b"{}"), (410, TEXT), (422, TEXT), (426, TEXT), (200, TEXT), (200, b"[]"), (200, DATA)],
)
def test_to_a_subscription(status: int, body: bytes) -> None:
    """A subscription needs another protocol if the response is neither a stream nor errors; queries are not resent."""
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
def test_responses_and_failures(status: int, body: bytes, is_subscription: bool) -> None:
    """GraphQL errors are the result; refused credentials, limits and failures say nothing about protocols."""
    assert not refuses_protocol(outcome(status, body), is_subscription=is_subscription)


@pytest.mark.parametrize(
    "error",
    [TransportConnectionFailed("lost"), TransportTimeout("late", limit="total", seconds=1.0), TransportError("other")],
)
def test_no_response(error: TransportError) -> None:
    """Without a response, nothing is known."""
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
    """Errors of servers that run no subscriptions over HTTP are distinguished from errors of the operation."""
    errors = [{"message": message}]
    assert refuses_protocol(ExecutionResult(errors=errors), is_subscription=True) is refuses
    assert not refuses_protocol(ExecutionResult({"n": 1}, errors), is_subscription=True)
    assert not refuses_protocol(ExecutionResult(errors=errors), is_subscription=False)


def test_a_subscription_that_was_started_for_nothing() -> None:
    """GraphQL Yoga names what it would have sent in a 406, after it has started the subscription."""
    response = Response(406, {"Accept": "text/event-stream; charset=utf-8, text/event-stream"}, "http://a.test/", 0.1)
    error = TransportServerError("no", code=406, response=response)
    assert not refuses_protocol(error, is_subscription=True)
    assert refuses_protocol(error, is_subscription=False)


@pytest.mark.parametrize(("path", "refuses"), [(["n"], True), (["n", "m"], False), (None, False)])
def test_a_root_field_without_a_value(path: list[str] | None, refuses: bool) -> None:
    """Servers that run a subscription as a query have no value for its field; below that it is the event's error."""
    message = "Cannot return null for non-nullable field Subscription.n."
    body = json_codec.dumps({"data": None, "errors": [{"message": message, "path": path}]}).encode()
    assert refuses_protocol(outcome(200, body), is_subscription=True) is refuses


@pytest.mark.parametrize(
    ("error", "refuses"),
    [
        *((TransportServerError("no", code=code), True) for code in (200, 204, 301, 400, 404, 405, 406, 415, 426)),
        *((TransportServerError("no", code=code), False) for code in (407, 408, 425, 429, 500, 501, 502, 503, 504)),
        *((TransportAuthenticationError("no", code=code), False) for code in (401, 403, 1008, 4401, None)),
        (TransportRateLimited("no", code=400), False),
        *((TransportConnectionFailed("no", code=code), True) for code in (1002, 4406)),
        *((TransportConnectionFailed("no", code=code), False) for code in (1000, 1006, 1011, 4400, 4500, None)),
        (TransportTimeout("no", limit="ack_timeout", seconds=10), False),
        (TransportProtocolError("no", code=1002), False),
    ],
)
def test_ends_of_websockets(error: TransportError, refuses: bool) -> None:
    """Some ends before the acknowledgement mean that there is no GraphQL over WebSocket."""
    assert refuses_websocket(error) is refuses
