"""WorkerPool: daemon threads, the limit, and the fate of queued jobs."""

from __future__ import annotations

import gc
import os
import threading
import time
from collections.abc import Iterator

import pytest

from syncgql.runtime.worker_pool import WorkerPool

PATIENCE = 60.0


@pytest.fixture
def pool() -> Iterator[WorkerPool]:
    pool = WorkerPool("syncgql-test", limit=1)
    yield pool
    pool.request_stop()
    pool.join(PATIENCE)


def test_threads_are_used_again(pool: WorkerPool) -> None:
    """An idle thread takes the next job."""
    assert pool.submit(pow, 2, 3).result() == 8
    assert pool.submit(lambda: threading.current_thread().name).result() == "syncgql-test_0"


def test_threads_are_daemons(pool: WorkerPool) -> None:
    """The interpreter joins none of them; results and exceptions are set."""
    assert pool.submit(lambda: threading.current_thread().daemon).result() is True
    with pytest.raises(ZeroDivisionError):
        pool.submit(lambda: 1 / 0).result()


def test_shutdown_finishes_queued_jobs(pool: WorkerPool) -> None:
    """After ``shutdown`` queued jobs run, and new ones are refused."""
    begin = threading.Event()
    running, queued = pool.submit(begin.wait, PATIENCE), pool.submit(pow, 2, 3)
    pool.shutdown()
    with pytest.raises(RuntimeError, match="after shutdown"):
        pool.submit(lambda: 1)
    begin.set()
    assert running.result(PATIENCE) is True
    assert queued.result(PATIENCE) == 8


@pytest.mark.parametrize("at_exit", [False, True])
def test_stop_drops_jobs_that_have_not_begun(pool: WorkerPool, at_exit: bool) -> None:
    """``request_stop`` cancels them; at exit they stay pending, so that no waiting daemon thread wakes up."""
    begin = threading.Event()
    running, queued = pool.submit(begin.wait, PATIENCE), pool.submit(pow, 2, 3)
    while not running.running():
        time.sleep(0.001)
    pool.request_stop(at_exit=at_exit)
    pool.join(0)
    begin.set()
    pool.join(PATIENCE)
    assert running.result(PATIENCE) is True
    assert queued.cancelled() is not at_exit
    assert queued.done() is not at_exit


def test_threads_end_with_a_dropped_pool() -> None:
    """The threads of a pool that was not shut down end when it is freed."""
    pool = WorkerPool("syncgql-test")
    thread = pool.submit(threading.current_thread).result()
    del pool
    gc.collect()
    thread.join(PATIENCE)
    assert not thread.is_alive()


def test_a_child_has_threads_of_its_own(pool: WorkerPool, monkeypatch: pytest.MonkeyPatch) -> None:
    """In another process, identified by its id, a job does not wait for the parent's threads."""
    first = pool.submit(threading.current_thread).result()
    with monkeypatch.context() as child:
        child.setattr(os, "getpid", lambda: -1)
        second = pool.submit(threading.current_thread).result(PATIENCE)
        pool.shutdown()
        pool.join(PATIENCE)
    assert first is not second
    assert first.is_alive()
