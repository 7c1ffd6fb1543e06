"""CallFuture: the behavior of standard futures, and its additions."""

from __future__ import annotations

import asyncio
import concurrent.futures
import gc
import threading
import time
import weakref
from typing import Any

import pytest

from syncgql import ClientClosed, TransportTimeout
from syncgql.deadline import Deadline
from syncgql.runtime.call_future import CallFuture
from syncgql.runtime.runtime import Runtime

from .conftest import Resources
from .test_call import PATIENCE, Endless, Failure, answer, break_down


def submit(runtime: Runtime[Resources], number: int) -> CallFuture[int]:
    return runtime.submit(answer(number), lambda _: number)


def test_the_result_is_converted(runtime: Runtime[Resources]) -> None:
    """The future's result is that of ``convert``, which does not run on the loop thread."""
    future = runtime.submit(answer(1), lambda _: (threading.current_thread().name, runtime.thread.is_current))
    name, on_loop = future.result(PATIENCE)
    assert name.startswith("syncgql-callbacks")
    assert not on_loop


def test_wait_and_as_completed(runtime: Runtime[Resources]) -> None:
    """The standard library's helpers accept these futures."""
    futures = [submit(runtime, number) for number in range(10)]
    assert sorted(future.result() for future in concurrent.futures.as_completed(futures, PATIENCE)) == list(range(10))
    assert concurrent.futures.wait(futures, PATIENCE).not_done == set()


def test_it_can_be_awaited_in_another_loop(runtime: Runtime[Resources]) -> None:
    """``asyncio.wrap_future`` makes it awaitable in the user's own loop."""

    async def main() -> int:
        return await asyncio.wrap_future(submit(runtime, 5))

    assert asyncio.run(main()) == 5


def test_errors_are_raised_by_result(runtime: Runtime[Resources]) -> None:
    """Exceptions of the work, of ``convert`` and of the limit are raised."""
    with pytest.raises(Failure):
        runtime.submit(break_down(), lambda _: None).result(PATIENCE)
    with pytest.raises(ZeroDivisionError):
        runtime.submit(answer(1), lambda _: 1 / 0).result(PATIENCE)
    with pytest.raises(TransportTimeout, match="patience expired"):
        runtime.submit(Endless().run(), lambda _: None, Deadline(0.05, "patience")).result(PATIENCE)


def test_callbacks_run_off_the_loop_thread(runtime: Runtime[Resources]) -> None:
    """A callback may make calls, which would be refused on the loop thread."""
    answers: list[int] = []
    done = threading.Event()

    def callback(future: concurrent.futures.Future[int]) -> None:
        answers.append(runtime.run(answer(future.result() + 1)))
        done.set()

    submit(runtime, 1).add_done_callback(callback)
    assert done.wait(PATIENCE)
    assert answers == [2]


def test_cancel_ends_the_work_and_wakes_waiting_threads(runtime: Runtime[Resources]) -> None:
    """The coroutine is cancelled; ``wait`` and ``as_completed`` in other threads return immediately."""
    endless = Endless()
    future = runtime.submit(endless.run(), lambda _: None, Deadline(3600))
    endless.started.wait(PATIENCE)
    waiter = concurrent.futures.ThreadPoolExecutor(2)
    waited = waiter.submit(lambda: concurrent.futures.wait([future], PATIENCE).done)
    completed = waiter.submit(lambda: set(concurrent.futures.as_completed([future], PATIENCE)))
    time.sleep(0.05)
    assert future.cancel()
    assert future.cancel()
    assert future.cancelled()
    assert waited.result(PATIENCE) == completed.result(PATIENCE) == {future}
    assert endless.cancelled.wait(PATIENCE)
    with pytest.raises(concurrent.futures.CancelledError):
        future.result()
    waiter.shutdown()


def test_cancel_comes_too_late(runtime: Runtime[Resources]) -> None:
    """An outcome is not changed by a later cancellation."""
    future = submit(runtime, 3)
    assert future.result(PATIENCE) == 3
    assert not future.cancel()
    assert future.result() == 3


def test_cancel_racing_with_the_outcome(runtime: Runtime[Resources]) -> None:
    """One of the two wins, and no thread is left waiting."""
    for number in range(100):
        future = submit(runtime, number)
        threads = [threading.Thread(target=future.cancel) for _ in range(2)]
        for thread in threads:
            thread.start()
        done = concurrent.futures.wait([future], PATIENCE).done
        assert done == {future}
        assert future.cancelled() or future.result() == number
        for thread in threads:
            thread.join()


def test_closing_fails_pending_futures(runtime: Runtime[Resources]) -> None:
    """The future raises ClientClosed, and so does one that is submitted afterwards."""
    endless = Endless()
    future = runtime.submit(endless.run(), lambda _: None)
    endless.started.wait(PATIENCE)
    runtime.request_stop()
    runtime.join()
    for closed in (future, submit(runtime, 1)):
        with pytest.raises(ClientClosed):
            closed.result(PATIENCE)


def test_exit_leaves_it_pending(runtime: Runtime[Resources]) -> None:
    """Only daemon threads can be waiting at this point."""
    endless = Endless()
    future = runtime.submit(endless.run(), lambda _: None)
    endless.started.wait(PATIENCE)
    runtime.request_stop(at_exit=True)
    runtime.join()
    assert endless.cancelled.is_set()
    assert not future.done()


def test_f15_a_failed_future_is_freed_at_once(runtime: Runtime[Resources]) -> None:
    """Neither the future nor its error is freed only by the collector."""
    gc.collect()
    gc.disable()
    try:
        future = runtime.submit(break_down(), lambda _: None, Deadline(60))
        error = future.exception(PATIENCE)
        dead: list[weakref.ref[Any]] = [weakref.ref(future), weakref.ref(error or future)]
        del future, error
        deadline = time.monotonic() + PATIENCE
        while any(reference() is not None for reference in dead) and time.monotonic() < deadline:
            submit(runtime, 1).result()
        assert [reference() for reference in dead] == [None, None]
    finally:
        gc.enable()
