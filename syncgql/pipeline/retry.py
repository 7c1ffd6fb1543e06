"""Retry: the step that retries failed operations."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Sequence
from typing import NamedTuple

from ..exceptions import (
    TransportConnectionFailed,
    TransportError,
    TransportRateLimited,
    TransportServerError,
    TransportTimeout,
)
from ..file_var import FileVar, files_in
from ..messages import Duration, as_sentence
from ..protocol.batch import BatchEntry
from ..protocol.rate_limits import is_throttled, throttled_error
from ..result import ExecutionResult
from ..runtime.atomic_counter import AtomicCounter
from ..runtime.clock import Clock
from ..transport.recovery.loss import is_permanent
from .middleware import Execute, ExecuteBatch, Middleware
from .operation import Operation
from .retry_policy import RetryBudget, RetryPolicy

logger = logging.getLogger(__name__)


JITTER = 0.1
"""The fraction by which the wait that a server asked for may be exceeded, so that not all clients return at once."""


class Failure(NamedTuple):
    """An attempt that failed.

    Attributes:
        error: the error.
        is_throttled: whether the server refused the request because of its rate limit.
    """

    error: TransportError
    is_throttled: bool = False

    @property
    def retry_after(self) -> float:
        """The seconds that the server asked to wait; 0 if it did not ask."""
        return (self.error.retry_after or 0.0) if isinstance(self.error, TransportServerError) else 0.0

    @property
    def was_not_executed(self) -> bool:
        """Whether the server certainly did not execute the operation."""
        return self.is_throttled or self.error.sent is False


class Retry(Middleware):
    """Retries operations according to a policy.

    Args:
        policy: the policy.
        clock: the clock for waits.
        retries: counts the retries.
        uniform: a function that draws the length of a wait.
    """

    def __init__(
        self,
        policy: RetryPolicy,
        clock: Clock,
        retries: AtomicCounter,
        uniform: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._policy = policy
        self._clock = clock
        self._retries = retries
        self._uniform = uniform

    def attempts(self) -> Attempts:
        """Return the attempts of a new call."""
        return Attempts(self._policy, self._clock, self._retries, self._uniform)

    def execute(self, operation: Operation, call_next: Execute) -> ExecutionResult:
        attempts = self.attempts()
        while True:
            outcome: ExecutionResult | TransportError
            try:
                outcome = call_next(operation)
                if not outcome.errors:
                    attempts.succeeded()
                    return outcome
            except TransportError as error:
                outcome = error
            if not attempts.wait_for_next([operation], [outcome]):
                return _returned(outcome)
            operation = attempts.again(operation)

    def execute_batch(self, operations: Sequence[Operation], call_next: ExecuteBatch) -> list[BatchEntry]:
        attempts = self.attempts()
        entries: dict[int, BatchEntry] = {}
        waiting = dict(enumerate(operations))
        while True:
            raised: TransportError | None = None
            try:
                outcomes = call_next(list(waiting.values()))
            except TransportError as error:
                raised, outcomes = error, [error] * len(waiting)
            entries.update(zip(waiting, outcomes, strict=True))
            failed = {number: each for number, each in waiting.items() if failure_of(entries[number], self._policy)}
            if not attempts.wait_for_next(list(failed.values()), [entries[number] for number in failed or waiting]):
                if raised is not None and len(waiting) == len(operations):
                    raise raised  # there was no response to any of them
                return [entries[number] for number in range(len(operations))]
            waiting = {number: attempts.again(operation) for number, operation in failed.items()}


class Attempts:
    """The attempts of one call.

    Args:
        policy: the policy.
        clock: the clock for waits.
        retries: counts the retries.
        uniform: a function that draws the length of a wait.
    """

    __slots__ = ("_clock", "_may_have_run", "_number", "_policy", "_retries", "_uniform")

    def __init__(
        self, policy: RetryPolicy, clock: Clock, retries: AtomicCounter, uniform: Callable[[float, float], float]
    ) -> None:
        self._policy = policy
        self._clock = clock
        self._retries = retries
        self._uniform = uniform
        self._number = 1
        self._may_have_run = False

    def again(self, operation: Operation) -> Operation:
        """Return the operation for the next attempt."""
        return operation.replace(attempt=self._number, deadline=operation.deadline.renewed())

    def wait_for_next(self, operations: Sequence[Operation], outcomes: Sequence[BatchEntry]) -> bool:
        """Wait for the time of the next attempt.

        Args:
            operations: the operations that would be sent again.
            outcomes: their outcomes.

        Returns:
            Whether to make another attempt.
        """
        failures = [failure for outcome in outcomes if (failure := failure_of(outcome, self._policy))]
        for outcome in outcomes:
            if isinstance(outcome, TransportError):
                self.note(outcome)
        if not failures:
            if any(isinstance(outcome, ExecutionResult) for outcome in outcomes):
                self.succeeded()
            return False
        return self.wait_after(operations, failures)

    def wait_after(self, operations: Sequence[Operation], failures: Sequence[Failure]) -> bool:
        """Wait for the time of the next attempt after failures; return whether to make it."""
        budget = self._policy.budget
        if not all(self._may_repeat(operation, failures) for operation in operations):
            return False
        if self._number >= self._policy.attempts:
            if self._number > 1:
                _explain(failures, f"This was attempt {self._number} of {self._policy.attempts}.")
            return False
        delay = self._delay(failures)
        if obstacle := self._obstacle(operations, delay):
            if not _is_out_of_time(operations[0], failures):  # otherwise, the errors say so themselves
                _explain(
                    failures,
                    f"It was not retried, because the next attempt would be {Duration(delay)} later, {obstacle}.",
                )
            return False
        if budget is not None and not budget.acquire(_cost(failures, budget)):
            _explain(failures, "It was not retried, because the retry budget of the client is used up.")
            return False
        self._wait(failures[0].error, delay)
        return True

    def succeeded(self) -> None:
        """Record that the server responded."""
        if self._policy.budget is not None:
            self._policy.budget.succeeded()

    def note(self, error: TransportError) -> None:
        """Add the information of earlier attempts to an error."""
        error.attempts = max(error.attempts, self._number)
        if self._may_have_run and error.sent is False:
            error.sent = None  # an earlier attempt may have been received
        self._may_have_run = self._may_have_run or error.sent is not False

    def _may_repeat(self, operation: Operation, failures: Sequence[Failure]) -> bool:
        is_safe = operation.request.is_query or self._policy.mutations == "always"
        return (is_safe or all(failure.was_not_executed for failure in failures)) and files_are_rewindable(operation)

    def _delay(self, failures: Sequence[Failure]) -> float:
        shortest = max(failure.retry_after for failure in failures)
        if shortest:
            longest = min(shortest * (1 + JITTER), max(shortest, self._policy.cap))
        else:
            is_throttled = any(failure.is_throttled for failure in failures)
            longest = self._policy.longest_wait(self._number, is_throttled=is_throttled)
        return self._uniform(shortest, longest)

    def _obstacle(self, operations: Sequence[Operation], delay: float) -> str:
        """Return why a wait is not allowed; empty if it is allowed."""
        if delay > self._policy.cap:
            return f"and cap= of the RetryPolicy is {Duration(self._policy.cap)}"
        if not all(operation.deadline.allows(delay) for operation in operations):
            return f"and {operations[0].deadline.name}= ends the call before that"
        return ""

    def _wait(self, error: TransportError, delay: float) -> None:
        logger.info(
            "%s Retrying in %s; attempt %d of %d.",
            error,
            Duration(delay),
            self._number + 1,
            self._policy.attempts,
            extra={"graphql_error": type(error).__name__, "graphql_delay": delay, "graphql_attempt": self._number + 1},
        )
        if self._policy.on_retry is not None:
            self._policy.on_retry(error, delay)
        self._clock.sleep(delay)
        self._number += 1
        self._retries.increment()


def _is_out_of_time(operation: Operation, failures: Sequence[Failure]) -> bool:
    """Return whether the limit of the whole call is what ended the attempt."""
    name = operation.deadline.name
    return all(isinstance(each.error, TransportTimeout) and each.error.limit == name for each in failures)


def failure_of(outcome: BatchEntry, policy: RetryPolicy) -> Failure | None:
    """Return the failure of an attempt if another attempt may succeed; None otherwise."""
    if isinstance(outcome, ExecutionResult):
        return Failure(throttled_error(outcome), True) if outcome.errors and is_throttled(outcome) else None
    if isinstance(outcome, TransportRateLimited):
        return Failure(outcome, True)
    if isinstance(outcome, TransportServerError):
        return Failure(outcome) if outcome.code in policy.statuses else None
    if isinstance(outcome, TransportConnectionFailed) and outcome.data is not None:
        return None  # lost between the parts of a response, which the caller may use
    if isinstance(outcome, TransportConnectionFailed | TransportTimeout) and not is_permanent(outcome.__cause__):
        return Failure(outcome)
    return None


def _returned(outcome: BatchEntry) -> ExecutionResult:
    if isinstance(outcome, TransportError):
        raise outcome
    return outcome


def _cost(failures: Sequence[Failure], budget: RetryBudget) -> int:
    if all(failure.error.sent is False for failure in failures):
        return 0
    return budget.throttled_cost if any(failure.is_throttled for failure in failures) else budget.retry_cost


def _explain(failures: Sequence[Failure], why: str) -> None:
    # The operations of a batch may all have the same error.
    for error in {id(failure.error): failure.error for failure in failures}.values():
        error.message = f"{as_sentence(error.message)} {why}"


def files_are_rewindable(operation: Operation) -> bool:
    """Return whether all files in the variables can be read again.

    Only a FileVar knows where the content of an open file begins; the position of any other has moved to its end.
    """
    files = files_in(operation.request.variable_values)
    return all(isinstance(file, FileVar) and file.is_rewindable for file in files)
