"""Pipeline: the steps of a client's calls, from the facade to the dispatcher."""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from contextvars import copy_context
from typing import TYPE_CHECKING, Any, TypeVar

from ..checks import check_seconds
from ..deadline import Deadline
from ..exceptions import DocumentError, SyncGQLError, TransportError, TransportProtocolError
from ..protocol.batch import BatchEntry
from ..request import UNSET, GraphQLRequest, Unset, as_request
from ..result import ExecutionResult, whole_result
from ..runtime.atomic_counter import AtomicCounter
from ..runtime.client_stats import ClientStats
from ..runtime.clock import Clock
from ..runtime.event_buffer import Overflow, check_buffer
from ..runtime.runtime import Runtime
from ..runtime.with_blocks import WithBlocks
from ..schema.client_schema import ClientSchema
from ..subscription import OnReconnect, Subscription, check_on_reconnect
from ..tracebacks import cut
from .dispatch import BlockingDispatcher, Dispatcher, LoopDispatcher, SubscriptionOptions
from .middleware import Execute
from .operation import Operation, refuse_subscription
from .policies import Policies
from .request_workers import RequestWorkers
from .steps import Steps

if TYPE_CHECKING:
    from graphql import GraphQLSchema

    from ..bulk.request_executor import RequestExecutor
    from ..operations.document import OperationBuilder
    from ..operations.proxy import OperationProxy
    from ..operations.type_view import Types
    from ..transport.options import CallLimit
    from ..transport.selection.transport_factory import Transports
    from ..transport.selection.transport_options import TransportOptions

T = TypeVar("T")
Timeout = float | Unset | None

BUFFER_SIZE = 1024
"""The default number of events of a subscription that may wait for the consumer."""


class Pipeline:
    """The steps of every call of one client.

    Subscriptions and operation proxies keep a reference to this object, so the client stays open while they exist.
    Everything is closed when the last reference is gone.

    Args:
        options: the options that determine how to reach the server.
        schema: the schema that checks and converts requests and results.
        limit: the limit of calls without their own ``timeout=``.
        on_reconnect: a function to call after a lost connection was re-established, unless a subscription has its own.
        policies: the middleware and policies of the client.

    Raises:
        TypeError: an argument has the wrong type or no effect.
    """

    dispatcher: Dispatcher
    own_dispatcher: Dispatcher

    def __init__(
        self,
        options: TransportOptions,
        schema: ClientSchema,
        limit: CallLimit,
        on_reconnect: OnReconnect | None,
        policies: Policies,
    ) -> None:
        # Imported here, like the transports that it creates, which take as long to import as the rest of the package.
        from ..transport.recovery.policy import HOW_TO_RECONNECT
        from ..transport.selection.transport_factory import TransportFactory

        self.options = options
        transports = TransportFactory(options)
        self._schema = schema
        self._where = options.target
        self._subscriptions_where = options.subscriptions_target
        self._limit = limit
        self._on_reconnect = check_on_reconnect(on_reconnect)
        if on_reconnect is not None and not transports.reconnects:
            raise TypeError(f"on_reconnect= has no effect because this client does not reconnect; {HOW_TO_RECONNECT}.")
        policies.check(transports)
        self._clock = Clock()
        self._retries = AtomicCounter()
        self.retry = policies.retry_step(self._clock, self._retries)
        steps = policies.steps(self._clock, self.retry, transports.query_token, transports.subscription_token)
        self._steps = Steps(steps) if steps else None
        self._workers = RequestWorkers() if steps else None
        self._with_blocks = WithBlocks()
        self._builders: dict[str, OperationBuilder] = {}
        loop, blocking = LoopDispatcher(self, transports.build), transports.build_blocking()
        self.own_dispatcher = loop if blocking is None else BlockingDispatcher(blocking, loop)
        self.dispatcher = self.own_dispatcher

    def operation(
        self,
        request: GraphQLRequest,
        timeout: Timeout = UNSET,
        headers: Mapping[str, str] | None = None,
        extra_args: Mapping[str, Any] | None = None,
        *,
        counts_queueing: bool = True,
    ) -> Operation:
        """Return the operation of one call; for *counts_queueing* see ``Deadline``.

        Raises:
            TypeError: *timeout* is not a number.
            ValueError: *timeout* is not positive.
        """
        seconds, name = self._limit
        if timeout is not UNSET:
            seconds, name = check_seconds("timeout", timeout), "timeout"
        deadline = Deadline(seconds, name, self._where, counts_queueing=counts_queueing)
        return Operation(request, deadline, headers, extra_args)

    def batch(
        self,
        requests: Sequence[GraphQLRequest],
        timeout: Timeout,
        headers: Mapping[str, str] | None,
        extra_args: Mapping[str, Any] | None,
    ) -> list[Operation]:
        """Return the operations of one batch, which share a deadline.

        Raises:
            DocumentError: there are no requests.
            TypeError: *timeout* is not a number.
            ValueError: *timeout* is not positive.
        """
        if not requests:
            raise DocumentError("A batch must contain at least one request.")
        operation = self.operation(requests[0], timeout, headers, extra_args)
        return [operation, *(operation._replace(request=request) for request in requests[1:])]

    def execute(self, operation: Operation, dispatch: Execute | None = None) -> ExecutionResult:
        """Run a query or mutation and return its result, with the exceptions of ``Client.execute_result``.

        Args:
            operation: the operation.
            dispatch: the last step, instead of the dispatcher's.
        """
        try:
            if operation.request.may_subscribe:
                refuse_subscription(operation.request)
            if self._schema.prepares_requests:
                operation = self.prepare(operation)
            steps = self._steps
            if dispatch is None:
                dispatch = self.dispatcher.execute
            result = dispatch(operation) if steps is None else steps.execute(operation, dispatch)
            return self.parse(operation, result) if self._schema.parses_results else result
        except SyncGQLError as error:
            raise cut(error)

    def submit(self, operation: Operation, convert: Callable[[ExecutionResult], T]) -> Future[T]:
        """Run a query or mutation and return a future of its converted result, like ``Client.submit``."""
        try:
            if operation.request.may_subscribe:
                refuse_subscription(operation.request)
            operation = self.prepare(operation)

            def finish(result: ExecutionResult) -> T:
                return convert(self.parse(operation, result))

            if self._steps is None or self._workers is None:
                return self.dispatcher.submit(operation, finish)
            # The user's code may wait, so it runs in a worker thread, in the context of the caller.
            steps, context = self._steps, copy_context()

            def run(started: Operation) -> T:
                return context.run(self._run, steps, finish, started)

            return self._workers.submit(operation, run, self.dispatcher.check_open)
        except SyncGQLError as error:
            raise cut(error)

    def bulk_executor(
        self,
        timeout: Timeout = UNSET,
        headers: Mapping[str, str] | None = None,
        extra_args: Mapping[str, Any] | None = None,
        concurrency: int = 1,
    ) -> RequestExecutor:
        """Return an executor for one bulk operation, which runs at most *concurrency* requests at the same time.

        Raises:
            TypeError: *timeout* is not a number.
            ValueError: *timeout* is not positive.
        """
        from .bulk_executor import BulkExecutor

        if timeout is not UNSET:
            check_seconds("timeout", timeout)

        def new_operation(request: GraphQLRequest) -> Operation:
            if request.may_subscribe:
                refuse_subscription(request)
            return self.operation(request, timeout, headers, extra_args, counts_queueing=False)

        return BulkExecutor(self, new_operation, concurrency)

    def execute_batch(self, operations: Sequence[Operation]) -> list[BatchEntry]:
        """Run several operations as one batch, like ``Client.execute_batch_results``."""
        try:
            if self._schema.prepares_requests:
                operations = [self.prepare(operation) for operation in operations]
            steps = self._steps
            dispatch = self.dispatcher.execute_batch
            entries = dispatch(operations) if steps is None else steps.execute_batch(operations, dispatch)
            if self._schema.parses_results:
                entries = [self._parse_entry(*pair) for pair in zip(operations, entries, strict=True)]
            return entries
        except SyncGQLError as error:
            raise cut(error)

    def subscribe(
        self,
        operation: Operation,
        convert: Callable[[ExecutionResult], T],
        buffer_size: int = BUFFER_SIZE,
        overflow: Overflow = "block",
        on_reconnect: OnReconnect | None = None,
    ) -> Subscription[T]:
        """Start a subscription whose iterator yields converted events, like ``Client.subscribe``."""
        check_buffer(buffer_size, overflow)  # before a schema is fetched
        on_reconnect = check_on_reconnect(on_reconnect) or self._on_reconnect
        operation = self.prepare(operation)
        operation.deadline.where = self._subscriptions_where

        def parsed(result: ExecutionResult) -> T:
            return convert(self.parse(operation, result))

        # Avoids work per event: there may be thousands of events per second, and usually nothing to parse.
        make = parsed if self._schema.parses_results else convert
        options = functools.partial(self._subscription_options, buffer_size, overflow, on_reconnect)
        try:
            if self._steps is None:
                return self.dispatcher.subscribe(self, operation, options(operation), make)

            def dispatch(changed: Operation) -> Subscription[ExecutionResult]:
                return self.dispatcher.subscribe(self, changed, options(changed), whole_result)

            return self._steps.subscribe(operation, dispatch).map(make)
        except SyncGQLError as error:
            raise cut(error)

    def _subscription_options(
        self, buffer_size: int, overflow: Overflow, on_reconnect: OnReconnect | None, operation: Operation
    ) -> SubscriptionOptions:
        def with_variables(variable_values: Mapping[str, Any]) -> GraphQLRequest:
            from .restart_variables import check_restart_variables

            check_restart_variables(operation.request, variable_values)
            request = as_request(operation.request, variable_values, None, None)
            return operation.request.in_same_form(self._schema.prepare(request, self._introspect))

        return SubscriptionOptions(buffer_size, overflow, on_reconnect, with_variables)

    def stream(
        self,
        operation: Operation,
        convert: Callable[[ExecutionResult], T],
        buffer_size: int,
        overflow: Overflow,
    ) -> Subscription[T]:
        """Run an operation whose response may come in parts; raises what ``Client.stream`` raises."""
        check_buffer(buffer_size, overflow)  # before a schema is fetched

        def parsed(result: ExecutionResult) -> T:
            # Scalars are parsed in place, and the next result shares what does not change.
            own = result if result.data is None else result.with_data(copy.deepcopy(result.data))
            return convert(self.parse(operation, own))

        make = parsed if self._schema.parses_results else convert
        try:
            if operation.request.is_subscription:
                raise DocumentError("stream() runs queries and mutations; use subscribe() for a subscription.")
            operation = self.prepare(operation)
            if self._steps is None:
                return self.dispatcher.stream(self, operation, buffer_size, overflow, make)

            def dispatch(changed: Operation) -> Subscription[ExecutionResult]:
                return self.dispatcher.stream(self, changed, buffer_size, overflow, whole_result)

            return self._steps.subscribe(operation, dispatch).map(make)
        except SyncGQLError as error:
            raise cut(error)

    def prepare(self, operation: Operation) -> Operation:
        """Validate and serialize the request according to the schema."""
        prepared = self._schema.prepare(operation.request, self._introspect)
        return operation if prepared is operation.request else operation._replace(request=prepared)

    def parse(self, operation: Operation, result: ExecutionResult) -> ExecutionResult:
        """Convert custom scalars and enums in a result to Python values according to the schema."""
        return self._schema.parse(operation.request, result, self._introspect)

    @property
    def has_middleware(self) -> bool:
        """Whether operations pass through code that may wait."""
        return self._steps is not None

    def sleep(self, seconds: float) -> None:
        """Wait in the calling thread, at most until the client is closed; raises what ``Clock.sleep`` raises."""
        self._clock.sleep(seconds)

    def operations(self, kind: str) -> OperationProxy:
        """Return the operations of a kind: ``query``, ``mutation`` or ``subscription``."""
        from ..operations.operation_calls import OperationCalls
        from ..operations.proxy import OperationProxy
        from .operation_executor import OperationExecutor

        return OperationProxy(OperationCalls(OperationExecutor(self), kind, self._builders))

    @property
    def types(self) -> Types:
        """The types of the schema, like ``Client.types``."""
        from ..operations.type_view import Types

        return Types(lambda: self.schema)

    @property
    def schema(self) -> GraphQLSchema:
        """The server's schema, like ``Client.schema``."""
        try:
            return self._schema.get(self._introspect)
        except SyncGQLError as error:
            raise cut(error)

    def fetch_schema(self) -> GraphQLSchema:
        """Fetch the schema, like ``Client.fetch_schema``."""
        try:
            return self._schema.fetch(self._introspect)
        except SyncGQLError as error:
            raise cut(error)

    def enter(self) -> None:
        """Enter a ``with`` block; reopen the client if the end of another block has closed it."""
        self._with_blocks.enter(self._reopen)

    def leave(self) -> None:
        """Leave a ``with`` block; leaving the last one closes the client."""
        for runtime in self._with_blocks.leave(self._request_close) or ():
            runtime.join()

    def close(self) -> None:
        """Close the client, like ``Client.close``."""
        for runtime in self._with_blocks.end(self._request_close):
            runtime.join()

    def _reopen(self) -> None:
        if self.closed:
            self._clock.start()
            if self._workers is not None:
                self._workers.reopen()
        self.own_dispatcher.reopen()
        self.dispatcher.reopen()

    def _request_close(self) -> list[Runtime[Transports]]:
        """End all calls and connections; return the runtimes to join."""
        self._clock.stop()
        if self._workers is not None:
            self._workers.request_stop()
        runtimes = [dispatcher.request_close() for dispatcher in (self.dispatcher, self.own_dispatcher)]
        return [runtime for runtime in runtimes if runtime is not None]

    @property
    def stats(self) -> ClientStats:
        """The counts of what the client is doing, like ``Client.stats``."""
        return self.dispatcher.stats._replace(delayed=self._clock.waiting, retries=self._retries.value)

    @property
    def closed(self) -> bool:
        """Whether ``close()`` was called."""
        return self.own_dispatcher.closed

    def __repr__(self) -> str:
        return f"<Client {self.options.target}{' closed' if self.closed else ''}>"

    def _introspect(self, request: GraphQLRequest) -> ExecutionResult:
        """Send a request for the schema."""
        operation = self.operation(request)._replace(is_introspection=True)
        dispatch = self.dispatcher.execute
        return dispatch(operation) if self._steps is None else self._steps.execute(operation, dispatch)

    def _run(self, steps: Steps, finish: Callable[[ExecutionResult], T], operation: Operation) -> T:
        """Run a submitted operation in a worker thread."""
        return finish(steps.execute(operation, self.dispatcher.execute))

    def _parse_entry(self, operation: Operation, entry: BatchEntry) -> BatchEntry:
        if isinstance(entry, TransportError):
            return entry
        try:
            return self.parse(operation, entry)
        except TransportProtocolError as error:
            return error
