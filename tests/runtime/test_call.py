"""Calls through a runtime: results, errors, deadlines, interrupts."""

from __future__ import annotations

import asyncio
import contextvars
import functools
import gc
import signal
import sys
import threading
import time
import traceback
import weakref
from collections.abc import Callable
from typing import Any

import pytest

from syncgql import TransportError, TransportTimeout
from syncgql.deadline import NO_DEADLINE, Deadline
from syncgql.runtime.call import Call
from syncgql.runtime.runtime import Runtime

from .conftest import Resources

PATIENCE = 60.0


class Failure(Exception):
    """An error with weak references."""


async def answer(value: int) -> int:
    return value


async def fail(error: BaseException) -> None:
    raise error


async def break_down() -> None:
    raise Failure


class Endless:
    """A coroutine that never ends and records its cancellation."""

    def __init__(self) -> None:
        self.started = threading.Event()
        self.cancelled = threading.Event()

    async def run(self) -> None:
        self.started.set()
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            self.cancelled.set()
            raise


def press_ctrl_c() -> None:
    """Interrupt the main thread, as the terminal does."""
    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)


def each(*steps: Callable[[], object]) -> None:
    """Run one step after the other."""
    for step in steps:
        step()


def in_thread(target: Callable[[], object]) -> tuple[threading.Thread, list[BaseException]]:
    """Run *target* in a thread that records its exception."""
    raised: list[BaseException] = []

    def run() -> None:
        try:
            target()
        except BaseException as error:
            raised.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, raised


def test_the_result_arrives(runtime: Runtime[Resources]) -> None:
    """A call returns the result of its coroutine."""
    assert [runtime.run(answer(number)) for number in range(3)] == [0, 1, 2]


def test_an_error_is_raised_unchanged(runtime: Runtime[Resources]) -> None:
    """A call raises the same exception object, with the original frames."""
    error = Failure("no")
    with pytest.raises(Failure) as caught:
        runtime.run(fail(error))
    assert caught.value is error
    frames = [frame.name for frame in traceback.extract_tb(caught.value.__traceback__)]
    assert frames[-1] == "fail"


def test_f07_refused_on_the_own_loop_thread(runtime: Runtime[Resources]) -> None:
    """A call that would deadlock raises immediately and says what to do; its coroutine is closed."""

    async def nested() -> int:
        return runtime.run(answer(1))

    with pytest.raises(RuntimeError, match=r"own loop thread.*asyncio\.to_thread"):
        runtime.run(nested())


def test_f07_works_inside_a_foreign_loop(runtime: Runtime[Resources]) -> None:
    """Calls work while a loop is running, as in a notebook cell or an async view."""

    async def cell() -> int:
        return runtime.run(answer(2))

    assert asyncio.run(cell()) == 2


@pytest.mark.skipif(sys.platform == "win32", reason="pthread_kill is POSIX")
def test_f08_interrupt_cancels_the_work_and_the_runtime_stays_usable(runtime: Runtime[Resources]) -> None:
    """Ctrl-C is raised when the work has ended, not before."""
    endless = Endless()
    in_thread(lambda: each(lambda: endless.started.wait(PATIENCE), press_ctrl_c))
    with pytest.raises(KeyboardInterrupt):
        runtime.run(endless.run())
    assert endless.cancelled.is_set()
    assert runtime.run(answer(3)) == 3


@pytest.mark.skipif(sys.platform == "win32", reason="pthread_kill is POSIX")
def test_f08_second_interrupt_does_not_wait(runtime: Runtime[Resources]) -> None:
    """Work that ignores its cancellation delays only the first Ctrl-C."""
    release = threading.Event()
    started = threading.Event()
    cancelled = threading.Event()

    async def stubborn() -> None:
        while not release.is_set():
            try:
                started.set()
                await asyncio.sleep(0.01)
            except asyncio.CancelledError:
                cancelled.set()

    def press_twice() -> None:
        started.wait(PATIENCE)
        press_ctrl_c()
        # Never more often: the signal would end the whole test run. The second wait is in slices, so none is lost.
        if cancelled.wait(PATIENCE):
            press_ctrl_c()

    thread = threading.Thread(target=press_twice)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        runtime.run(stubborn())
    release.set()
    thread.join(PATIENCE)


def test_f08_interrupt_with_the_response_does_not_hang(
    runtime: Runtime[Resources], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A signal may arrive when the lock was just acquired, which must not be waited for again."""

    def interrupted(lock: threading.Lock) -> None:
        lock.acquire()
        raise KeyboardInterrupt

    monkeypatch.setattr("syncgql.runtime.slices.acquire", interrupted)
    with pytest.raises(KeyboardInterrupt):
        runtime.run(answer(1))


def test_f09_timeout_cancels_the_work(runtime: Runtime[Resources]) -> None:
    """At the limit the coroutine is ended; the error names the limit."""
    endless = Endless()
    with pytest.raises(TransportTimeout, match=r"patience expired after 0\.05 s") as caught:
        runtime.run(endless.run(), Deadline(0.05, "patience"))
    assert (caught.value.limit, caught.value.seconds) == ("patience", 0.05)
    assert endless.cancelled.is_set()


def test_f09_an_exception_during_cancellation_is_the_cause(runtime: Runtime[Resources]) -> None:
    """The reason of the cancellation is raised, and an exception of the cancelled work is chained."""

    async def breaks() -> None:
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            raise Failure("half done") from None

    with pytest.raises(TransportTimeout) as caught:
        runtime.run(breaks(), Deadline(0.05))
    assert isinstance(caught.value.__cause__, Failure)


def test_f09_a_swallowed_cancellation_is_repeated(runtime: Runtime[Resources], monkeypatch: pytest.MonkeyPatch) -> None:
    """``asyncio.wait_for`` before 3.12 can lose a cancellation; the limit still applies."""
    monkeypatch.setattr("syncgql.runtime.call.CANCEL_AGAIN", 0.05)

    async def deaf_once() -> None:
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            pass
        await asyncio.sleep(3600)

    with pytest.raises(TransportTimeout):
        runtime.run(deaf_once(), Deadline(0.05))


def test_work_that_cancels_itself_is_a_transport_error(runtime: Runtime[Resources]) -> None:
    """CancelledError belongs to asyncio; blocking code gets an error that ``except Exception`` catches."""
    with pytest.raises(TransportError, match="cancelled on the loop"):
        runtime.run(fail(asyncio.CancelledError()))


def test_f10_cancel_before_the_first_step(runtime: Runtime[Resources]) -> None:
    """A call cancelled before its coroutine ran is released, 200 times, whether started or not."""
    for number in range(200):
        released = threading.Event()
        call = Call(answer(1), NO_DEADLINE, set(), released.set)
        steps = [call.start, call.cancel] if number % 2 else [call.cancel, call.start]
        runtime.thread.post(each, *steps)
        assert released.wait(PATIENCE)
        with pytest.raises(TransportError):
            call.outcome()


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt()])
def test_f12_exit_in_a_coroutine_reaches_the_caller(runtime: Runtime[Resources], error: BaseException) -> None:
    """It is raised in the caller, and the loop continues."""
    with pytest.raises(type(error)):
        runtime.run(fail(error))
    assert runtime.run(answer(1)) == 1


def test_f12_exit_in_an_inner_task(runtime: Runtime[Resources]) -> None:
    """``wait_for`` in old versions of Python, and aiohttp, run coroutines in separate tasks."""

    async def outer() -> None:
        await asyncio.get_running_loop().create_task(fail(SystemExit(4)))

    with pytest.raises(SystemExit):
        runtime.run(outer())
    assert runtime.run(answer(1)) == 1


def run_until_freed(runtime: Runtime[Resources], dead: Callable[[], object]) -> None:
    """Make calls until the loop has released an object: it releases a task a moment after the task's caller."""
    deadline = time.monotonic() + PATIENCE
    while dead() is not None and time.monotonic() < deadline:
        runtime.run(answer(0))


def test_f13_the_caller_s_context_is_visible_and_not_kept(runtime: Runtime[Resources]) -> None:
    """A coroutine sees its caller's variables; they are freed with the call, including the timer of its limit."""
    variable: contextvars.ContextVar[Failure] = contextvars.ContextVar("request")

    async def look() -> bool:
        return isinstance(variable.get(None), Failure)

    def request() -> weakref.ref[Failure]:
        value = Failure()
        variable.set(value)
        assert runtime.run(look(), Deadline(3600))
        return weakref.ref(value)

    value = contextvars.Context().run(request)
    run_until_freed(runtime, value)
    gc.collect()
    assert value() is None


def test_f14_tracebacks_do_not_grow(runtime: Runtime[Resources]) -> None:
    """The traceback has the caller's frame, ours, and the original ones; the same for the 1st and the 50th caller."""

    def depth() -> int:
        try:
            runtime.run(fail(Failure()))
        except Failure as error:
            return len(traceback.extract_tb(error.__traceback__))
        return 0

    assert {depth() for _ in range(50)} == {4}


def test_f15_a_failed_call_is_freed_at_once(runtime: Runtime[Resources]) -> None:
    """No cycle keeps an error, its traceback and all their frames alive until the collector runs."""
    gc.collect()
    gc.disable()
    try:
        dead: Callable[[], Failure | None] = Failure
        try:
            runtime.run(break_down(), Deadline(60))
        except Failure as error:
            dead = weakref.ref(error)
        run_until_freed(runtime, dead)
        assert dead() is None
    finally:
        gc.enable()


def test_calls_from_many_threads(runtime: Runtime[Resources]) -> None:
    """Each of 16 threads receives only its own results."""
    wrong: list[Any] = []

    def work(start: int) -> None:
        for number in range(start, start + 200):
            if runtime.run(answer(number), Deadline(60)) != number:
                wrong.append(number)

    threads = [in_thread(functools.partial(work, start))[0] for start in range(0, 16_000, 1000)]
    for thread in threads:
        thread.join()
    assert wrong == []
    assert runtime._calls == set()
