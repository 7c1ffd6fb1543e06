"""The threads of a loop for what would block it."""

from __future__ import annotations

import threading

import pytest

from syncgql.runtime.executor import Executor


def test_pool_is_used() -> None:
    """Work is done in threads that are used again."""
    executor = Executor()
    try:
        assert executor.submit(pow, 2, 3).result() == 8
        assert executor.submit(lambda: threading.current_thread().name).result() == "syncgql-io_0"
    finally:
        executor.shutdown()


def test_work_that_the_pool_refuses_gets_a_thread() -> None:
    """Its result and its exception arrive all the same."""
    executor = Executor()
    executor.shutdown()
    future = executor.submit(lambda: threading.current_thread().daemon)
    assert future.result() is True
    with pytest.raises(ZeroDivisionError):
        executor.submit(lambda: 1 / 0).result()
