"""WorkerPool: daemon threads for blocking work.

There are three pools, named for the work they do: ``syncgql-io`` (the loop's default executor: host names, files),
``syncgql-callbacks`` (decoding and done-callbacks of futures) and ``syncgql-requests`` (requests sent by a blocking
transport). They are separate because work in one may wait for work in another: a callback may call the client, which
looks up a host name. In a single pool, callbacks that occupy all threads would wait for a lookup that never starts.

There are no locks. ``SimpleQueue``, ``deque``, and the ``add`` and ``discard`` of a set are atomic, and safe when a
finalizer interrupts them. Three races remain, and each has a harmless outcome:

- Two threads submit at the same time while the pool is one thread below the limit: it may start one more than the
  limit.
- A worker that takes a queued job immediately still counts as idle. That happens only when the limit is reached, and
  then no thread would be started anyway.
- ``submit`` and ``shutdown`` run at the same time: the job may be queued after the end marker. ``submit`` checks again
  after queuing the job, and cancels it. If a worker was faster, the job runs; the state of its ``Future`` decides.
"""

from __future__ import annotations

import itertools
import os
import queue
import threading
import weakref
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from ..deadline import Deadline
from . import slices
from .uwsgi_forks import warn_if_forks_are_unsafe

T = TypeVar("T")


class WorkerPool(ThreadPoolExecutor):
    """A thread pool whose threads are daemons, started when they are needed, separately in each process.

    ``concurrent.futures`` joins its threads at exit. In a child that uWSGI forks, without calling Python's at-fork
    hooks, this would wait forever for threads that exist only in the parent. At exit it also refuses new work too early
    (https://github.com/python/cpython/issues/99704), while other threads and exit hooks still run.

    It is a ``ThreadPoolExecutor`` because asyncio requires one as a loop's default; none of its machinery is used.
    When the pool is dropped, its threads end after the jobs that are queued.

    Args:
        name: prefix of the threads' names.
        limit: the maximum number of threads; by default 5 to 32, as in ``ThreadPoolExecutor``.
    """

    def __init__(self, name: str, limit: int | None = None) -> None:
        super().__init__()
        self._name = name
        self._limit = limit or min(32, (os.cpu_count() or 1) + 4)
        self._is_stopped = False
        # By process id, because a child has none of the parent's threads and must not run the parent's queued jobs.
        self._workers: dict[int, _Workers] = {}
        weakref.finalize(self, _end_threads, self._workers).atexit = False

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Call *fn* in a thread. The future can be cancelled until the call begins.

        Raises:
            RuntimeError: ``shutdown()`` was called, or no thread can be started.
        """
        if self._is_stopped:
            raise _stopped_error()
        workers = self._own_workers()
        future: Future[T] = Future()
        workers.ensure_thread(self._name, self._limit)
        workers.jobs.put(_Job(future, fn, args, kwargs))
        if self._is_stopped and future.cancel():
            raise _stopped_error()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the threads after the queued jobs, without waiting.

        Args:
            wait: ignored; use ``join``.
            cancel_futures: whether to cancel the jobs that have not started.
        """
        self._is_stopped = True
        if cancel_futures:
            for job in self._own_workers().take_queued():
                job.future.cancel()
        _end_threads(self._workers)

    def request_stop(self, *, at_exit: bool = False) -> None:
        """Start no more jobs, without waiting.

        Args:
            at_exit: drop the jobs that have not started instead of cancelling them. Otherwise daemon threads that wait
                for them would print tracebacks while the process ends.
        """
        self._is_stopped = True
        if at_exit:
            self._own_workers().take_queued()
        self.shutdown(cancel_futures=True)

    def join(self, timeout: float | None = None) -> None:
        """Wait until the jobs that have started are done, for at most *timeout* seconds in total."""
        deadline = Deadline(timeout)
        for thread in self._own_workers().threads.copy():
            left = deadline.left()
            slices.join(thread, None if left is None else max(0.0, left))

    def disown(self) -> None:
        """Discard the parent's threads and jobs, in a forked child."""
        self._workers.clear()

    def _own_workers(self) -> _Workers:
        # setdefault() is atomic, so threads that call it at the same time get the same workers.
        pid = os.getpid()
        return self._workers.get(pid) or self._workers.setdefault(pid, _Workers())


class _Workers:
    """The threads of a pool in one process, and the jobs that wait for them."""

    def __init__(self) -> None:
        self.jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self.idle: deque[None] = deque()
        self.threads: set[threading.Thread] = set()
        self._numbers = itertools.count()

    def ensure_thread(self, name: str, limit: int) -> None:
        """Claim an idle thread for a job, or start one if there are fewer than *limit*.

        Raises:
            RuntimeError: there is no thread, and none can be started.
        """
        try:
            self.idle.pop()
            return
        except IndexError:
            if len(self.threads) >= limit:
                return
        warn_if_forks_are_unsafe()
        # The thread has no reference to the pool, so that the pool can be freed.
        arguments = (self.jobs, self.idle, self.threads)
        thread = threading.Thread(target=_work, args=arguments, name=f"{name}_{next(self._numbers)}", daemon=True)
        self.threads.add(thread)
        try:
            thread.start()
        except RuntimeError:
            self.threads.discard(thread)
            if not self.threads:
                raise

    def take_queued(self) -> list[_Job]:
        """Remove and return the jobs that have not started."""
        taken = []
        try:
            while True:
                taken.append(self.jobs.get_nowait())
        except queue.Empty:
            return [job for job in taken if job is not None]


class _Job:
    """A call and its future."""

    __slots__ = ("_call", "future")

    def __init__(self, future: Future[Any], fn: Callable[..., Any], args: Any, kwargs: Any) -> None:
        self.future = future
        self._call = [kwargs, args, fn]

    def run(self) -> None:
        """Call the function and set the outcome of the future.

        The traceback of an error refers to this frame, so the frame must not refer to the future or the call's
        arguments, which would then live until the garbage collector runs. So they are in a list, which is emptied.
        """
        future, fn, args, kwargs = self.future, *(self._call.pop() for _ in range(3))
        del self.future
        if not future.set_running_or_notify_cancel():
            return
        try:
            future.set_result(fn(*args, **kwargs))
        except BaseException as error:
            future.set_exception(error)
            del future


def _work(jobs: queue.SimpleQueue[_Job | None], idle: deque[None], threads: set[threading.Thread]) -> None:
    while (job := jobs.get()) is not None:
        job.run()
        del job
        idle.append(None)
    jobs.put(None)  # for the next thread
    threads.discard(threading.current_thread())


def _end_threads(by_process: dict[int, _Workers]) -> None:
    """End the threads of this process after the queued jobs."""
    workers = by_process.get(os.getpid())
    if workers is not None:
        workers.jobs.put(None)


def _stopped_error() -> RuntimeError:
    return RuntimeError("cannot schedule new futures after shutdown")
