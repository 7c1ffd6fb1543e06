"""The spans of calls that fail."""

from __future__ import annotations

import contextlib

import pytest
from opentelemetry.trace import StatusCode

from syncgql import Client, TransportConnectionFailed, TransportError, TransportQueryError, TransportServerError

from ...fix_servers import Server
from .conftest import DURATION, Telemetry


def test_graphql_errors_are_events(telemetry: Telemetry, strawberry_server: Server) -> None:
    """Each error is an event; the status is ERROR. The same is recorded for the attempt."""
    client = Client(strawberry_server.url, middleware=[telemetry.middleware()])
    with client, pytest.raises(TransportQueryError):
        client.execute("{ hello fail }")
    (span,) = telemetry.calls
    assert [event.name for event in telemetry.attempts[0].events] == ["graphql.error"]
    assert (span.status.status_code, span.status.description) == (StatusCode.ERROR, "It failed")
    assert span.attributes is not None
    assert span.attributes["error.type"] == "GraphQLError"
    assert [(event.name, dict(event.attributes or {})) for event in span.events] == [
        (
            "graphql.error",
            {"error.type": "GraphQLError", "graphql.error.message": "It failed", "graphql.error.path": "fail"},
        )
    ]
    ((attributes, _),) = telemetry.metric(DURATION)
    assert attributes["error.type"] == "GraphQLError"


def test_an_exception_is_recorded(telemetry: Telemetry, strawberry_server: Server) -> None:
    """The type of the error is the status, or the class."""
    canned = strawberry_server.canned("down", status=503)
    with Client(canned, middleware=[telemetry.middleware()]) as client, pytest.raises(TransportServerError):
        client.execute("{ a }")
    nowhere = Client("http://127.0.0.1:1/graphql", middleware=[telemetry.middleware()])
    with nowhere as client, pytest.raises(TransportConnectionFailed):
        client.execute("{ a }")
    refused, unreachable = telemetry.calls
    assert [dict(span.attributes or {})["error.type"] for span in telemetry.calls] == [
        "503",
        "TransportConnectionFailed",
    ]
    assert dict(refused.attributes or {})["http.response.status_code"] == 503
    assert unreachable.events[0].name == "exception"
    assert unreachable.status.status_code is StatusCode.ERROR


def test_a_subscription_that_does_not_start(telemetry: Telemetry) -> None:
    """The exception is recorded in its span."""
    nowhere = Client("ws://127.0.0.1:1/graphql", middleware=[telemetry.middleware()], reconnect=False)
    with nowhere as client, contextlib.suppress(TransportError):
        client.subscribe("subscription { a }")
    (span,) = telemetry.spans
    assert span.status.status_code is StatusCode.ERROR
