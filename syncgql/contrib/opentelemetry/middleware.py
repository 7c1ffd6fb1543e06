"""OpenTelemetry: the middleware. trace_headers(): the headers that continue a trace on the server."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from opentelemetry import context, metrics, propagate, trace
from opentelemetry.metrics import MeterProvider
from opentelemetry.trace import TracerProvider

from ... import (
    Client,
    ExecutionResult,
    Middleware,
    Operation,
    Subscription,
    TransportError,
    __version__,
)
from .attributes import (
    document_without_literals,
    has_headers,
    operation_attributes,
    server_attributes,
    span_name,
)
from .call import Attributes, Call, Outcome
from .client_metrics import ClientMetrics
from .instruments import Instruments
from .subscription_spans import EventWatch, SubscriptionSpans

BatchEntry = ExecutionResult | TransportError


def trace_headers() -> dict[str, str]:
    """Return the headers that continue the current trace on the server: ``traceparent``, and baggage if there is any.

    The propagators that are set up globally write them (https://www.w3.org/TR/trace-context/ by default). The
    middleware adds them to queries and mutations over HTTP. Pass this function as ``headers=`` of the client to send
    them with WebSocket handshakes and streams, and as ``init_payload=`` to send them in ``connection_init``.
    """
    headers: dict[str, str] = {}
    propagate.inject(headers)
    return headers


class OpenTelemetry(Middleware):
    """Middleware that records spans and metrics for each operation, and continues the trace on the server.

    ::

        client = Client(url, middleware=[OpenTelemetry()])

    The span of an operation has a name such as ``query Books`` and the kind CLIENT. Each attempt to send the operation
    is a child span, from which the server continues the trace. The span of a subscription lasts until the subscription
    ends. Errors in the response are events of the span and set its status to ERROR, as exceptions do. Variables are
    never recorded, but the messages of GraphQL errors are, and a server may quote variables in them.

    Args:
        tracer_provider: creates the tracer; by default, the global one.
        meter_provider: creates the meter; by default, the global one.
        document: whether spans contain the document, with strings and numbers replaced. False by default.
        propagate: whether queries and mutations over HTTP carry the headers of the trace. True by default. Pass False
            for APIs that must not see your baggage, and for clients with ``batch_interval=``: headers that differ from
            call to call prevent batches.
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
        self._meter = metrics.get_meter("syncgql", __version__, meter_provider)
        self._instruments = Instruments(self._meter)
        self._client_metrics: ClientMetrics | None = None
        self._subscriptions = SubscriptionSpans()
        # Each middleware has its own key, so that several in one client do not find each other's calls.
        self._key = context.create_key("syncgql-call")

    def observe(self, client: Client, name: str) -> None:
        """Export ``client.stats`` as metrics until the client is freed.

        Args:
            client: the client; it need not have this middleware.
            name: the value of the attribute ``syncgql.client.name``, which distinguishes clients. Another client of
                this name is no longer observed.
        """
        if self._client_metrics is None:
            self._client_metrics = ClientMetrics(self._meter)
        self._client_metrics.add(client, name)

    def execute(self, operation: Operation, call_next: Callable[[Operation], ExecutionResult]) -> ExecutionResult:
        attributes = operation_attributes(operation)
        with self._call(span_name(attributes), attributes, self._details(operation)) as call:
            result = call_next(operation)
            call.received(result)
            return result

    def attempt(self, operation: Operation, call_next: Callable[[Operation], ExecutionResult]) -> ExecutionResult:
        with self._attempt(operation) as outcome:
            result = call_next(self._with_headers(operation))
            outcome.received(result)
            return result

    def execute_batch(
        self, operations: Sequence[Operation], call_next: Callable[[Sequence[Operation]], list[BatchEntry]]
    ) -> list[BatchEntry]:
        attributes = {**server_attributes(operations[0]), "graphql.operation.type": "batch"}
        with self._call("batch", attributes, {"syncgql.batch.size": len(operations)}) as call:
            entries = call_next(operations)
            _record(entries, call)
            return entries

    def attempt_batch(
        self, operations: Sequence[Operation], call_next: Callable[[Sequence[Operation]], list[BatchEntry]]
    ) -> list[BatchEntry]:
        with self._attempt(operations[0]) as outcome:
            entries = call_next([self._with_headers(operation) for operation in operations])
            _record(entries, outcome)
            return entries

    def subscribe(
        self, operation: Operation, call_next: Callable[[Operation], Subscription[ExecutionResult]]
    ) -> Subscription[ExecutionResult]:
        self._subscriptions.end_dropped()
        attributes = operation_attributes(operation)
        call = self._started(span_name(attributes), attributes, self._details(operation))
        try:
            with call.recorded(self._key):
                subscription = call_next(operation)
        except BaseException:
            call.span.end()
            raise
        watch = EventWatch(call, subscription, self._instruments, self._subscriptions)
        return subscription.map(watch.event, watch.ended)

    @contextmanager
    def _call(self, name: str, attributes: Attributes, more: Attributes) -> Iterator[Call]:
        self._subscriptions.end_dropped()
        call = self._started(name, attributes, more)
        try:
            with call.recorded(self._key):
                yield call
        finally:
            call.span.end()

    def _started(self, name: str, attributes: Attributes, more: Attributes) -> Call:
        return Call(self._tracer, self._instruments, name, attributes, more)

    @contextmanager
    def _attempt(self, operation: Operation) -> Iterator[Outcome]:
        call = context.get_value(self._key)
        if not isinstance(call, Call):
            raise RuntimeError("An attempt was made outside of a call of this middleware.")
        with call.attempt(operation) as outcome:
            yield outcome

    def _details(self, operation: Operation) -> Attributes:
        document = document_without_literals(operation) if self._document else None
        return {} if document is None else {"graphql.document": document}

    def _with_headers(self, operation: Operation) -> Operation:
        if not self._propagate or not has_headers(operation):
            return operation
        return operation.replace(headers={**trace_headers(), **(operation.headers or {})})

    def __reduce__(self) -> tuple[Any, ...]:
        # Tracers and meters cannot be pickled; the copy gets them from the providers of its process.
        return functools.partial(OpenTelemetry, **self._options), ()


def _record(entries: Sequence[BatchEntry], outcome: Outcome) -> None:
    """Record the entries of a batch."""
    for entry in entries:
        if isinstance(entry, TransportError):
            outcome.failed(entry)
        else:
            outcome.received(entry)
