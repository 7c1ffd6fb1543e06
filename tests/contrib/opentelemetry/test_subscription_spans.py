"""The spans of subscriptions: what they record, and when they end."""

from __future__ import annotations

from typing import Any

import pytest
from opentelemetry.trace import StatusCode

from syncgql import Client, TransportQueryError

from ...fix_scripts import RunScript
from ...fix_servers import Server
from .conftest import Telemetry


def test_a_reconnect_is_an_event(telemetry: Telemetry, strawberry_server: Server, tcp_proxy: Any) -> None:
    """It says for how long events are missing, and is recorded with the first event after it."""
    with tcp_proxy(strawberry_server.url) as proxy:
        middleware = telemetry.middleware()
        with Client(proxy.url, middleware=[middleware]) as client:
            events = client.subscribe("subscription Count { count(delay: 0.01) }")
            next(events)
            proxy.drop()
            while not telemetry.metric("syncgql.client.subscription.reconnects"):
                next(events)
            events.close()
    (span,) = telemetry.spans
    (event,) = span.events
    assert event.name == "reconnect"
    assert (event.attributes or {})["syncgql.subscription.missing_seconds"] == events.stats.missing_seconds > 0


def test_an_overflow_is_an_event(telemetry: Telemetry, strawberry_server: Server) -> None:
    """It says how many events were dropped."""
    with Client(strawberry_server.url, middleware=[telemetry.middleware()]) as client:
        events = client.subscribe("subscription { count(to: 50) }", buffer_size=2, overflow="drop_oldest")
        strawberry_server.wait_for("subscription_ended", name="count")
        list(events)
    (span,) = telemetry.spans
    dropped = [(event.attributes or {})["syncgql.subscription.dropped"] for event in span.events]
    assert sum(map(float, map(str, dropped))) == events.stats.dropped


def test_the_error_that_ends_it(telemetry: Telemetry, strawberry_server: Server) -> None:
    """The span has its type and the status ERROR."""
    client = Client(strawberry_server.url, middleware=[telemetry.middleware()])
    with client, pytest.raises(TransportQueryError):
        list(client.subscribe("subscription { nothing }"))
    (span,) = telemetry.spans
    assert span.status.status_code is StatusCode.ERROR
    assert (span.attributes or {})["error.type"] == "TransportQueryError"


def test_the_errors_of_an_event(telemetry: Telemetry, strawberry_server: Server) -> None:
    """They are events of the span, which has the status ERROR, whether the consumer raises or not."""
    with Client(strawberry_server.url, middleware=[telemetry.middleware()]) as client:
        results = list(client.subscribe_results("subscription { failAfter(count: 1) }"))
    assert [bool(result.errors) for result in results] == [False, True]
    (span,) = telemetry.spans
    (error,) = span.events
    assert (error.name, (error.attributes or {})["graphql.error.message"]) == ("graphql.error", "It failed after 1")
    assert span.status.status_code is StatusCode.ERROR
    assert (span.attributes or {})["error.type"] == "GraphQLError"


def test_a_dropped_subscription(telemetry: Telemetry, strawberry_server: Server) -> None:
    """Its span ends with the next call, at the time at which it was dropped."""
    with Client(strawberry_server.url, middleware=[telemetry.middleware()]) as client:
        for _ in client.subscribe("subscription { count }"):
            break
        assert telemetry.spans == []
        client.execute("{ hello }")
    subscription, attempt, _ = telemetry.spans
    assert subscription.name == "subscription"
    assert (subscription.end_time or 0) < (attempt.start_time or 0)


def test_at_exit(run_script: RunScript, strawberry_server: Server) -> None:
    """The spans of subscriptions that are open or were dropped are exported."""
    script = """
        import sys
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter
        from syncgql import Client
        from syncgql.contrib.opentelemetry import OpenTelemetry

        provider = TracerProvider()
        provider.add_span_processor(BatchSpanProcessor(ConsoleSpanExporter(formatter=lambda span: span.name + "\\n")))
        client = Client(sys.argv[1], middleware=[OpenTelemetry(tracer_provider=provider)])
        for event in client.subscribe("subscription Dropped { count }"):
            break
        opened = client.subscribe("subscription Opened { count }")
        next(opened)
    """
    result = run_script(script, strawberry_server.url)
    assert (result.exit_code, sorted(result.stdout.split("\n"))) == (
        0,
        ["", "subscription Dropped", "subscription Opened"],
    ), result.stderr
