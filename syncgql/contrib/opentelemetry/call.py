"""Call: the span and the metrics of one call. EventWatch: those of the events of a subscription."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from opentelemetry.trace import Link, Span, SpanKind, Status, StatusCode, Tracer

from ... import ExecutionResult, Subscription, SyncGQLError
from .attributes import (
    error_type,
    graphql_error_attributes,
    graphql_error_type,
    response_attributes,
)
from .instruments import Instruments

Attributes = Mapping[str, str | int]


class Call:
    """A call in progress.

    Args:
        span: its span.

    Attributes:
        span: the argument.
        error_type: the type of the first error; None if there was none.
    """

    def __init__(self, span: Span) -> None:
        self.span = span
        self.error_type: str | None = None

    @staticmethod
    @contextmanager
    def begin(
        tracer: Tracer, instruments: Instruments, name: str, attributes: Attributes, more: Attributes
    ) -> Iterator[Call]:
        """Record a call, which is what happens in the ``with`` block.

        Args:
            tracer: creates the span.
            instruments: the metrics.
            name: the name of the span.
            attributes: attributes of the span and of the metrics.
            more: attributes of the span alone.
        """
        started = time.perf_counter()
        instruments.active.add(1, attributes)
        with tracer.start_as_current_span(
            name,
            kind=SpanKind.CLIENT,
            attributes={**attributes, **more},
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            call = Call(span)
            try:
                yield call
            except BaseException as error:  # Ctrl-C, too
                call.failed(error)
                raise
            finally:
                instruments.active.add(-1, attributes)
                outcome = {"error.type": call.error_type} if call.error_type else {}
                instruments.duration.record(time.perf_counter() - started, {**attributes, **outcome})

    def received(self, result: ExecutionResult) -> None:
        """Record a response."""
        self.span.set_attributes(response_attributes(result))
        for error in result.errors or ():
            self.span.add_event("graphql.error", graphql_error_attributes(error))
            self._set_error(graphql_error_type(error), str(error.get("message", "")))

    def failed(self, error: BaseException) -> None:
        """Record an exception in place of a response."""
        self.span.set_attributes(response_attributes(error))
        self.span.record_exception(error)
        # The messages of this package hold no secrets; those of other exceptions are in the event alone.
        self._set_error(error_type(error), str(error) if isinstance(error, SyncGQLError) else "")

    def _set_error(self, kind: str, message: str) -> None:
        if self.error_type is None:
            self.error_type = kind
            self.span.set_attribute("error.type", kind)
            self.span.set_status(Status(StatusCode.ERROR, message))


class EventWatch:
    """Records the events of a subscription, in the thread that consumes them.

    A span that lasts as long as a subscription would be exported when the subscription ends, after hours, or never if
    the process is killed. So the span of the start ends when the subscription was sent, and a span for each reconnect
    refers to it by a link.

    Args:
        subscription: the subscription; only its counts are used.
        span: the span of the start.
        tracer: creates spans.
        instruments: the metrics.
        name: the name of the span of the start.
        attributes: the attributes of spans and metrics.
    """

    def __init__(
        self,
        subscription: Subscription[Any],
        span: Span,
        tracer: Tracer,
        instruments: Instruments,
        name: str,
        attributes: Attributes,
    ) -> None:
        self._subscription = subscription
        self._link = Link(span.get_span_context())
        self._tracer = tracer
        self._instruments = instruments
        self._name = name
        self._attributes = attributes
        self._reconnects = 0
        self._dropped = 0

    def __call__(self, result: ExecutionResult) -> ExecutionResult:
        """Record an event and return it unchanged."""
        stats, metrics, attributes = self._subscription.stats, self._instruments, self._attributes
        outcome = {"error.type": graphql_error_type(result.errors[0])} if result.errors else {}
        metrics.events.add(1, {**attributes, **outcome})
        metrics.buffered.record(stats.buffered, attributes)
        if stats.dropped != self._dropped:
            metrics.dropped.add(stats.dropped - self._dropped, attributes)
            self._dropped = stats.dropped
        if stats.reconnects != self._reconnects:
            metrics.reconnects.add(stats.reconnects - self._reconnects, attributes)
            self._reconnects = stats.reconnects
            self._tracer.start_span(
                f"{self._name} reconnected",
                kind=SpanKind.CLIENT,
                attributes={**attributes, "syncgql.reconnects": stats.reconnects},
                links=[self._link],
            ).end()
        return result
