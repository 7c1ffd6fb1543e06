"""BulkExecutor: executes the requests of one bulk operation of a client."""

from __future__ import annotations

import contextvars
import functools
from collections.abc import Callable
from concurrent.futures import Future
from typing import Protocol

from ..bulk.request_executor import GetResult, RequestExecutor, WaitForRetry
from ..deadline import NO_DEADLINE, Deadline
from ..exceptions import SyncGQLError, TransportError
from ..request import GraphQLRequest
from ..result import ExecutionResult
from ..runtime.owner_process import OwnerProcess
from ..runtime.sliced_queue import SlicedQueue
from ..runtime.worker_pool import WorkerPool
from ..tracebacks import cut
from .call_queue import CallQueue
from .dispatch import Dispatcher, LoopDispatcher
from .middleware import Execute
from .operation import Operation
from .pending_calls import PendingCall, PendingCalls
from .retry import Failure, Retry


class Caller(Protocol):
    """The interface of a pipeline that bulk operations use.

    Attributes:
        dispatcher: sends operations.
        retry: the step that retries operations; None if there is none.
    """

    dispatcher: Dispatcher
    retry: Retry | None

    @property
    def has_middleware(self) -> bool:
        """Whether operations pass through code that may wait."""

    def execute(self, operation: Operation, dispatch: Execute | None = None) -> ExecutionResult:
        """Run a query or mutation with a different last step and return its result."""

    def prepare(self, operation: Operation) -> Operation:
        """Check and serialize the request."""

    def parse(self, operation: Operation, result: ExecutionResult) -> ExecutionResult:
        """Turn custom scalars and enums of a result into Python values."""

    def sleep(self, seconds: float) -> None:
        """Wait in the calling thread, at most until the client is closed."""


class BulkExecutor(RequestExecutor):
    """Executes requests that share their options and are cancelled together.

    It needs no threads, unless middleware or a blocking transport may wait; then each request in flight has a worker
    thread.

    Args:
        caller: the pipeline; it stays open while this object exists.
        new_operation: returns the operation for a request, with a deadline that starts now.
        concurrency: the maximum number of requests in flight.
    """

    def __init__(self, caller: Caller, new_operation: Callable[[GraphQLRequest], Operation], concurrency: int) -> None:
        self._caller = caller
        self._new_operation = new_operation
        self._concurrency = concurrency
        self._pending = PendingCalls()
        self._queue = CallQueue(concurrency)
        self._workers: WorkerPool | None = None

    def submit(self, request: GraphQLRequest, on_done: Callable[[GetResult], object]) -> None:
        operation = self._new_operation(request)
        loop = None if self._caller.has_middleware else self._caller.dispatcher.on_loop
        if loop is None:
            self._start_in_thread(operation, on_done)
        else:
            self._start_on_loop(operation, on_done, loop)

    def send(self, request: GraphQLRequest) -> GetResult:
        done: SlicedQueue[GetResult] = SlicedQueue()
        self.submit(request, done.put)
        owner = OwnerProcess()

        def wait() -> ExecutionResult:
            owner.check()
            return done.get()()

        return wait

    def execute(self, request: GraphQLRequest, deadline: Deadline = NO_DEADLINE) -> ExecutionResult:
        operation = self._new_operation(request)
        left = deadline.left()
        if left is not None and operation.deadline.allows(left):
            operation = operation.replace(deadline=deadline.renewed())
        return self._caller.execute(operation, self._dispatch)

    def retries(self) -> WaitForRetry:
        retry = self._caller.retry
        if retry is None:
            return _never
        attempts = retry.attempts()

        def wait(request: GraphQLRequest, error: TransportError) -> bool:
            attempts.note(error)
            return attempts.wait_after([self._new_operation(request)], [Failure(error)])

        return wait

    def sleep(self, seconds: float) -> None:
        self._caller.sleep(seconds)

    def cancel(self) -> None:
        self._queue.clear()
        self._pending.cancel()

    def _start_on_loop(
        self, operation: Operation, on_done: Callable[[GetResult], object], loop: LoopDispatcher
    ) -> None:
        operation = self._caller.prepare(operation)

        def call_done(call: PendingCall) -> None:
            self._queue.remove(call)
            on_done(functools.partial(self._result, operation, call))

        self._queue.add(self._pending.add(loop.pending_call(operation, call_done)))

    def _result(self, operation: Operation, call: PendingCall) -> ExecutionResult:
        self._pending.discard(call)
        try:
            return self._caller.parse(operation, call.outcome())
        except SyncGQLError as error:
            raise cut(error)

    def _start_in_thread(self, operation: Operation, on_done: Callable[[GetResult], object]) -> None:
        if self._workers is None:
            self._workers = WorkerPool("syncgql-bulk", self._concurrency)

        def future_done(future: Future[ExecutionResult]) -> None:
            on_done(future.result)

        # Middleware sees the context variables of the caller, as it would in the caller's thread.
        context = contextvars.copy_context()
        self._workers.submit(context.run, self._run, operation).add_done_callback(future_done)

    def _run(self, operation: Operation) -> ExecutionResult:
        self._pending.check()
        return self._caller.execute(operation.replace(deadline=operation.deadline.restarted()), self._dispatch)

    def _dispatch(self, operation: Operation) -> ExecutionResult:
        """Send an operation and wait; this is the last step, behind the middleware."""
        self._pending.check()
        loop = self._caller.dispatcher.on_loop
        if loop is None:
            return self._caller.dispatcher.execute(operation)  # a blocking call, which ends by its own time limit
        done: SlicedQueue[None] = SlicedQueue()
        call = self._pending.add(loop.pending_call(operation, lambda _: done.put(None)))
        call.start()
        try:
            done.get()
        except BaseException:
            call.cancel()
            raise
        finally:
            self._pending.discard(call)
        return call.outcome()


def _never(request: GraphQLRequest, error: TransportError) -> bool:
    return False
