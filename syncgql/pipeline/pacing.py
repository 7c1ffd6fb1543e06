"""Pacing: the step in which the threads of a client wait for their turn."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from ..exceptions import TransportError, TransportRateLimited, TransportServerError
from ..messages import Duration
from ..protocol.batch import BatchEntry
from ..protocol.rate_limit_readings import ResponseParts
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
"""The shortest wait in seconds that is logged. Shorter waits are normal, because a limit spreads requests."""


class Pacing(Middleware):
    """Waits until the rate limit allows a request, and updates the limit from the response.

    Args:
        limit: the rate limit.
        clock: for the waits.
    """

    def __init__(self, limit: RateLimit, clock: Clock) -> None:
        self._limit = limit
        self._clock = clock

    def execute(self, operation: Operation, call_next: Execute) -> ExecutionResult:
        with Turn(self._limit, self._clock, (operation,)) as turn:
            result = call_next(turn.with_wait(operation) if turn.waited else operation)
            turn.outcomes.append(result)
        return result

    def execute_batch(self, operations: Sequence[Operation], call_next: ExecuteBatch) -> list[BatchEntry]:
        with Turn(self._limit, self._clock, operations) as turn:
            entries = call_next([turn.with_wait(operation) for operation in operations])
            turn.outcomes.extend(entries)
        return entries

    def subscribe(self, operation: Operation, call_next: Subscribe) -> Subscription[ExecutionResult]:
        with Turn(self._limit, self._clock, (operation,)):
            return call_next(operation)


class Turn:
    """The turn of one request, as a ``with`` block that begins when the request may be sent.

    The limit is updated from the entries that the block appends to the list, or from the exception that it raises.

    Args:
        limit: the rate limit.
        clock: for the wait.
        operations: the operations of the request.

    Attributes:
        waited: the seconds for which the request has waited.
        outcomes: the list of the entries.
    """

    __slots__ = ("_clock", "_deadline", "_limit", "_ticket", "_turnstile", "outcomes", "waited")

    def __init__(self, limit: RateLimit, clock: Clock, operations: Sequence[Operation]) -> None:
        self._limit = limit
        self._clock = clock
        self._deadline = operations[0].deadline
        self._turnstile = limit.turnstile()
        self._ticket = Ticket(limit.charge(operations))
        self.outcomes: list[BatchEntry] = []
        self.waited = 0.0

    def __enter__(self) -> Turn:
        try:
            refusal = self._turnstile.enter(self._ticket, self._clock, self._deadline)
            if refusal is not None:
                raise self._too_long(refusal)
        except BaseException:  # includes Ctrl-C
            self._turnstile.leave(self._ticket, Outcome(), self._clock)
            raise
        if self._ticket.has_waited:
            self.waited = self._clock.monotonic() - self._ticket.since
            self._log(self.waited)
        return self

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        if isinstance(error, TransportError):
            self.outcomes.append(error)
        self._turnstile.leave(self._ticket, self._outcome(), self._clock)

    def with_wait(self, operation: Operation) -> Operation:
        """Return the operation with the time for which it has waited."""
        return operation._replace(waited=self.waited) if self.waited else operation

    def _log(self, waited: float) -> None:
        if waited >= LOGGED_WAIT:
            logger.info("Waited %s for %r.", Duration(waited), self._limit, extra={"graphql_waited": waited})

    def _outcome(self) -> Outcome:
        """Return the outcome of the request, given the entries of its response."""
        responded: BatchEntry | None = None
        pauses: list[float] = []
        is_refused, is_unsent = False, bool(self.outcomes)
        for each in self.outcomes:
            if responded is None and _has_response(each):
                responded = each
            if (refusal := _refusal(each)) is not None:
                is_refused = True
                pauses += [] if refusal.retry_after is None else [refusal.retry_after]
            is_unsent = is_unsent and isinstance(each, TransportError) and each.sent is False
        read = self._limit.read
        return Outcome(
            has_response=responded is not None,
            may_be_counted=not is_unsent,
            is_refused=is_refused,
            pause=max(pauses, default=None),
            readings={} if responded is None or read is None else read(_parts(responded), self._clock.time()),
        )

    def _too_long(self, refusal: TooLong) -> TransportRateLimited:
        others = "no other request is" if refusal.ahead == 0 else f"{refusal.ahead} other requests are"
        others = "1 other request is" if refusal.ahead == 1 else others
        left = max(0.0, self._deadline.left() or 0.0)
        return TransportRateLimited(
            f"{self._limit!r} allows this request in {Duration(refusal.seconds)} at the earliest, but the call has "
            f"only {Duration(left)} left; {others} waiting ahead of it. The request was not sent. Try again later, "
            f"or pass a higher {self._deadline.name}=.",
            retry_after=refusal.seconds,
            sent=False,
        )


def _refusal(outcome: BatchEntry) -> TransportRateLimited | None:
    """Return the rate-limit error in an outcome; None if there is none."""
    if isinstance(outcome, ExecutionResult):
        return throttled_error(outcome) if outcome.errors and is_throttled(outcome) else None
    return outcome if isinstance(outcome, TransportRateLimited) else None


def _has_response(outcome: BatchEntry) -> bool:
    """Return whether the server responded."""
    return isinstance(outcome, ExecutionResult | TransportServerError)


def _parts(outcome: BatchEntry) -> ResponseParts:
    """Return the parts of a response that may report limits."""
    if isinstance(outcome, ExecutionResult):
        headers = outcome.response.headers if outcome.response is not None else {}
        return ResponseParts(headers, outcome.extensions or {}, outcome.data if isinstance(outcome.data, dict) else {})
    if isinstance(outcome, TransportRateLimited):
        return ResponseParts(outcome.headers, outcome.extensions or {}, {})
    return ResponseParts(outcome.headers if isinstance(outcome, TransportServerError) else {}, {}, {})
