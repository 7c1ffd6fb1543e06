"""Steps: the middleware of a client, in front of the dispatcher."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from ..exceptions import TransportError
from ..protocol.batch import BatchEntry
from ..result import ExecutionResult
from ..subscription import Subscription
from .middleware import Execute, ExecuteBatch, Middleware, Subscribe
from .operation import Operation

T = TypeVar("T")
ResultT = TypeVar("ResultT")


class Steps:
    """The middleware of a client, the first outermost.

    It refers neither to the client nor to its dispatcher, which each call passes, so that a dropped client is freed
    immediately.

    Args:
        middleware: the middleware; methods that are not overridden are skipped.
    """

    def __init__(self, middleware: Sequence[Middleware]) -> None:
        self._execute = _overridden(middleware, "execute")
        self._execute_batch = _overridden(middleware, "execute_batch")
        self._subscribe = _overridden(middleware, "subscribe")

    def execute(self, operation: Operation, dispatch: Execute) -> ExecutionResult:
        """Run a query or mutation through all steps and then *dispatch*."""
        result: ExecutionResult = _composed(self._execute, dispatch)(operation)
        return result

    def execute_batch(self, operations: Sequence[Operation], dispatch: ExecuteBatch) -> list[BatchEntry]:
        """Run a batch through all steps and then *dispatch*."""
        entries: list[BatchEntry] = _composed(self._execute_batch, dispatch)(operations)
        return entries

    def subscribe(self, operation: Operation, dispatch: Subscribe) -> Subscription[ExecutionResult]:
        """Start a subscription through all steps and then *dispatch*."""
        subscription: Subscription[ExecutionResult] = _composed(self._subscribe, dispatch)(operation)
        return subscription


class CheckedMiddleware(Middleware):
    """A middleware of the user, whose results and changes are checked.

    Args:
        middleware: the middleware.
    """

    def __init__(self, middleware: Middleware) -> None:
        self.middleware = middleware

    def execute(self, operation: Operation, call_next: Execute) -> ExecutionResult:
        result = self.middleware.execute(operation, functools.partial(self._pass_on, operation, call_next))
        return self._checked("execute()", result, ExecutionResult)

    def execute_batch(self, operations: Sequence[Operation], call_next: ExecuteBatch) -> list[BatchEntry]:
        def checked_next(changed: Sequence[Operation]) -> list[BatchEntry]:
            if isinstance(changed, Operation) or not isinstance(changed, Sequence):
                raise TypeError(
                    f"{self.middleware!r} passed {type(changed).__name__} to call_next, which needs the list of all "
                    "operations."
                )
            if len(changed) != len(operations):
                raise TypeError(
                    f"{self.middleware!r} passed {len(changed)} operations of a batch of {len(operations)} to "
                    "call_next; pass all of them."
                )
            return call_next([self._of_same_kind(*pair) for pair in zip(operations, changed, strict=True)])

        entries = self._checked("execute_batch()", self.middleware.execute_batch(operations, checked_next), list)
        if len(entries) != len(operations):
            raise TypeError(
                f"execute_batch() of {self.middleware!r} returned {len(entries)} results for {len(operations)} "
                "operations."
            )
        for entry in entries:
            if not isinstance(entry, TransportError):
                self._checked("Each entry of execute_batch()", entry, ExecutionResult)
        return entries

    def subscribe(self, operation: Operation, call_next: Subscribe) -> Subscription[ExecutionResult]:
        result = self.middleware.subscribe(operation, functools.partial(self._pass_on, operation, call_next))
        subscription: Subscription[ExecutionResult] = self._checked("subscribe()", result, Subscription)
        return subscription.map(self._event)

    def _pass_on(self, operation: Operation, call_next: Callable[[Operation], T], changed: Operation) -> T:
        return call_next(self._of_same_kind(operation, changed))

    def _event(self, event: object) -> ExecutionResult:
        if isinstance(event, ExecutionResult):
            return event
        raise TypeError(
            f"The function that subscribe() of {self.middleware!r} passes to map() must return ExecutionResult, not "
            f"{_name(event)}."
        )

    def _of_same_kind(self, operation: Operation, changed: Operation) -> Operation:
        if not isinstance(changed, Operation):
            raise TypeError(
                f"{self.middleware!r} passed {type(changed).__name__} to call_next, which needs the operation."
            )
        if changed.request is not operation.request and changed.kind != operation.kind:
            raise TypeError(
                f"{self.middleware!r} replaced a {operation.kind} with a {changed.kind}; pass on the same kind."
            )
        return changed

    def _checked(self, method: str, result: object, kind: type[ResultT]) -> ResultT:
        if isinstance(result, kind):
            return result
        hint = "; does it lack 'return call_next(operation)'?" if result is None else "."
        raise TypeError(f"{method} of {self.middleware!r} must return {kind.__name__}, not {_name(result)}{hint}")


class AttemptMiddleware(Middleware):
    """The methods of a middleware that run around each attempt, as a step behind retries and rate limits.

    Args:
        middleware: the middleware.
    """

    def __init__(self, middleware: Middleware) -> None:
        self._middleware = middleware

    def execute(self, operation: Operation, call_next: Execute) -> ExecutionResult:
        return self._middleware.attempt(operation, call_next)

    def execute_batch(self, operations: Sequence[Operation], call_next: ExecuteBatch) -> list[BatchEntry]:
        return self._middleware.attempt_batch(operations, call_next)

    def __repr__(self) -> str:
        return f"the attempts of {self._middleware!r}"


def checked(middleware: Iterable[Middleware]) -> list[Middleware]:
    """Return the user's middleware, each with checks around it."""
    return [CheckedMiddleware(each) for each in middleware]


def checked_attempts(middleware: Iterable[Middleware]) -> list[Middleware]:
    """Return a step for each of the user's middleware that runs around attempts, each with checks around it."""
    return checked(
        AttemptMiddleware(each)
        for each in middleware
        if _overrides(each, "attempt") or _overrides(each, "attempt_batch")
    )


def _overridden(middleware: Sequence[Middleware], method: str) -> list[Callable[..., Any]]:
    """Return the overridden methods of each middleware, the last one first."""
    return [getattr(each, method) for each in reversed(middleware) if _overrides(each, method)]


def _overrides(middleware: Middleware, method: str) -> bool:
    if isinstance(middleware, CheckedMiddleware):
        middleware = middleware.middleware
    return getattr(type(middleware), method) is not getattr(Middleware, method)


def _composed(methods: Iterable[Callable[..., Any]], dispatch: Callable[..., Any]) -> Callable[..., Any]:
    call_next = dispatch
    for method in methods:
        call_next = functools.partial(method, call_next=call_next)
    return call_next


def _name(result: object) -> str:
    return "None" if result is None else type(result).__name__
