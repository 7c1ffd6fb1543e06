"""Middleware: the user's code around every operation of a client, in the calling thread."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from ..checks import check_function
from ..protocol.batch import BatchEntry
from ..result import ExecutionResult
from ..subscription import Subscription
from .operation import Operation

__all__ = ["Middleware"]

Execute = Callable[[Operation], ExecutionResult]
"""A function that sends a query or mutation and returns its result, including errors."""

ExecuteBatch = Callable[[Sequence[Operation]], list[BatchEntry]]
"""A function that sends operations as one batch and returns a result or an error for each."""

Subscribe = Callable[[Operation], Subscription[ExecutionResult]]
"""A function that starts a subscription."""


class Middleware:
    """Code that runs around the operations of a client. Derive a class and override the methods that you need.

    Each method receives the operation and ``call_next``, a function that passes an operation on and returns its result.
    A method may pass on a changed operation, pass it on several times or not at all, change the result, and raise
    exceptions. It runs in the calling thread, or in a worker thread for ``Client.submit``, and may run in several
    threads at once.

    Errors in a response are in ``result.errors``; ``call_next`` raises all other failures as ``TransportError``.
    """

    def execute(self, operation: Operation, call_next: Execute) -> ExecutionResult:
        """Run a query or mutation of any method of the client, or the client's own request for the schema."""
        return call_next(operation)

    def execute_batch(self, operations: Sequence[Operation], call_next: ExecuteBatch) -> list[BatchEntry]:
        """Run the operations of ``execute_batch`` and ``execute_batch_results``.

        The entry of an operation without a GraphQL response is a ``TransportError``, which is not raised.
        """
        return call_next(operations)

    def subscribe(self, operation: Operation, call_next: Subscribe) -> Subscription[ExecutionResult]:
        """Start a subscription, or a query or mutation of ``client.stream``.

        ``call_next(operation).map(function)`` calls a function for each event.
        """
        return call_next(operation)

    def attempt(self, operation: Operation, call_next: Execute) -> ExecutionResult:
        """Run one attempt of a query or mutation, behind retries and the wait for a rate limit.

        ``execute`` runs once for each call, and this method for each time that the client sends it:
        ``operation.attempt`` is 1, and more for a retry, and ``operation.waited`` is the wait for the rate limit. It
        runs in the same thread and context as ``execute``. It does not run for a query that shares the response to
        another one (``deduplicate=True``).
        """
        return call_next(operation)

    def attempt_batch(self, operations: Sequence[Operation], call_next: ExecuteBatch) -> list[BatchEntry]:
        """Run one attempt of a batch, like ``attempt``. A retry contains only the operations that failed."""
        return call_next(operations)


MiddlewareOption = Middleware | Callable[[Operation, Execute], ExecutionResult]
"""A middleware, or a function to be used as the ``execute`` method of one."""


class FunctionMiddleware(Middleware):
    """A middleware whose ``execute`` method is a function.

    Args:
        function: the function; it is called with the operation and ``call_next``.
    """

    def __init__(self, function: Callable[[Operation, Execute], ExecutionResult]) -> None:
        self.function = function

    def execute(self, operation: Operation, call_next: Execute) -> ExecutionResult:
        return self.function(operation, call_next)

    def __repr__(self) -> str:
        return getattr(self.function, "__qualname__", repr(self.function))


def check_middleware(middleware: Iterable[MiddlewareOption]) -> tuple[Middleware, ...]:
    """Return the option *middleware*, with an object instead of each function.

    Raises:
        TypeError: it is not a list, or an entry is neither a ``Middleware`` nor a function of two parameters.
    """
    if isinstance(middleware, str | Middleware) or not isinstance(middleware, Iterable):
        raise TypeError(f"middleware must be a list of middleware, not {type(middleware).__name__}.")
    return tuple(_check_one(each) for each in middleware)


def _check_one(middleware: MiddlewareOption) -> Middleware:
    if isinstance(middleware, Middleware):
        for method in ("execute", "execute_batch", "subscribe", "attempt", "attempt_batch"):
            check_function(f"{method} of {middleware!r}", getattr(middleware, method), 2)
        return middleware
    if isinstance(middleware, type):
        raise TypeError(f"middleware has the class {middleware.__name__}; pass an object, {middleware.__name__}().")
    return FunctionMiddleware(check_function("an entry of middleware", middleware, 2))
