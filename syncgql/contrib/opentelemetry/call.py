"""Outcome: records the outcome of a call or an attempt. Call: the span and the metrics of one call."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from opentelemetry import context, trace
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, Tracer

from ... import ExecutionResult, Operation, SyncGQLError
from .attributes import (
    error_type,
    graphql_error_attributes,
    graphql_error_type,
    response_attributes,
)
from .instruments import Instruments

Attributes = Mapping[str, str | int]


class Outcome:
    """The outcome of a call or of one of its attempts.

    Args:
        span: the span to record it in.

    Attributes:
        span: the argument of the same name.
        error_type: the type of the first error; None if there was none.
    """

    def __init__(self, span: Span) -> None:
        self.span = span
        self.error_type: str | None = None

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
        # The messages of this package contain no secrets; those of other exceptions are only in the event.
        self._set_error(error_type(error), str(error) if isinstance(error, SyncGQLError) else "")

    def _set_error(self, kind: str, message: str) -> None:
        if self.error_type is None:
            self.error_type = kind
            self.span.set_attribute("error.type", kind)
            self.span.set_status(Status(StatusCode.ERROR, message))


class Call(Outcome):
    """A call. It starts the span; its creator ends the span.

    Args:
        tracer: creates the spans of the call and of its attempts.
        instruments: the metrics.
        name: the name of the span.
        attributes: attributes of the span and of the metrics.
        more: further attributes of the span only.
    """

    def __init__(
        self, tracer: Tracer, instruments: Instruments, name: str, attributes: Attributes, more: Attributes
    ) -> None:
        super().__init__(tracer.start_span(name, kind=SpanKind.CLIENT, attributes={**attributes, **more}))
        self.name = name
        self.attributes = attributes
        self._tracer = tracer
        self._instruments = instruments
        self._attempts = 0
        self._retry_reason = ""

    @contextmanager
    def recorded(self, key: str) -> Iterator[None]:
        """Record the outcome of the block, and make this the current call within it.

        Args:
            key: the key of the call in OpenTelemetry's context.
        """
        started = time.perf_counter()
        self._instruments.active.add(1, self.attributes)
        with _attached(context.set_value(key, self, trace.set_span_in_context(self.span))):
            try:
                yield
            except BaseException as error:  # includes Ctrl-C
                self.failed(error)
                raise
            finally:
                self._instruments.active.add(-1, self.attributes)
                attributes = {**self.attributes, **({"error.type": self.error_type} if self.error_type else {})}
                self._instruments.duration.record(time.perf_counter() - started, attributes)
                self._instruments.attempts.record(self._attempts, attributes)

    @contextmanager
    def attempt(self, operation: Operation) -> Iterator[Outcome]:
        """Record the block as an attempt, in a child span.

        Args:
            operation: the operation, or the first of a batch.
        """
        self._attempts += 1
        attributes = dict(self.attributes)
        if operation.attempt > 1:
            attributes["http.request.resend_count"] = operation.attempt - 1
            self._instruments.retries.add(1, {**self.attributes, "error.type": self._retry_reason})
        if operation.waited:
            self._instruments.rate_limit_wait.record(operation.waited, self.attributes)
        span = self._tracer.start_span(f"{self.name} attempt", kind=SpanKind.CLIENT, attributes=attributes)
        outcome = Outcome(span)
        with _attached(trace.set_span_in_context(span)):
            try:
                yield outcome
            except BaseException as error:
                outcome.failed(error)
                raise
            finally:
                span.end()
                self._retry_reason = outcome.error_type or ""


@contextmanager
def _attached(entered: context.Context) -> Iterator[None]:
    token = context.attach(entered)
    try:
        yield
    finally:
        context.detach(token)
