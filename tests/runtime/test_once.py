"""A value that one thread computes for all threads."""

from __future__ import annotations

import os
import pickle
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from syncgql import TransportQueryError
from syncgql.runtime.once import Once

PATIENCE = 60.0


def concurrent_outcomes(make: Callable[[], Any], threads: int = 4) -> list[Any]:
    """Let all threads request the value while the first of them computes it; return their outcomes."""
    once: Once[Any] = Once()
    entered, waiting = threading.Event(), threading.Barrier(threads)

    def first_make() -> Any:
        entered.set()
        waiting.wait(PATIENCE)
        return make()

    def ask(number: int) -> Any:
        if number:
            entered.wait(PATIENCE)
            waiting.wait(PATIENCE)
        try:
            return once.get(first_make if number == 0 else make)
        except BaseException as error:
            return error

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(ask, range(threads)))


def test_the_value_is_computed_once() -> None:
    """The function is called once, for any number of threads."""
    made: list[object] = []

    def make() -> object:
        made.append(object())
        return made[-1]

    assert concurrent_outcomes(make) == [made[0]] * 4
    assert len(made) == 1


def test_a_failure_is_not_cached() -> None:
    """The next call tries again."""
    once: Once[int] = Once()
    with pytest.raises(ZeroDivisionError):
        once.get(lambda: 1 // 0)
    assert not once._values
    assert once.get(lambda: 3) == 3
    assert once._values


def test_each_thread_gets_its_own_exception() -> None:
    """One object raised in several threads would collect all their tracebacks; the cause is shared."""

    def make() -> None:
        raise TransportQueryError("refused", errors=[{"message": "refused"}]) from KeyError("x")

    errors = concurrent_outcomes(make)
    assert all(isinstance(error, TransportQueryError) and error.errors for error in errors)
    assert len({id(error) for error in errors}) == 4
    assert all(isinstance(error.__cause__, KeyError) for error in errors)


def test_an_exception_that_cannot_be_copied_is_shared() -> None:
    """All threads raise the same object instead of an error about copying."""

    class Stubborn(Exception):
        def __init__(self, one: int, two: int) -> None:
            super().__init__("stubborn")

    def make() -> None:
        raise Stubborn(1, 2)

    assert {type(error) for error in concurrent_outcomes(make)} == {Stubborn}


def test_an_interrupt_affects_only_its_thread() -> None:
    """After Ctrl-C in the thread that computes the value, another thread tries."""
    interrupted: list[bool] = []

    def make() -> int:
        if not interrupted:
            interrupted.append(True)
            raise KeyboardInterrupt
        return 3

    outcomes = concurrent_outcomes(make)
    assert sum(isinstance(outcome, KeyboardInterrupt) for outcome in outcomes) == 1
    assert outcomes.count(3) == 3


def test_a_value_that_needs_itself_is_an_error() -> None:
    """The thread raises an error instead of waiting for itself."""
    once: Once[int] = Once()
    with pytest.raises(RecursionError, match="was requested by the function that computes it"):
        once.get(lambda: once.get(lambda: 1))
    assert once.get(lambda: 2) == 2


def test_put_replaces_the_value() -> None:
    """A value that was computed elsewhere can be stored."""
    once: Once[int] = Once()
    once.put(1)
    once.put(2)
    assert once.get(lambda: 3) == 2


def test_a_copy_in_another_process_starts_afresh() -> None:
    """An unpickled client loads its schema again."""
    once: Once[int] = Once()
    once.put(1)
    assert not pickle.loads(pickle.dumps(once))._values


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_fork_while_it_is_made_does_not_wait_for_the_parents_thread() -> None:
    """The thread that computed the value does not exist in the child."""
    once: Once[int] = Once()
    entered, leave = threading.Event(), threading.Event()

    def slow() -> int:
        entered.set()
        leave.wait(PATIENCE)
        return 1

    thread = threading.Thread(target=once.get, args=(slow,))
    thread.start()
    entered.wait(PATIENCE)
    pid = os.fork()
    if pid == 0:
        os._exit(once.get(lambda: 7))
    leave.set()
    thread.join(PATIENCE)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7
    assert once.get(lambda: 3) == 1
