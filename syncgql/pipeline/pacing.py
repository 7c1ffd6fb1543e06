"""Pacing: the step in which the threads of a client wait for their turn."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from ..deadline import Deadline
from ..exceptions import TransportError, TransportRateLimited, TransportServerError
from ..protocol.batch import BatchEntry
from ..protocol.rate_limit_readings import Answer
from ..protocol.rate_limits import is_throttled, throttled_error
from ..result import ExecutionResult
from ..runtime.clock import Clock
from ..runtime.turnstile import Ticket, TooLong
from ..subscription import Subscription
from .limiter import Outcome
from .middleware import Execute, ExecuteBatch, Middleware, Subscribe
from .operation import Operation
from .rate_limit import RateLimit

logger = logging.getLogger(__name__)

LOGGED_WAIT = 0.1
"""The shortest wait in seconds that is logged. Shorter ones are how a limit spreads requests."""


class Turn(NamedTuple):
    """The turn of one request.

    Attributes:
        waited: the seconds for which it waited.
        outcomes: the entries of its response, from which the limit learns.
    """

    waited: float
    outcomes: list[BatchEntry]


class Pacing(Middleware):
    """Waits until a rate limit lets a request pass, and lets the limit learn from the answer.

    Args:
        limit: the rate limit.
        clock: for the waits.
    """

    def __init__(self, limit: RateLimit, clock: Clock) -> None:
        self._limit = limit
        self._clock = clock

    def execute(self, operation: Operation, call_next: Execute) -> ExecutionResult:
        with self._turn([operation]) as turn:
            result = call_next(operation._replace(waited=turn.waited))
            turn.outcomes.append(result)
        return result

    def execute_batch(self, operations: Sequence[Operation], call_next: ExecuteBatch) -> list[BatchEntry]:
        with self._turn(operations) as turn:
            entries = call_next([operation._replace(waited=turn.waited) for operation in operations])
            turn.outcomes.extend(entries)
        return entries

    def subscribe(self, operation: Operation, call_next: Subscribe) -> Subscription[ExecutionResult]:
        with self._turn([operation]):
            return call_next(operation)

    @contextmanager
    def _turn(self, operations: Sequence[Operation]) -> Iterator[Turn]:
        """Wait, and count the outcomes that the block adds to the turn, or the error that it raises."""
        turnstile = self._limit.turnstile()
        ticket = Ticket(self._limit.charge(operations))
        outcomes: list[BatchEntry] = []
        deadline = operations[0].deadline
        try:
            refusal = turnstile.enter(ticket, self._clock, deadline)
            if refusal is not None:
                raise self._too_long(refusal, deadline)
            waited = self._clock.monotonic() - ticket.since
            self._log(waited)
            yield Turn(waited, outcomes)
        except TransportError as error:
            outcomes.append(error)
            raise
        finally:
            turnstile.leave(ticket, self._outcome(outcomes), self._clock)

    def _log(self, waited: float) -> None:
        if waited >= LOGGED_WAIT:
            logger.info("Waited %.2f s for %r.", waited, self._limit, extra={"graphql_waited": waited})

    def _outcome(self, outcomes: Sequence[BatchEntry]) -> Outcome:
        """Return what became of a request, by the entries of its answer."""
        refusals = [refusal for each in outcomes if (refusal := _refusal(each)) is not None]
        answer = next((answer for each in outcomes if (answer := _answer(each)) is not None), None)
        pauses = [refusal.retry_after for refusal in refusals if refusal.retry_after is not None]
        is_unsent = bool(outcomes) and all(isinstance(each, TransportError) and each.sent is False for each in outcomes)
        read = self._limit.read
        return Outcome(
            is_answered=answer is not None,
            may_be_counted=not is_unsent,
            is_refused=bool(refusals),
            pause=max(pauses, default=None),
            readings={} if answer is None or read is None else read(answer, self._clock.time()),
        )

    def _too_long(self, refusal: TooLong, deadline: Deadline) -> TransportRateLimited:
        others = "no other request is" if refusal.ahead == 0 else f"{refusal.ahead} other requests are"
        others = "1 other request is" if refusal.ahead == 1 else others
        left = max(0.0, deadline.left() or 0.0)
        return TransportRateLimited(
            f"{self._limit!r} allows this request in {refusal.seconds:.1f} s at the earliest, and the call has "
            f"{left:.1f} s left; {others} waiting before it. It was not sent. Try again later, or pass a higher "
            f"{deadline.name}=.",
            retry_after=refusal.seconds,
            sent=False,
        )


def _refusal(outcome: BatchEntry) -> TransportRateLimited | None:
    """Return the error for an answer that the request was one too many."""
    if isinstance(outcome, ExecutionResult):
        return throttled_error(outcome) if outcome.errors and is_throttled(outcome) else None
    return outcome if isinstance(outcome, TransportRateLimited) else None


def _answer(outcome: BatchEntry) -> Answer | None:
    """Return what an answer of the server tells; None if there was none."""
    if isinstance(outcome, ExecutionResult):
        headers = outcome.response.headers if outcome.response is not None else {}
        return Answer(headers, outcome.extensions or {}, outcome.data if isinstance(outcome.data, dict) else {})
    if isinstance(outcome, TransportRateLimited):
        return Answer(outcome.headers, outcome.extensions or {}, {})
    return Answer(outcome.headers, {}, {}) if isinstance(outcome, TransportServerError) else None
