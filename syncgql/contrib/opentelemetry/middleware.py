"""OpenTelemetry: the middleware. trace_headers(): the headers that continue a trace on the server."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

from opentelemetry import metrics, propagate, trace
from opentelemetry.metrics import MeterProvider
from opentelemetry.trace import TracerProvider

from ... import (
    ExecutionResult,
    Middleware,
    Operation,
    Subscription,
    TransportError,
    __version__,
)
from .attributes import (
    document_without_literals,
    error_type,
    operation_attributes,
    server_attributes,
    span_name,
)
from .call import Attributes, Call, EventWatch
from .instruments import Instruments

BatchEntry = ExecutionResult | TransportError


def trace_headers() -> dict[str, str]:
    """Return the headers that continue the current trace on the server: ``traceparent``, and baggage if there is any.

    The propagators that are set up globally write them (https://www.w3.org/TR/trace-context/ by default). The
    middleware adds them to queries and mutations. Pass this function as ``headers=`` of the client to send them with
    WebSocket handshakes and streams, and as ``init_payload=`` to send them in ``connection_init``.
    """
    headers: dict[str, str] = {}
    propagate.inject(headers)
    return headers


class OpenTelemetry(Middleware):
    """Middleware that records a span and metrics for each operation, and continues the trace on the server.

    ::

        client = Client(url, middleware=[OpenTelemetry()])

    A span is named ``query Books`` and has the kind CLIENT. Errors in the response are events of the span and set its
    status to ERROR; an exception is recorded, too. Variables are never recorded. Messages of GraphQL errors are, and
    a server may quote variables in them.

    Args:
        tracer_provider: creates the tracer; by default, the global one.
        meter_provider: creates the meter; by default, the global one.
        document: whether spans have the document, with strings and numbers replaced. False by default.
        propagate: whether queries and mutations carry the headers of the trace. True by default. The headers differ
            from call to call, so ``deduplicate=True`` and ``batch_interval=`` of the client merge no calls then. Pass
            False for these, and for APIs that must not see your baggage.
    """

    def __init__(
        self,
        *,
        tracer_provider: TracerProvider | None = None,
        meter_provider: MeterProvider | None = None,
        document: bool = False,
        propagate: bool = True,
    ) -> None:
        self._options: dict[str, Any] = {
            "tracer_provider": tracer_provider,
            "meter_provider": meter_provider,
            "document": document,
            "propagate": propagate,
        }
        self._document = document
        self._propagate = propagate
        self._tracer = trace.get_tracer("syncgql", __version__, tracer_provider)
        self._instruments = Instruments(metrics.get_meter("syncgql", __version__, meter_provider))

    def execute(self, operation: Operation, call_next: Callable[[Operation], ExecutionResult]) -> ExecutionResult:
        attributes = operation_attributes(operation)
        with self._call(span_name(attributes), attributes, self._details(operation)) as call:
            result = call_next(self._with_headers(operation))
            call.received(result)
            return result

    def execute_batch(
        self, operations: Sequence[Operation], call_next: Callable[[Sequence[Operation]], list[BatchEntry]]
    ) -> list[BatchEntry]:
        attributes = {**server_attributes(operations[0]), "graphql.operation.type": "batch"}
        with self._call("batch", attributes, {"syncgql.batch.size": len(operations)}) as call:
            entries = call_next([self._with_headers(operation) for operation in operations])
            for entry in entries:
                if isinstance(entry, TransportError):
                    call.failed(entry)
                else:
                    call.received(entry)
            return entries

    def subscribe(
        self, operation: Operation, call_next: Callable[[Operation], Subscription[ExecutionResult]]
    ) -> Subscription[ExecutionResult]:
        attributes = operation_attributes(operation)
        name = span_name(attributes)
        with self._call(name, attributes, self._details(operation)) as call:
            subscription = call_next(self._with_headers(operation))
        watch = EventWatch(subscription, call.span, self._tracer, self._instruments, name, attributes)
        return subscription.map(watch)

    def on_retry(self, error: TransportError, delay: float) -> None:
        """Record a retry: an event of the span, and a count. Pass this method as ``RetryPolicy(on_retry=...)``.

        Args:
            error: the error of the last attempt.
            delay: the seconds until the next one.
        """
        attributes = {"error.type": error_type(error)}
        trace.get_current_span().add_event("retry", {**attributes, "syncgql.retry.delay": delay})
        self._instruments.retries.add(1, attributes)

    def _call(self, name: str, attributes: Attributes, more: Attributes) -> AbstractContextManager[Call]:
        return Call.begin(self._tracer, self._instruments, name, attributes, more)

    def _details(self, operation: Operation) -> Attributes:
        document = document_without_literals(operation) if self._document else None
        return {} if document is None else {"graphql.document": document}

    def _with_headers(self, operation: Operation) -> Operation:
        if not self._propagate:
            return operation
        return operation.replace(headers={**trace_headers(), **(operation.headers or {})})

    def __reduce__(self) -> tuple[Any, ...]:
        # Tracers and meters cannot be pickled; the copy asks the providers of its process.
        return functools.partial(OpenTelemetry, **self._options), ()
