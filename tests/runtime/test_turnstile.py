"""Turnstile: threads pass in the order of their arrival."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest

from syncgql import Deadline
from syncgql.runtime.clock import Clock
from syncgql.runtime.turnstile import Ticket, TooLong, Turnstile

PATIENCE = 60.0
Tickets = Turnstile[str, None]


class Gate:
    """A gate that admits as many as the test sets, and records them."""

    def __init__(self, free: int = 0, wait: float = 3600.0) -> None:
        self.free = free
        self.passed: list[str] = []
        self.settled: list[str] = []
        self.is_longer = False
        self._wait = wait

    def wait(self, charge: str, now: float) -> float:
        return 0.0 if self.free else self._wait

    def least_wait(self, charge: str, ahead: Sequence[str], now: float) -> float:
        return 0.0 if self.free > len(ahead) else self._wait

    def send(self, charge: str, since: float, now: float) -> None:
        self.free -= 1
        self.passed.append(charge)

    def settle(self, charge: str, outcome: None, now: float) -> bool:
        self.settled.append(charge)
        self.free += 1
        return self.is_longer


@contextmanager
def waiting(turnstile: Tickets, names: Sequence[str]) -> Iterator[None]:
    """Run threads that arrive in this order, pass, and leave."""

    def work(name: str) -> None:
        ticket = Ticket(name)
        turnstile.enter(ticket, Clock(), Deadline())
        turnstile.leave(ticket, None, Clock())

    threads = [threading.Thread(target=work, args=(name,)) for name in names]
    for number, thread in enumerate(threads, len(turnstile._waiting) + 1):
        thread.start()
        while len(turnstile._waiting) < number:
            time.sleep(0.001)
    yield
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive()


def test_threads_pass_in_order() -> None:
    """When one leaves, the next passes immediately, although it would otherwise wait for an hour."""
    gate = Gate(free=1)
    turnstile: Tickets = Turnstile(gate)
    first = Ticket("first")
    assert turnstile.enter(first, Clock(), Deadline()) is None
    with waiting(turnstile, "abcdefgh"):
        turnstile.leave(first, None, Clock())
    assert gate.passed == ["first", *"abcdefgh"]


def test_a_thread_that_would_be_too_late_does_not_wait() -> None:
    """The result has the expected wait and the number of threads ahead."""
    gate = Gate(free=1)
    turnstile: Tickets = Turnstile(gate)
    first, late = Ticket("first"), Ticket("late")
    turnstile.enter(first, Clock(), Deadline())
    with waiting(turnstile, "ab"):
        assert turnstile.enter(late, Clock(), Deadline(60)) == TooLong(3600.0, 2)
        turnstile.leave(late, None, Clock())
        turnstile.leave(first, None, Clock())
    assert gate.passed == ["first", "a", "b"]
    assert "late" not in gate.settled


def test_a_longer_wait_is_reported_to_all_waiting_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread whose turn would now come after its time limit stops waiting immediately."""
    monkeypatch.setattr("syncgql.runtime.turnstile.CHECK_INTERVAL", 600.0)
    gate = Gate(free=2, wait=10.0)
    turnstile: Tickets = Turnstile(gate)
    tickets = [Ticket("first"), Ticket("second")]
    for ticket in tickets:
        turnstile.enter(ticket, Clock(), Deadline())
    outcomes: list[TooLong | None] = []

    def work() -> None:
        ticket = Ticket("late")
        outcomes.append(turnstile.enter(ticket, Clock(), Deadline(600)))
        turnstile.leave(ticket, None, Clock())

    with waiting(turnstile, "a"):
        thread = threading.Thread(target=work)
        thread.start()
        while len(turnstile._waiting) < 2:
            time.sleep(0.001)
        gate._wait, gate.is_longer, gate.free = 3600.0, True, -1
        turnstile.leave(tickets[0], None, Clock())
        thread.join(PATIENCE)
        assert outcomes == [TooLong(3600.0, 1)]
        gate.free = 0
        turnstile.leave(tickets[1], None, Clock())


def test_ctrl_c_ends_a_wait_and_frees_the_place() -> None:
    """The wait ends immediately, and the next thread in the queue becomes the first."""
    gate = Gate(free=1)
    turnstile: Tickets = Turnstile(gate)
    first, mine = Ticket("first"), Ticket("mine")
    turnstile.enter(first, Clock(), Deadline())

    def interrupt() -> None:
        while len(turnstile._waiting) < 1:
            time.sleep(0.001)
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    before = time.monotonic()
    try:
        with pytest.raises(KeyboardInterrupt):
            turnstile.enter(mine, Clock(), Deadline())
    finally:
        turnstile.leave(mine, None, Clock())
        thread.join(PATIENCE)
    assert time.monotonic() - before < PATIENCE
    with waiting(turnstile, "ab"):
        turnstile.leave(first, None, Clock())
    assert gate.passed == ["first", "a", "b"]
