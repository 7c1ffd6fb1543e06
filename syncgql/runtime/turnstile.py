"""Turnstile: admits threads one at a time, in order of arrival."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from itertools import takewhile
from typing import Generic, NamedTuple, Protocol, TypeVar

from ..deadline import Deadline
from .clock import Clock

CHECK_INTERVAL = 10.0
"""The seconds after which a waiting thread checks again whether it may pass, even if no thread has woken it."""

SHORTEST_WAIT = 1e-6
"""The shortest wait in seconds; anything shorter is a rounding error."""

ChargeT = TypeVar("ChargeT")
ContraChargeT = TypeVar("ContraChargeT", contravariant=True)
ContraOutcomeT = TypeVar("ContraOutcomeT", contravariant=True)
OutcomeT = TypeVar("OutcomeT")


class Gate(Protocol[ContraChargeT, ContraOutcomeT]):
    """Decides when threads may pass; called by one thread at a time, with the time in seconds."""

    def wait(self, charge: ContraChargeT, now: float, /) -> float:
        """Return the seconds until the first thread may pass; 0 if it may pass now."""

    def least_wait(self, charge: ContraChargeT, ahead: Sequence[ContraChargeT], now: float, /) -> float:
        """Return the least number of seconds that a thread has to wait, given the charges ahead of it."""

    def send(self, charge: ContraChargeT, since: float, now: float, /) -> None:
        """Record that a thread passes, which has been waiting since the time *since*."""

    def settle(self, charge: ContraChargeT, outcome: ContraOutcomeT, now: float, /) -> bool:
        """Record the outcome of a thread that has passed; return whether all waiting threads must check again."""


class Ticket(Generic[ChargeT]):
    """The place of one thread.

    Args:
        charge: the amount that the gate counts.

    Attributes:
        has_passed: whether the thread may continue.
        has_waited: whether it could not continue at once.
        since: the time at which it began to wait.
    """

    __slots__ = ("charge", "has_passed", "has_waited", "since")

    def __init__(self, charge: ChargeT) -> None:
        self.charge = charge
        self.has_passed = False
        self.has_waited = False
        self.since = 0.0


class TooLong(NamedTuple):
    """The reason why a thread does not wait.

    Attributes:
        seconds: the least time that it would have to wait.
        ahead: the number of threads that wait ahead of it.
    """

    seconds: float
    ahead: int


class Turnstile(Generic[ChargeT, OutcomeT]):
    """Admits threads one at a time, in the order of their arrival, when a gate allows it.

    A thread that checks admits every thread that may pass, so a thread that wakes up slowly delays no others.

    Args:
        gate: decides when threads may pass.
    """

    def __init__(self, gate: Gate[ChargeT, OutcomeT]) -> None:
        self._gate = gate
        # The waiting threads in order, each with the event that is set when the thread has to check again.
        self._waiting: dict[Ticket[ChargeT], threading.Event] = {}
        # Held only briefly, while no user code runs. No finalizer of this package acquires it.
        self._lock = threading.Lock()

    def enter(self, ticket: Ticket[ChargeT], clock: Clock, deadline: Deadline) -> TooLong | None:
        """Wait in the calling thread until it may pass, or return the reason not to wait.

        The caller must call ``leave`` in every case.

        Raises:
            ClientClosed: the client of the clock was closed.
        """
        with self._lock:
            ticket.since = clock.monotonic()
            if not self._waiting and self._may_pass(ticket, ticket.since):
                return None
            event = self._waiting[ticket] = threading.Event()
            ticket.has_waited = True
        while True:
            with self._lock:
                now = clock.monotonic()
                self._let_pass(now)
                event.clear()
                if ticket.has_passed:
                    return None
                ahead = [each.charge for each in takewhile(lambda each: each is not ticket, self._waiting)]
                least = self._gate.least_wait(ticket.charge, ahead, now)
                if not deadline.allows(least):
                    return TooLong(least, len(ahead))
                seconds = CHECK_INTERVAL if ahead else min(CHECK_INTERVAL, self._gate.wait(ticket.charge, now))
            left = deadline.left()
            clock.wait(event, seconds if left is None else min(seconds, left))

    def leave(self, ticket: Ticket[ChargeT], outcome: OutcomeT, clock: Clock) -> None:
        """Give up the place, or record the outcome of a request that has passed."""
        with self._lock:
            now = clock.monotonic()
            self._waiting.pop(ticket, None)
            waits_grew = ticket.has_passed and self._gate.settle(ticket.charge, outcome, now)
            self._let_pass(now)
            for event in self._waiting.values():
                event.set()
                if not waits_grew:
                    break  # a response can only let the first thread pass earlier

    def _let_pass(self, now: float) -> None:
        while self._waiting:
            first, event = next(iter(self._waiting.items()))
            if not self._may_pass(first, now):
                return
            del self._waiting[first]
            event.set()
            for following in self._waiting.values():
                following.set()  # it is now the first, and has to compute its wait
                break

    def _may_pass(self, first: Ticket[ChargeT], now: float) -> bool:
        """Let the first thread pass if the gate allows it, and return whether it does."""
        if self._gate.wait(first.charge, now) > SHORTEST_WAIT:
            return False
        first.has_passed = True
        self._gate.send(first.charge, first.since, now)
        return True
