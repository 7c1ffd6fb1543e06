"""The metrics, with the real SDK."""

from __future__ import annotations

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from syncgql import Client
from syncgql.contrib.opentelemetry.instruments import SECONDS, Instruments

from ...fix_servers import Server
from .conftest import Telemetry


def test_durations_have_the_buckets_of_the_conventions() -> None:
    """The buckets of the SDK are for milliseconds."""
    reader = InMemoryMetricReader()
    provider = MeterProvider([reader], shutdown_on_exit=False)
    Instruments(provider.get_meter("test")).duration.record(0.3, {})
    data = reader.get_metrics_data()
    provider.shutdown()
    if data is None:
        pytest.fail("no metrics")
    (metric,) = data.resource_metrics[0].scope_metrics[0].metrics
    assert (metric.name, metric.unit) == ("syncgql.client.operation.duration", "s")
    assert tuple(getattr(metric.data.data_points[0], "explicit_bounds", ())) == SECONDS


def test_dropped_events_are_counted(telemetry: Telemetry, strawberry_server: Server) -> None:
    """The numbers of dropped and waiting events are those of the subscription."""
    with Client(strawberry_server.url, middleware=[telemetry.middleware()]) as client:
        events = client.subscribe("subscription { count(to: 50) }", buffer_size=2, overflow="drop_oldest")
        strawberry_server.wait_for("subscription_ended", name="count")
        list(events)
        dropped = events.stats.dropped
    ((_, counted),) = telemetry.metric("syncgql.client.subscription.dropped")
    assert 0 < counted <= dropped
