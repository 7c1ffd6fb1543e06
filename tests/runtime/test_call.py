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

PATIENCE = 30.0


class Failure(Exception):
    """An error that can be weakly referred to."""


async def answer(value: int) -> int:
    return value


async def fail(error: BaseException) -> None:
    raise error


async def break_down() -> None:
    raise Failure


class Endless:
    """A coroutine that waits for ever and notes how it ended."""

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
    """Interrupt the main thread wherever it is, as the terminal does."""
    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)


def each(*steps: Callable[[], object]) -> None:
    """Take one step after the other."""
    for step in steps:
        step()


def in_thread(target: Callable[[], object]) -> tuple[threading.Thread, list[BaseException]]:
    """Run *target* in a thread, which notes what it raises."""
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
    """A call returns what its coroutine returned."""
    assert [runtime.run(answer(number)) for number in range(3)] == [0, 1, 2]


def test_an_error_arrives_as_it_is(runtime: Runtime[Resources]) -> None:
    """A call's own error is the very object that was raised, with the frames of where."""
    error = Failure("no")
    with pytest.raises(Failure) as caught:
        runtime.run(fail(error))
    assert caught.value is error
    frames = [frame.name for frame in traceback.extract_tb(caught.value.__traceback__)]
    assert frames[-1] == "fail"


def test_f07_refused_on_the_own_loop_thread(runtime: Runtime[Resources]) -> None:
    """A call that would wait for itself raises at once and says what to do; its coroutine is closed."""

    async def nested() -> int:
        return runtime.run(answer(1))

    with pytest.raises(RuntimeError, match=r"own loop thread.*asyncio\.to_thread"):
        runtime.run(nested())


def test_f07_works_inside_a_foreign_loop(runtime: Runtime[Resources]) -> None:
    """A notebook cell or async view has a running loop of its own; that is no hindrance."""

    async def cell() -> int:
        return runtime.run(answer(2))

    assert asyncio.run(cell()) == 2


@pytest.mark.skipif(sys.platform == "win32", reason="pthread_kill is POSIX")
def test_f08_interrupt_cancels_the_work_and_the_runtime_goes_on(runtime: Runtime[Resources]) -> None:
    """Ctrl-C is raised when the work has ended, not before."""
    endless = Endless()
    in_thread(lambda: each(lambda: endless.started.wait(PATIENCE), press_ctrl_c))
    with pytest.raises(KeyboardInterrupt):
        runtime.run(endless.run())
    assert endless.cancelled.is_set()
    assert runtime.run(answer(3)) == 3


@pytest.mark.skipif(sys.platform == "win32", reason="pthread_kill is POSIX")
def test_f08_second_interrupt_leaves(runtime: Runtime[Resources]) -> None:
    """Work that does not let itself be cancelled holds up the first Ctrl-C only."""
    release = threading.Event()
    started = threading.Event()
    cancelled = threading.Event()
    left = threading.Event()

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
        cancelled.wait(PATIENCE)
        # Python looks at signals before it waits for a lock, and one that comes in between does not end the waiting. So
        # this does what a person does.
        while not left.wait(1):
            press_ctrl_c()

    threading.Thread(target=press_twice).start()
    with pytest.raises(KeyboardInterrupt):
        runtime.run(stubborn())
    left.set()
    release.set()


def test_f08_interrupt_with_the_answer_does_not_hang(
    runtime: Runtime[Resources], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A signal may come when the lock was just acquired; it must not be waited for again."""

    def interrupted(lock: threading.Lock) -> None:
        lock.acquire()
        raise KeyboardInterrupt

    monkeypatch.setattr("syncgql.runtime.slices.acquire", interrupted)
    with pytest.raises(KeyboardInterrupt):
        runtime.run(answer(1))


def test_f09_timeout_cancels_the_work(runtime: Runtime[Resources]) -> None:
    """The limit's end is the coroutine's end; the error names the limit."""
    endless = Endless()
    with pytest.raises(TransportTimeout, match=r"patience expired after 0\.05 s") as caught:
        runtime.run(endless.run(), Deadline(0.05, "patience"))
    assert (caught.value.limit, caught.value.seconds) == ("patience", 0.05)
    assert endless.cancelled.is_set()


def test_f09_what_cancelling_raises_is_the_cause(runtime: Runtime[Resources]) -> None:
    """Why the work was cancelled comes first; what it raised then is chained."""

    async def breaks() -> None:
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            raise Failure("half done") from None

    with pytest.raises(TransportTimeout) as caught:
        runtime.run(breaks(), Deadline(0.05))
    assert isinstance(caught.value.__cause__, Failure)


def test_f09_a_swallowed_cancellation_is_repeated(runtime: Runtime[Resources], monkeypatch: pytest.MonkeyPatch) -> None:
    """``asyncio.wait_for`` before 3.12 can lose one; the limit holds all the same."""
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
    """CancelledError is asyncio's; blocking code gets an error that ``except Exception`` catches."""
    with pytest.raises(TransportError, match="cancelled on the loop"):
        runtime.run(fail(asyncio.CancelledError()))


def test_f10_cancel_before_the_first_step(runtime: Runtime[Resources]) -> None:
    """A call cancelled before its coroutine ever ran is released, 200 times, started or not."""
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
    """It is raised where it belongs, and the loop lives on."""
    with pytest.raises(type(error)):
        runtime.run(fail(error))
    assert runtime.run(answer(1)) == 1


def test_f12_exit_in_an_inner_task(runtime: Runtime[Resources]) -> None:
    """``wait_for`` on old Pythons, and aiohttp, run what they are given in tasks of their own."""

    async def outer() -> None:
        await asyncio.get_running_loop().create_task(fail(SystemExit(4)))

    with pytest.raises(SystemExit):
        runtime.run(outer())
    assert runtime.run(answer(1)) == 1


def test_f13_the_caller_s_context_is_visible_and_not_kept(runtime: Runtime[Resources]) -> None:
    """A coroutine sees its caller's variables; with the call they are gone, the timer of its limit included."""
    variable: contextvars.ContextVar[Failure] = contextvars.ContextVar("request")

    async def look() -> bool:
        return isinstance(variable.get(None), Failure)

    def request() -> weakref.ref[Failure]:
        value = Failure()
        variable.set(value)
        assert runtime.run(look(), Deadline(3600))
        return weakref.ref(value)

    value = contextvars.Context().run(request)
    gc.collect()
    assert value() is None


def test_f14_tracebacks_do_not_grow(runtime: Runtime[Resources]) -> None:
    """The depth is the caller's frame, ours, and the real ones; the same for the 1st and the 50th caller."""

    def depth() -> int:
        try:
            runtime.run(fail(Failure()))
        except Failure as error:
            return len(traceback.extract_tb(error.__traceback__))
        return 0

    assert {depth() for _ in range(50)} == {4}


def test_f15_a_failed_call_is_freed_at_once(runtime: Runtime[Resources]) -> None:
    """No cycle keeps an error, its traceback and all their frames until the collector runs."""
    gc.collect()
    gc.disable()
    try:
        dead: Callable[[], Failure | None] = Failure
        try:
            runtime.run(break_down(), Deadline(60))
        except Failure as error:
            dead = weakref.ref(error)
        # The loop thread lets go of its task a moment after it released us.
        deadline = time.monotonic() + PATIENCE
        while dead() is not None and time.monotonic() < deadline:
            runtime.run(answer(0))
        assert dead() is None
    finally:
        gc.enable()


def test_calls_from_many_threads(runtime: Runtime[Resources]) -> None:
    """Each of 16 threads gets its own answers, and only those."""
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
