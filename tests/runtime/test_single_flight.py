"""SingleFlight: one thread does the work of several."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from syncgql import Deadline, TransportTimeout
from syncgql.runtime.single_flight import SingleFlight, WorkResult

PATIENCE = 60.0


class Work:
    """Work that waits until the test ends it."""

    def __init__(self, outcome: object) -> None:
        self.outcome = outcome
        self.begun = threading.Event()
        self.may_end = threading.Event()
        self.count = 0

    def __call__(self) -> Any:
        self.count += 1
        self.begun.set()
        self.may_end.wait(PATIENCE)
        if isinstance(self.outcome, BaseException):
            raise self.outcome
        return self.outcome


def value_of(result: WorkResult[Any]) -> tuple[Any, bool]:
    return result.value, result.is_shared


def joined(flights: SingleFlight[Any], work: Work, threads: int = 3) -> list[Future[WorkResult[Any]]]:
    """Several threads request the value while the first one computes it."""
    with ThreadPoolExecutor(threads) as pool:
        first = pool.submit(flights.run, "key", work)
        work.begun.wait(PATIENCE)
        others = [pool.submit(flights.run, "key", work) for _ in range(threads - 1)]
        outcome = flights._in_progress[os.getpid(), "key"].outcome
        while len(outcome._waiters) < len(others):
            threading.Event().wait(0.001)
        work.may_end.set()
        return [first, *others]


def test_the_work_is_done_once() -> None:
    """All threads get the value, marked as shared."""
    work = Work(7)
    assert [value_of(future.result()) for future in joined(SingleFlight(), work)] == 3 * [(7, True)]
    assert work.count == 1


def test_a_single_thread_does_not_share() -> None:
    """Its value is marked as not shared."""
    flights: SingleFlight[int] = SingleFlight()
    assert value_of(flights.run("key", lambda: 7)) == (7, False)
    assert value_of(flights.run("key", lambda: 8)) == (8, False)


def test_each_thread_gets_its_own_exception() -> None:
    """The exceptions are equal, but not the same object."""
    errors = [future.exception() for future in joined(SingleFlight(), Work(ValueError("no")))]
    assert [str(error) for error in errors] == 3 * ["no"]
    assert len(set(map(id, errors))) == 3


def test_another_thread_takes_over_after_an_interrupt() -> None:
    """Ctrl-C in the first thread is not raised in the others."""
    flights: SingleFlight[Any] = SingleFlight()
    first, second = Work(KeyboardInterrupt()), Work(7)
    with ThreadPoolExecutor(2) as pool:
        interrupted = pool.submit(flights.run, "key", first)
        first.begun.wait(PATIENCE)
        other = pool.submit(flights.run, "key", second)
        first.may_end.set()
        second.may_end.set()
        assert isinstance(interrupted.exception(PATIENCE), KeyboardInterrupt)
        assert other.result(PATIENCE).value == 7


def test_a_failure_that_affects_only_one_thread() -> None:
    """The function given to ``SingleFlight`` decides that; the other threads do the work themselves."""
    flights: SingleFlight[Any] = SingleFlight(lambda error: isinstance(error, KeyError))
    first, second = Work(KeyError("mine")), Work(7)
    with ThreadPoolExecutor(2) as pool:
        failed = pool.submit(flights.run, "key", first)
        first.begun.wait(PATIENCE)
        other = pool.submit(flights.run, "key", second)
        first.may_end.set()
        second.may_end.set()
        assert isinstance(failed.exception(PATIENCE), KeyError)
        assert other.result(PATIENCE).value == 7


def test_a_thread_waits_at_most_until_its_own_deadline() -> None:
    """The state of the first thread does not matter."""
    flights: SingleFlight[Any] = SingleFlight()
    work = Work(7)
    with ThreadPoolExecutor(1) as pool:
        pool.submit(flights.run, "key", work)
        work.begun.wait(PATIENCE)
        with pytest.raises(TransportTimeout):
            flights.run("key", work, Deadline(0.01))
        work.may_end.set()


def test_work_that_requests_itself() -> None:
    """It raises an exception instead of waiting for itself."""
    flights: SingleFlight[int] = SingleFlight()
    with pytest.raises(RecursionError):
        flights.run("key", lambda: flights.run("key", lambda: 1).value)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_child_does_not_wait_for_a_thread_of_its_parent() -> None:
    """It does the work itself."""
    flights: SingleFlight[Any] = SingleFlight()
    work = Work(7)
    asked: Callable[[], Any] = lambda: flights.run("key", lambda: 8).value  # noqa: E731
    with ThreadPoolExecutor(1) as pool:
        pool.submit(flights.run, "key", work)
        work.begun.wait(PATIENCE)
        if (pid := os.fork()) == 0:
            os._exit(0 if asked() == 8 else 1)
        work.may_end.set()
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
