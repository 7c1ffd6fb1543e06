"""Dispatchers: the last step of the pipeline, which sends operations with the transports of a client."""

from __future__ import annotations

import weakref
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

from ..deadline import Deadline
from ..protocol.batch import BatchEntry
from ..request import GraphQLRequest
from ..result import ExecutionResult
from ..runtime.client_stats import ClientStats
from ..runtime.event_buffer import EventBuffer, Overflow
from ..runtime.runtime import Runtime, Runtimes
from ..subscription import GapHandler, OnReconnect, Subscription
from ..transport.base import AsyncRoundTrip, AsyncTransport
from ..transport.blocking import BlockingRoundTrip, BlockingTransport, cannot_stream
from .operation import Operation
from .pending_calls import PendingCall
from .request_workers import RequestWorkers
from .stream_source import StreamSource

if TYPE_CHECKING:
    from ..transport.batching import Batcher
    from ..transport.selection.transport_factory import Transports

T = TypeVar("T")


class SubscriptionOptions(NamedTuple):
    """The options of a subscription.

    Attributes:
        buffer_size: the number of events that may wait for the consumer.
        overflow: what to do when the consumer falls behind.
        on_reconnect: called after a lost connection was re-established.
        with_variables: returns the request for other variables, for an ``on_reconnect`` that returns a mapping.
    """

    buffer_size: int
    overflow: Overflow
    on_reconnect: OnReconnect | None
    with_variables: Callable[[Mapping[str, object]], GraphQLRequest]


class Dispatcher(ABC):
    """Sends operations and returns their results, with the exceptions of the methods of ``Client``."""

    @abstractmethod
    def execute(self, operation: Operation) -> ExecutionResult:
        """Send a query or mutation and return its result, including errors."""

    @abstractmethod
    def execute_batch(self, operations: Sequence[Operation]) -> list[BatchEntry]:
        """Send several operations, whose deadline, headers and arguments are those of the first, as one batch."""

    @abstractmethod
    def submit(self, operation: Operation, convert: Callable[[ExecutionResult], T]) -> Future[T]:
        """Send a query or mutation and return a future of its converted result."""

    @abstractmethod
    def subscribe(
        self,
        owner: object,
        operation: Operation,
        options: SubscriptionOptions,
        convert: Callable[[ExecutionResult], T],
    ) -> Subscription[T]:
        """Start a subscription, which keeps *owner* alive and yields converted events."""

    @abstractmethod
    def stream(
        self,
        owner: object,
        operation: Operation,
        buffer_size: int,
        overflow: Overflow,
        convert: Callable[[ExecutionResult], T],
    ) -> Subscription[T]:
        """Send a query or mutation whose response may come in parts; yields the converted result after each part."""

    @property
    @abstractmethod
    def on_loop(self) -> LoopDispatcher | None:
        """The dispatcher that sends queries and mutations without blocking a thread; None if there is none."""

    def close(self) -> None:
        """End all calls and connections and wait for their end, except for blocking calls of other threads."""
        runtime = self.request_close()
        if runtime is not None:
            runtime.join()

    @abstractmethod
    def request_close(self) -> Runtime[Transports] | None:
        """End all calls and connections without waiting; return the runtime to join, if there is one."""

    @abstractmethod
    def reopen(self) -> None:
        """Undo ``request_close()``. Does nothing if the dispatcher is open."""

    @property
    @abstractmethod
    def stats(self) -> ClientStats:
        """The counts of what runs on the loop at this moment."""

    @property
    @abstractmethod
    def closed(self) -> bool:
        """Whether ``close()`` was called."""

    @abstractmethod
    def check_open(self) -> None:
        """Raise ``ClientClosed`` if ``close()`` was called."""


class LoopDispatcher(Dispatcher):
    """Sends with transports that run on a loop, which the first call in each process starts.

    Args:
        owner: the object that ends everything when it is freed.
        build: creates the transports.
    """

    def __init__(self, owner: object, build: Callable[[], Transports]) -> None:
        self._runtimes = Runtimes(build)
        # At exit, the runtimes close themselves; this finalizer would not wait for the end.
        weakref.finalize(owner, self._runtimes.drop).atexit = False

    def execute(self, operation: Operation) -> ExecutionResult:
        request, deadline, headers, extra_args = operation[:4]
        runtime = self._runtimes.current()
        round_trip = runtime.resources.queries.round_trip(request, headers=headers, extra_args=extra_args)
        return round_trip.parse(runtime.run(round_trip.send(round_trip.request, deadline), deadline))

    def execute_batch(self, operations: Sequence[Operation]) -> list[BatchEntry]:
        runtime = self._runtimes.current()
        deadline = operations[0].deadline
        round_trip = _batch(runtime.resources.queries, operations)
        return round_trip.parse(runtime.run(round_trip.send(round_trip.request, deadline), deadline))

    def submit(self, operation: Operation, convert: Callable[[ExecutionResult], T]) -> Future[T]:
        runtime = self._runtimes.current()
        round_trip = _prepared(runtime.resources.queries, operation)

        def finish(response: object) -> T:
            return convert(round_trip.parse(response))

        return runtime.submit(round_trip.send(round_trip.request, operation.deadline), finish, operation.deadline)

    def pending_call(self, operation: Operation, on_done: Callable[[PendingCall], object]) -> PendingCall:
        """Prepare a query or mutation, which is sent when the call is started; for *on_done* see ``PendingCall``."""
        runtime = self._runtimes.current()
        round_trip = _prepared(runtime.resources.queries, operation)
        return PendingCall(runtime, round_trip, operation.deadline, on_done)

    @property
    def on_loop(self) -> LoopDispatcher:
        return self

    def subscribe(
        self,
        owner: object,
        operation: Operation,
        options: SubscriptionOptions,
        convert: Callable[[ExecutionResult], T],
    ) -> Subscription[T]:
        runtime = self._runtimes.current()
        buffer: EventBuffer[ExecutionResult] = EventBuffer(options.buffer_size, options.overflow, runtime.thread.post)
        source = StreamSource(runtime, runtime.resources.subscriptions.stream(operation.request, buffer), buffer)

        def resubscribe(variable_values: Mapping[str, object]) -> None:
            source.resubscribe(options.with_variables(variable_values))

        gap_handler = None if options.on_reconnect is None else GapHandler(options.on_reconnect, resubscribe)
        return _opened(owner, source, operation.deadline, convert, gap_handler)

    def stream(
        self,
        owner: object,
        operation: Operation,
        buffer_size: int,
        overflow: Overflow,
        convert: Callable[[ExecutionResult], T],
    ) -> Subscription[T]:
        request, deadline, headers, extra_args = operation[:4]
        runtime = self._runtimes.current()
        buffer: EventBuffer[ExecutionResult] = EventBuffer(buffer_size, overflow, runtime.thread.post)
        queries = runtime.resources.queries
        stream = queries.incremental_stream(request, buffer, headers=headers, extra_args=extra_args)
        return _opened(owner, StreamSource(runtime, stream, buffer), deadline, convert, None)

    def request_close(self) -> Runtime[Transports] | None:
        return self._runtimes.request_close()

    def reopen(self) -> None:
        self._runtimes.reopen()

    @property
    def stats(self) -> ClientStats:
        runtime = self._runtimes.running
        if runtime is None:
            return ClientStats()
        connections = runtime.resources.connections
        return runtime.stats._replace(connections=connections.open, idle=connections.idle)

    @property
    def closed(self) -> bool:
        return self._runtimes.closed

    def check_open(self) -> None:
        self._runtimes.check_open()

    def runtime(self) -> Runtime[Transports]:
        """Return the runtime of this process; start it if necessary.

        Raises:
            ClientClosed: ``close()`` was called.
        """
        return self._runtimes.current()


class BlockingDispatcher(Dispatcher):
    """Sends queries and mutations with a blocking transport, in the calling thread, and subscriptions on the loop.

    Args:
        transport: the transport for queries and mutations.
        loop: the dispatcher for subscriptions.
    """

    def __init__(self, transport: BlockingTransport, loop: LoopDispatcher) -> None:
        self._transport = transport
        self._loop = loop
        self._workers = RequestWorkers()

    def execute(self, operation: Operation) -> ExecutionResult:
        return self._send(self._prepare(operation), operation.deadline)

    def execute_batch(self, operations: Sequence[Operation]) -> list[BatchEntry]:
        self._loop.check_open()
        return self._send(_batch(self._transport, operations), operations[0].deadline)

    def submit(self, operation: Operation, convert: Callable[[ExecutionResult], T]) -> Future[T]:
        round_trip = self._prepare(
            operation
        )  # prepared in the caller's thread, so that invalid input raises immediately

        def run(started: Operation) -> T:
            return convert(self._send(round_trip, started.deadline))

        return self._workers.submit(operation, run, self.check_open)

    def subscribe(
        self,
        owner: object,
        operation: Operation,
        options: SubscriptionOptions,
        convert: Callable[[ExecutionResult], T],
    ) -> Subscription[T]:
        return self._loop.subscribe(owner, operation, options, convert)

    def stream(
        self,
        owner: object,
        operation: Operation,
        buffer_size: int,
        overflow: Overflow,
        convert: Callable[[ExecutionResult], T],
    ) -> Subscription[T]:
        self._loop.check_open()
        raise cannot_stream(self._transport)

    @property
    def on_loop(self) -> None:
        return None

    def request_close(self) -> Runtime[Transports] | None:
        runtime = self._loop.request_close()
        self._workers.request_stop()
        self._transport.close()
        return runtime

    def reopen(self) -> None:
        if self.closed:
            self._loop.reopen()
            self._workers.reopen()
            self._transport.connect()

    @property
    def stats(self) -> ClientStats:
        return self._loop.stats

    @property
    def closed(self) -> bool:
        return self._loop.closed

    def check_open(self) -> None:
        self._loop.check_open()

    def _prepare(self, operation: Operation) -> BlockingRoundTrip[ExecutionResult]:
        self._loop.check_open()
        return self._transport.round_trip(operation.request, headers=operation.headers, extra_args=operation.extra_args)

    @staticmethod
    def _send(round_trip: BlockingRoundTrip[T], deadline: Deadline) -> T:
        return round_trip.parse(round_trip.send(round_trip.request, deadline))


def _prepared(queries: AsyncTransport | Batcher, operation: Operation) -> AsyncRoundTrip[ExecutionResult]:
    return queries.round_trip(operation.request, headers=operation.headers, extra_args=operation.extra_args)


def _opened(
    owner: object,
    source: StreamSource,
    deadline: Deadline,
    convert: Callable[[ExecutionResult], T],
    gap_handler: GapHandler | None,
) -> Subscription[T]:
    """Send an operation and return the subscription to its events."""
    source.open(deadline)
    try:
        return Subscription(owner, source, convert, gap_handler)
    except BaseException:  # Ctrl-C
        source.abandon()
        raise


SentT = TypeVar("SentT", covariant=True)


class SendsBatches(Protocol[SentT]):
    """A transport of either kind."""

    def batch_round_trip(
        self,
        requests: Sequence[GraphQLRequest],
        *,
        headers: Mapping[str, str] | None = None,
        extra_args: Mapping[str, Any] | None = None,
    ) -> SentT:
        """Prepare a batch."""


def _batch(transport: SendsBatches[SentT], operations: Sequence[Operation]) -> SentT:
    requests, first = [operation.request for operation in operations], operations[0]
    return transport.batch_round_trip(requests, headers=first.headers, extra_args=first.extra_args)
