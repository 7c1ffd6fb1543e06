"""Executor: the threads in which a loop has done what would block it, such as looking up names and reading files."""

from __future__ import annotations

import encodings.idna  # noqa: F401  # host names are encoded by it; a fork amid its import would cost the child it
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


class Executor(ThreadPoolExecutor):
    """A thread pool that goes on when the main thread has ended.

    From then on ``concurrent.futures`` takes no work (https://github.com/python/cpython/issues/99704), though the
    program's other threads and its exit hooks still run, and may need a connection. Their work then gets a daemon
    thread each.
    """

    def __init__(self) -> None:
        super().__init__(thread_name_prefix="syncgql-io")

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Have *fn* called in a thread.

        Raises:
            RuntimeError: the interpreter starts no more threads.
        """
        try:
            return super().submit(fn, *args, **kwargs)
        except RuntimeError:
            future: Future[T] = Future()
            name = "syncgql-io-late"
            threading.Thread(target=_work, args=(future, fn, args, kwargs), name=name, daemon=True).start()
            return future


def _work(future: Future[T], fn: Callable[..., T], args: Any, kwargs: Any) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        future.set_result(fn(*args, **kwargs))
    except BaseException as error:
        future.set_exception(error)
        # error -> traceback -> this frame -> future -> error would wait for the collector.
        del future
