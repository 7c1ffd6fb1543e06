"""Executor: a pool of daemon threads, for what would block a loop: looking up names, reading files, callbacks."""

from __future__ import annotations

import encodings.idna  # noqa: F401  # host names are encoded by it; a fork amid its import would cost the child it
import itertools
import os
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")

Job = Callable[[], None]


class Executor(ThreadPoolExecutor):
    """A thread pool whose threads nothing joins.

    ``concurrent.futures`` joins its threads at exit. A child that uWSGI forks, without Python's hooks, waits there for
    threads that only its parent has. From that moment on it also takes no work
    (https://github.com/python/cpython/issues/99704), though the program's other threads and its exit hooks still run.

    It is a ``ThreadPoolExecutor`` because asyncio takes nothing else as a loop's default; nothing of that is used.

    Args:
        name: begins the names of the threads.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self._limit = min(32, (os.cpu_count() or 1) + 4)
        self._numbers = itertools.count()
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._idle = threading.Semaphore(0)
        self._started = 0
        self._is_shut = False

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Have *fn* called in a thread.

        Raises:
            RuntimeError: after ``shutdown``, or the interpreter starts no more threads.
        """
        if self._is_shut:
            raise RuntimeError("cannot schedule new futures after shutdown")
        future: Future[T] = Future()
        if not self._idle.acquire(blocking=False) and self._started < self._limit:
            self._started += 1
            arguments = (self._jobs, self._idle)
            name = f"{self._name}_{next(self._numbers)}"
            threading.Thread(target=_serve, args=arguments, name=name, daemon=True).start()
        self._jobs.put(_job(future, fn, args, kwargs))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Have the threads end when they have done what is submitted; does not wait."""
        self._is_shut = True
        for _ in range(self._started):
            self._jobs.put(None)


def _serve(jobs: queue.SimpleQueue[Job | None], idle: threading.Semaphore) -> None:
    while (job := jobs.get()) is not None:
        job()
        del job
        idle.release()


def _job(future: Future[T], fn: Callable[..., T], args: Any, kwargs: Any) -> Job:
    # A list that is emptied: what a job refers to must not outlive it, and its error's traceback refers to its frame.
    work: list[Any] = [kwargs, args, fn, future]

    def run() -> None:
        future, fn, args, kwargs = (work.pop() for _ in range(4))
        if not future.set_running_or_notify_cancel():
            return
        try:
            future.set_result(fn(*args, **kwargs))
        except BaseException as error:
            future.set_exception(error)
            del future

    return run
