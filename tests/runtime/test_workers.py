"""Workers: background threads for blocking calls."""

from __future__ import annotations

import threading

from syncgql.runtime.workers import Workers


def test_work_runs_in_another_thread() -> None:
    """The caller gets a future of the result."""
    workers = Workers()
    try:
        assert workers.submit(threading.get_ident).result(60) != threading.get_ident()
    finally:
        workers.close()


def test_work_after_close() -> None:
    """It starts new threads, so a client that is opened again can use the same object."""
    workers = Workers()
    workers.close()
    workers.submit(int).result(60)
    workers.close()
    try:
        assert workers.submit(int).result(60) == 0
    finally:
        workers.close()
