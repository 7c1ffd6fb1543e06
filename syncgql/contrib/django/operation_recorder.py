"""OperationRecorder: middleware that records the operations of a web request, for the debug toolbar."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from ... import (
    ExecutionResult,
    GraphQLRequest,
    Middleware,
    Operation,
    Subscription,
    TransportError,
    TransportServerError,
)
from ..operation_names import label

BatchEntry = ExecutionResult | TransportError


@dataclass
class RecordedOperation:
    """An operation that was sent while serving a web request.

    Attributes:
        label: its type and name.
        document: its text.
        variables: the names of its variables, without the values, which may be secret.
        key: equal for operations with the same document and variables.
        status: the HTTP status, the name of the exception's class, or both; without them, ``answered`` or
            ``subscribed``.
        errors: the number of errors in the response.
        attempts: the number of times that it was sent.
        seconds: its duration, including retries.
    """

    label: str
    document: str
    variables: tuple[str, ...]
    key: str
    status: str = ""
    errors: int = 0
    attempts: int = 0
    seconds: float = 0.0

    @classmethod
    def of(cls, operation: Operation) -> RecordedOperation:
        """Create the record of an operation that is about to be sent."""
        request = operation.request
        return cls(label(operation), request.text, tuple(request.variable_values or ()), _key(request))

    def received(self, outcome: BatchEntry) -> None:
        """Record the result, or the error in its place."""
        if isinstance(outcome, ExecutionResult):
            self.errors = len(outcome.errors or ())
            self.status = "answered" if outcome.response is None else str(outcome.response.status)
        else:
            self.failed(outcome)

    def failed(self, error: BaseException) -> None:
        """Record an exception."""
        code = error.code if isinstance(error, TransportServerError) else None
        self.status = f"{code} {type(error).__name__}" if code else type(error).__name__


recording: ContextVar[list[RecordedOperation] | None] = ContextVar("syncgql_recorded_operations", default=None)
"""The operations of the current web request, in the order of their start; None to record nothing."""

_running: ContextVar[Sequence[RecordedOperation]] = ContextVar("syncgql_running_operations", default=())


class OperationRecorder(Middleware):
    """Middleware that adds each operation to the list in ``recording``, if there is one."""

    def execute(self, operation: Operation, call_next: Callable[[Operation], ExecutionResult]) -> ExecutionResult:
        with _recorded([operation]) as (record,):
            result = call_next(operation)
            record.received(result)
            return result

    def attempt(self, operation: Operation, call_next: Callable[[Operation], ExecutionResult]) -> ExecutionResult:
        _count_attempt()
        return call_next(operation)

    def execute_batch(
        self, operations: Sequence[Operation], call_next: Callable[[Sequence[Operation]], list[BatchEntry]]
    ) -> list[BatchEntry]:
        with _recorded(operations) as records:
            entries = call_next(operations)
            for record, entry in zip(records, entries, strict=True):
                record.received(entry)
            return entries

    def attempt_batch(
        self, operations: Sequence[Operation], call_next: Callable[[Sequence[Operation]], list[BatchEntry]]
    ) -> list[BatchEntry]:
        _count_attempt()
        return call_next(operations)

    def subscribe(
        self, operation: Operation, call_next: Callable[[Operation], Subscription[ExecutionResult]]
    ) -> Subscription[ExecutionResult]:
        with _recorded([operation]) as (record,):
            record.attempts = 1
            subscription = call_next(operation)
            record.status = "subscribed"
            return subscription


@contextmanager
def _recorded(operations: Sequence[Operation]) -> Iterator[Sequence[RecordedOperation]]:
    records = [RecordedOperation.of(operation) for operation in operations]
    recorded = recording.get()
    if recorded is not None:
        recorded.extend(records)
    token = _running.set(records)
    started = time.perf_counter()
    try:
        yield records
    except BaseException as error:
        for record in records:
            record.failed(error)
        raise
    finally:
        _running.reset(token)
        for record in records:
            record.seconds = time.perf_counter() - started


def _count_attempt() -> None:
    for record in _running.get():
        record.attempts += 1


def _key(request: GraphQLRequest) -> str:
    return repr((request.text, request.operation_name, request.variable_values))
