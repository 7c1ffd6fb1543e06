"""Providers that keep spans and metrics in memory, and a server that is traced as well."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import format_span_id, format_trace_id

from syncgql.cli.demo.server_process import ServerProcess
from syncgql.contrib.opentelemetry import OpenTelemetry

from ...fix_servers import Server
from ...servers.python import PythonProcess

DURATION = "syncgql.client.operation.duration"


class Telemetry:
    """The spans and metrics of a test.

    Attributes:
        tracer: a tracer of the test's own spans.
    """

    def __init__(self) -> None:
        self.exporter = InMemorySpanExporter()
        self.tracer_provider = TracerProvider()
        self.tracer_provider.add_span_processor(SimpleSpanProcessor(self.exporter))
        self.tracer = self.tracer_provider.get_tracer("test")
        self._reader = InMemoryMetricReader()
        self._meter_provider = MeterProvider([self._reader], shutdown_on_exit=False)

    def middleware(self, **options: Any) -> OpenTelemetry:
        """Return the middleware with these providers."""
        return OpenTelemetry(tracer_provider=self.tracer_provider, meter_provider=self._meter_provider, **options)

    @property
    def spans(self) -> list[ReadableSpan]:
        """The spans that have ended, in the order in which they ended."""
        return list(self.exporter.get_finished_spans())

    @property
    def calls(self) -> list[ReadableSpan]:
        """The spans of calls that have ended."""
        return [span for span in self._own if not span.name.endswith(" attempt")]

    @property
    def attempts(self) -> list[ReadableSpan]:
        """The spans of attempts that have ended."""
        return [span for span in self._own if span.name.endswith(" attempt")]

    @property
    def _own(self) -> list[ReadableSpan]:
        scope = "syncgql"
        return [span for span in self.spans if span.instrumentation_scope and span.instrumentation_scope.name == scope]

    def metric(self, name: str) -> list[tuple[Mapping[str, Any], Any]]:
        """Return the attributes and the value of each series of a metric; of a histogram, the number of values."""
        data = self._reader.get_metrics_data()
        metrics = [m for r in data.resource_metrics for s in r.scope_metrics for m in s.metrics] if data else []
        points = [point for metric in metrics if metric.name == name for point in metric.data.data_points]
        return [
            (dict(point.attributes or {}), getattr(point, "value", getattr(point, "count", None))) for point in points
        ]

    def close(self) -> None:
        """Shut the providers down."""
        self.tracer_provider.shutdown()
        self._meter_provider.shutdown()


@pytest.fixture
def telemetry() -> Iterator[Telemetry]:
    telemetry = Telemetry()
    yield telemetry
    telemetry.close()


@pytest.fixture(scope="session")
def traced_process() -> Iterator[ServerProcess]:
    with PythonProcess("tests.servers.traced_server") as process:
        yield process


@pytest.fixture
def traced_server(traced_process: ServerProcess) -> Server:
    """A Strawberry server with OpenTelemetry's instrumentation, which returns the span of the request."""
    return Server(traced_process.url)


def ids(span: ReadableSpan) -> dict[str, str]:
    """The trace and the parent that the server must see if *span* is that of the attempt."""
    own = span.get_span_context()
    assert own is not None
    return {"trace": format_trace_id(own.trace_id), "parent": format_span_id(own.span_id)}


def parent_of(span: ReadableSpan) -> int | None:
    return span.parent.span_id if span.parent else None


def id_of(span: ReadableSpan) -> int:
    own = span.get_span_context()
    assert own is not None
    return own.span_id
