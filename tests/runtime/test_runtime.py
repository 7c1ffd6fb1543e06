"""Runtime and Runtimes: starting, closing, dropping, and concurrent calls."""

from __future__ import annotations

import asyncio
import functools
import gc
import threading
import time
import weakref
from collections.abc import Callable
from typing import Any

import pytest

from syncgql import ClientClosed, TransportError
from syncgql.deadline import Deadline
from syncgql.runtime import runtime as runtime_module
from syncgql.runtime.event_buffer import EventBuffer
from syncgql.runtime.runtime import Runtime, Runtimes
from syncgql.runtime.sliced_queue import SlicedQueue

from .conftest import Resources
from .test_call import PATIENCE, Endless, answer, each, in_thread


def hammer(runtime: Runtime[Resources]) -> None:
    """Make calls until one fails."""
    while True:
        runtime.run(answer(1))


def loop_threads() -> int:
    return sum(thread.name == "syncgql-loop" for thread in threading.enumerate())


def wait_until_ended(runtime: Runtime[Resources]) -> None:
    runtime.join(PATIENCE)
    assert not runtime.thread.is_running


def test_f01_a_failing_start_raises_and_the_next_call_tries_again() -> None:
    """An exception while building the resources is raised in the caller; no partial state is kept."""
    attempts: list[Resources | OSError] = [Resources(), OSError("no")]

    def build() -> Resources:
        attempt = attempts.pop()
        if isinstance(attempt, OSError):
            raise attempt
        return attempt

    runtimes = Runtimes(build)
    with pytest.raises(OSError, match="no"):
        runtimes.current()
    assert runtimes.current().run(answer(1)) == 1
    runtimes.close()


def test_f01_f02_concurrent_first_calls_start_one_thread(runtimes: Runtimes[Resources]) -> None:
    """50 concurrent threads start one loop thread, which runs all their calls."""
    before, found = loop_threads(), set()
    gate = threading.Barrier(50)

    def first_call() -> None:
        gate.wait()
        runtime = runtimes.current()
        runtime.run(answer(1))
        found.add(runtime)

    for thread, raised in [in_thread(first_call) for _ in range(50)]:
        thread.join()
        assert raised == []
    assert len(found) == 1
    assert loop_threads() == before + 1


def test_close_ends_everything_and_waits(runtimes: Runtimes[Resources]) -> None:
    """Connections are closed, the thread has ended, later calls are refused; closing again does nothing."""
    runtime = runtimes.current()
    runtimes.close()
    assert runtime.resources.closed
    assert not runtime.thread._thread.is_alive()
    runtimes.close()
    with pytest.raises(ClientClosed):
        runtimes.current()
    with pytest.raises(ClientClosed):
        runtime.run(answer(1))


def test_closing_an_unused_client_starts_no_thread(runtimes: Runtimes[Resources]) -> None:
    """No thread is started only to be closed."""
    before = loop_threads()
    runtimes.close()
    assert loop_threads() == before


def test_close_fails_running_calls(runtimes: Runtimes[Resources]) -> None:
    """A waiting caller gets ClientClosed, and its work was cancelled before the connections closed."""
    runtime, endless = runtimes.current(), Endless()
    thread, raised = in_thread(lambda: runtime.run(endless.run(), Deadline(3600)))
    endless.started.wait(PATIENCE)
    runtimes.close()
    thread.join()
    assert endless.cancelled.is_set()
    assert [type(error) for error in raised] == [ClientClosed]


@pytest.mark.parametrize("end", ["close", "dead loop"])
def test_f11_held_calls_end_with_the_runtime(runtimes: Runtimes[Resources], end: str) -> None:
    """A call that has not started gets an outcome when the runtime ends; one that is held later gets it immediately."""
    runtime = runtimes.current()
    done: SlicedQueue[None] = SlicedQueue()
    calls = [runtime.prepare(answer(1), Deadline(), lambda: done.put(None))]
    if end == "close":
        runtimes.close()
    else:
        runtime.thread.post(runtime.thread.stop)
        wait_until_ended(runtime)
    calls.append(runtime.prepare(answer(1), Deadline(), lambda: done.put(None)))
    for call in calls:
        done.get()
        with pytest.raises(ClientClosed):
            call.outcome()


@pytest.mark.parametrize("debug", [True, False])
def test_f11_held_calls_racing_close(debug: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whenever the runtime is closed, each held call lands exactly once."""
    monkeypatch.setenv("PYTHONASYNCIODEBUG", "1" if debug else "")
    for number in range(100):
        runtimes = Runtimes(Resources)
        runtime = runtimes.current()
        done: SlicedQueue[None] = SlicedQueue()
        thread, _ = in_thread(runtimes.close)
        time.sleep(number % 5 / 1000)
        for _ in range(50):
            call = runtime.prepare(answer(1), Deadline(), functools.partial(done.put, None))
            runtime.thread.post(call.start)
        for _ in range(50):
            done.get(Deadline(PATIENCE))
        thread.join(PATIENCE)
        assert done.is_empty()


@pytest.mark.parametrize("begin", [Runtime.run, Runtime.prepare])
def test_f11_a_call_that_misses_its_cancellation_is_refused(
    begin: Callable[..., object], runtime: Runtime[Resources]
) -> None:
    """The runtime is stopped after a caller has read its flag and before it adds its call."""
    runtime.resources.hold = asyncio.Event()  # the loop stays open
    ran: list[bool] = []
    done = threading.Event()

    class Calls(set[Any]):
        def add(self, call: Any) -> None:
            runtime.request_stop()
            stopped = threading.Event()
            runtime.thread.post(stopped.set)
            assert stopped.wait(PATIENCE)
            super().add(call)

    async def work() -> None:
        ran.append(True)

    runtime._calls = Calls()
    if begin is Runtime.prepare:
        call = runtime.prepare(work(), Deadline(), done.set)
        runtime.thread.post(call.start)
        assert done.wait(PATIENCE)
        with pytest.raises(ClientClosed):
            call.outcome()
    else:
        with pytest.raises(ClientClosed):
            runtime.run(work())
    assert ran == []
    runtime.thread.post(runtime.resources.hold.set)


def test_close_from_the_loop_thread_does_not_wait_for_itself(runtimes: Runtimes[Resources]) -> None:
    """Code on the loop may close the client, which ends a moment later."""
    runtime = runtimes.current()
    returned = threading.Event()
    runtime.thread.post(each, runtimes.close, returned.set)
    assert returned.wait(PATIENCE)
    wait_until_ended(runtime)


def test_calls_while_closing_are_refused(runtimes: Runtimes[Resources]) -> None:
    """While the client is closing, calls fail immediately."""
    runtime = runtimes.current()

    async def hold() -> None:
        runtime.resources.hold = asyncio.Event()

    runtime.run(hold())
    runtime.request_stop()
    stopping, raised = in_thread(lambda: hammer(runtime))
    stopping.join(PATIENCE)
    assert [type(error) for error in raised] == [ClientClosed]
    assert runtime.resources.hold is not None
    runtime.thread.post(runtime.resources.hold.set)
    wait_until_ended(runtime)


def test_close_is_bounded(runtimes: Runtimes[Resources], monkeypatch: pytest.MonkeyPatch) -> None:
    """Connections that do not close in time are aborted."""
    monkeypatch.setattr(runtime_module, "CLOSE_SECONDS", 0.05)
    runtime = runtimes.current()

    async def hold() -> None:
        runtime.resources.hold = asyncio.Event()

    runtime.run(hold())
    runtimes.close()
    assert not runtime.resources.closed
    assert not runtime.thread.is_running


@pytest.mark.parametrize("debug", [True, False])
def test_f11_calls_racing_close(debug: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four threads use one runtime while it is closed, 150 times: each call returns or raises ClientClosed."""
    monkeypatch.setenv("PYTHONASYNCIODEBUG", "1" if debug else "")
    for number in range(150):
        runtimes = Runtimes(Resources)
        runtime = runtimes.current()
        callers = [in_thread(functools.partial(hammer, runtime)) for _ in range(4)]
        time.sleep(number % 5 / 1000)
        runtimes.close()
        for thread, raised in callers:
            thread.join(PATIENCE)
            assert not thread.is_alive()
            assert [type(error) for error in raised] == [ClientClosed]


def test_f11_a_call_on_a_dead_loop_is_refused(runtime: Runtime[Resources]) -> None:
    """A loop that ends unexpectedly leaves no caller waiting, then or later."""
    endless = Endless()
    thread, raised = in_thread(lambda: runtime.run(endless.run()))
    endless.started.wait(PATIENCE)
    runtime.thread.post(runtime.thread.stop)
    thread.join()
    assert [type(error) for error in raised] == [TransportError]
    wait_until_ended(runtime)
    with pytest.raises(ClientClosed):
        runtime.run(answer(1))


def test_exit_leaves_waiting_daemon_threads_alone(runtime: Runtime[Resources]) -> None:
    """Released threads would print tracebacks while the process ends; their work is cancelled all the same."""
    endless = Endless()
    buffer: EventBuffer[int] = EventBuffer(8, "block", runtime.thread.post)
    runtime.buffers.add(buffer)
    ended = threading.Event()
    for wait in (lambda: runtime.run(endless.run()), buffer.get):
        threading.Thread(target=each, args=(wait, ended.set), daemon=True).start()
    endless.started.wait(PATIENCE)
    runtime.request_stop(at_exit=True)
    runtime.join(PATIENCE)
    assert endless.cancelled.is_set()
    threading.Thread(target=each, args=(lambda: runtime.run(answer(1)), ended.set), daemon=True).start()
    assert not ended.wait(0.1)
    with pytest.raises(ClientClosed):  # while the main thread, in an atexit hook, must not wait forever
        runtime.run(answer(1))


def test_a_call_after_the_end_is_refused_immediately(runtime: Runtime[Resources]) -> None:
    """At exit the loop may be busy with a user's function; a call in another exit hook does not wait for it."""
    go_on = threading.Event()
    runtime.thread.post(go_on.wait)
    runtime.request_stop(at_exit=True)
    with pytest.raises(ClientClosed):
        runtime.run(answer(1))
    go_on.set()


def test_f16_abandoning_on_the_loop_thread_does_not_wait_for_itself(runtime: Runtime[Resources]) -> None:
    """A finalizer may run on the loop thread; it posts the end and continues."""
    ends = threading.Event()

    async def close() -> None:
        ends.set()

    buffer: EventBuffer[int] = EventBuffer(8, "block", runtime.thread.post)
    runtime.buffers.add(buffer)
    runtime.thread.post(runtime.abandon, buffer, close)
    assert ends.wait(PATIENCE)
    assert runtime.buffers == set()
    assert buffer.closed


def test_end_waits_at_most_until_its_limit(runtime: Runtime[Resources], monkeypatch: pytest.MonkeyPatch) -> None:
    """``end()`` returns although the stream has not ended yet; the stream ends in the background."""
    monkeypatch.setattr(runtime_module, "END_SECONDS", 0.05)
    release = asyncio.Event()
    ended = threading.Event()

    async def close() -> None:
        await release.wait()
        ended.set()

    buffer: EventBuffer[int] = EventBuffer(8, "block", runtime.thread.post)
    runtime.end(buffer, close)
    assert not ended.is_set()
    runtime.thread.post(release.set)
    assert ended.wait(PATIENCE)


def test_f30_a_dropped_runtime_is_freed() -> None:
    """Once its thread has ended, no registry refers to it."""
    runtimes = Runtimes(Resources)
    runtime = runtimes.current()
    runtimes.drop()
    wait_until_ended(runtime)
    dead = weakref.ref(runtime)
    del runtime, runtimes
    gc.collect()
    assert dead() is None


def test_closed_while_it_starts() -> None:
    """A client closed in the middle of its first call does not run it afterwards."""
    before = loop_threads()

    def build() -> Resources:
        started.close()
        return Resources()

    started = Runtimes(build)
    with pytest.raises(ClientClosed):
        started.current()
    assert started._runtime is not None
    wait_until_ended(started._runtime)
    assert loop_threads() == before
