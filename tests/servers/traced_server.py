"""A Strawberry server with OpenTelemetry's instrumentation of ASGI; its resolvers return the span of the request."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

import strawberry
from opentelemetry import baggage, trace
from opentelemetry.instrumentation.asgi import OpenTelemetryMiddleware
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.trace import format_span_id, format_trace_id
from strawberry.asgi import GraphQL

from syncgql.cli.demo.serving import serve

from .log import Log
from .observer import Observer


@strawberry.type
class Span:
    """The span of a request, and the baggage that came with it."""

    trace: str
    parent: str | None
    user: str | None


def current_span() -> Span:
    span = trace.get_current_span()
    parent = span.parent if isinstance(span, ReadableSpan) else None
    return Span(
        trace=format_trace_id(span.get_span_context().trace_id),
        parent=format_span_id(parent.span_id) if parent else None,
        user=str(baggage.get_baggage("user") or "") or None,
    )


@strawberry.type
class Query:
    @strawberry.field
    def span(self) -> Span:
        return current_span()


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def spans(self) -> AsyncGenerator[Span, None]:
        yield current_span()


app: Any = GraphQL(strawberry.Schema(Query, subscription=Subscription))

if __name__ == "__main__":
    traced = OpenTelemetryMiddleware(app, tracer_provider=TracerProvider(), exclude_spans=["receive", "send"])
    serve(Observer(traced, Log()))
