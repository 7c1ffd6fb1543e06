"""Turnstile: lets threads pass one after the other, in the order in which they came."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from itertools import takewhile
from typing import Generic, NamedTuple, Protocol, TypeVar

from ..deadline import Deadline
from .clock import Clock

LOOK_AGAIN = 10.0
"""Seconds after which a waiting thread looks whether it may pass, even if nobody has woken it."""

SHORTEST_WAIT = 1e-6
"""Seconds; what is shorter is an error of rounding."""

ChargeT = TypeVar("ChargeT")
ContraChargeT = TypeVar("ContraChargeT", contravariant=True)
ContraOutcomeT = TypeVar("ContraOutcomeT", contravariant=True)
OutcomeT = TypeVar("OutcomeT")


class Gate(Protocol[ContraChargeT, ContraOutcomeT]):
    """Decides when threads may pass; called by one thread at a time, with the time in seconds."""

    def wait(self, charge: ContraChargeT, now: float, /) -> float:
        """Return after how many seconds the first may pass; 0 for now."""

    def least_wait(self, charge: ContraChargeT, ahead: Sequence[ContraChargeT], now: float, /) -> float:
        """Return how many seconds one has to wait in any case, after those ahead of it."""

    def send(self, charge: ContraChargeT, since: float, now: float, /) -> None:
        """Count one that passes, and has been waiting since then."""

    def settle(self, charge: ContraChargeT, outcome: ContraOutcomeT, now: float, /) -> bool:
        """Count what became of one that has passed; return whether all who wait must look again."""


class Ticket(Generic[ChargeT]):
    """The place of one thread.

    Args:
        charge: what the gate counts.

    Attributes:
        has_passed: whether the thread may go on.
        since: the time since which it has been waiting.
        event: set when the thread has to look again.
    """

    def __init__(self, charge: ChargeT) -> None:
        self.charge = charge
        self.has_passed = False
        self.since = 0.0
        self.event = threading.Event()


class TooLong(NamedTuple):
    """The reason why a thread does not wait.

    Attributes:
        seconds: how long it would have to wait at least.
        ahead: how many others wait before it.
    """

    seconds: float
    ahead: int


class Turnstile(Generic[ChargeT, OutcomeT]):
    """Lets threads pass one after the other, in the order in which they came, when a gate allows it.

    Whichever thread looks lets all pass who may, so nobody depends on another thread that is slow to wake up.

    Args:
        gate: decides when.
    """

    def __init__(self, gate: Gate[ChargeT, OutcomeT]) -> None:
        self._gate = gate
        self._waiting: dict[Ticket[ChargeT], None] = {}
        # Held for a few steps, which run no code of the user's. No finalizer of this package takes it.
        self._lock = threading.Lock()

    def enter(self, ticket: Ticket[ChargeT], clock: Clock, deadline: Deadline) -> TooLong | None:
        """Wait in the calling thread until it may pass, or return why it does not wait.

        Whatever happens, ``leave`` must follow.

        Raises:
            ClientClosed: the client of the clock was closed.
        """
        with self._lock:
            ticket.since = clock.monotonic()
            self._waiting[ticket] = None
        while True:
            with self._lock:
                now = clock.monotonic()
                self._let_pass(now)
                ticket.event.clear()
                if ticket.has_passed:
                    return None
                ahead = [each.charge for each in takewhile(lambda each: each is not ticket, self._waiting)]
                least = self._gate.least_wait(ticket.charge, ahead, now)
                if not deadline.allows(least):
                    return TooLong(least, len(ahead))
                seconds = LOOK_AGAIN if ahead else min(LOOK_AGAIN, self._gate.wait(ticket.charge, now))
            left = deadline.left()
            clock.wait(ticket.event, seconds if left is None else min(seconds, left))

    def leave(self, ticket: Ticket[ChargeT], outcome: OutcomeT, clock: Clock) -> None:
        """Give the place back, or count what became of a request that has passed."""
        with self._lock:
            now = clock.monotonic()
            self._waiting.pop(ticket, None)
            is_longer = ticket.has_passed and self._gate.settle(ticket.charge, outcome, now)
            self._let_pass(now)
            for each in self._waiting:
                each.event.set()
                if not is_longer:
                    break  # an answer can only let the first go earlier

    def _let_pass(self, now: float) -> None:
        while (first := next(iter(self._waiting), None)) is not None:
            if self._gate.wait(first.charge, now) > SHORTEST_WAIT:
                return
            del self._waiting[first]
            first.has_passed = True
            self._gate.send(first.charge, first.since, now)
            first.event.set()
            for following in self._waiting:
                following.event.set()  # it is the first now, and has to see when it may pass
                break
