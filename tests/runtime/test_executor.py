"""The threads of a loop for what would block it."""

from __future__ import annotations

import threading

import pytest

from syncgql.runtime.executor import Executor


def test_pool_is_used() -> None:
    """Work is done in threads that are used again."""
    executor = Executor("syncgql-io")
    try:
        assert executor.submit(pow, 2, 3).result() == 8
        assert executor.submit(lambda: threading.current_thread().name).result() == "syncgql-io_0"
    finally:
        executor.shutdown()


def test_work_is_done_by_daemon_threads() -> None:
    """So that nothing joins them; results and exceptions arrive, and after the shutdown nothing is taken."""
    executor = Executor("syncgql-io")
    assert executor.submit(lambda: threading.current_thread().daemon).result() is True
    with pytest.raises(ZeroDivisionError):
        executor.submit(lambda: 1 / 0).result()
    executor.shutdown()
    with pytest.raises(RuntimeError, match="after shutdown"):
        executor.submit(lambda: 1)
