"""Runtime: what one client owns in one process, keyed by the process id.

After a fork only the forking thread lives on. The child's copies of the loop, the sockets and the locks are useless
to it, and touching them would hurt the parent: closing an inherited socket unregisters it from the epoll instance that
both processes share. So everything bound to a process is found by ``os.getpid()``, which also works where the at-fork
hooks are not called (uWSGI), and what was inherited is never closed and never collected.
"""

from __future__ import annotations

import atexit
import os
import threading
import time
from collections.abc import Callable
from typing import Any, Generic, Protocol, TypeVar

from ..exceptions import ClientClosed
from .loop_thread import LoopThread

EXIT_SECONDS = 2.0
"""How long interpreter exit may be held up by closing what a program left open."""


class Resources(Protocol):
    """What lives on a loop and must be closed on it."""

    async def close(self) -> None: ...


R = TypeVar("R", bound=Resources)


class Runtime(Generic[R]):
    """A loop thread with the resources that live on it, in the process that started them."""

    def __init__(self, resources: R) -> None:
        self.pid = os.getpid()
        self.resources = resources
        self.thread = LoopThread("syncgql-loop")

    def start(self) -> None:
        self.thread.start()
        _live.add(self)

    def request_stop(self, *, at_exit: bool = False) -> None:
        """Ask for the end without waiting; does nothing in a process that only inherited this runtime."""
        if self.pid == os.getpid():
            self.thread.request_stop(self._close, at_exit=at_exit)

    async def _close(self) -> None:
        try:
            await self.resources.close()
        finally:
            _live.discard(self)


_live: set[Runtime[Any]] = set()
"""Every started runtime, so that exit can close it and a forked child never collects it."""


class Runtimes(Generic[R]):
    """One ``Runtime`` per process, started by the first call in it.

    Args:
        build: makes the resources; called once per process, in the thread of the first call.
    """

    def __init__(self, build: Callable[[], R]) -> None:
        self._build = build
        self._by_pid: dict[int, Runtime[R]] = {}
        self._starting: dict[int, threading.Lock] = {}
        self.closed = False

    def current(self) -> Runtime[R]:
        """Return this process's runtime, starting it if need be.

        Raises:
            ClientClosed: after ``close()``.
        """
        if self.closed:
            raise ClientClosed("The client is closed; make a new one.")
        return self._by_pid.get(os.getpid()) or self._start()

    def close(self) -> None:
        """End this process's runtime and wait for it."""
        self.closed = True
        with self._starting_lock():
            runtime = self._by_pid.get(os.getpid())
        if runtime is not None:
            runtime.request_stop()
            runtime.thread.join()

    def drop(self) -> None:
        """Ask every runtime of this process to end; for finalizers: takes no lock, never waits."""
        for runtime in list(self._by_pid.values()):
            runtime.request_stop()

    def _start(self) -> Runtime[R]:
        pid = os.getpid()
        with self._starting_lock():
            runtime = self._by_pid.get(pid)
            if runtime is None:
                if self.closed:
                    raise ClientClosed("The client is closed; make a new one.")
                runtime = Runtime(self._build())
                runtime.start()
                self._by_pid[pid] = runtime
            return runtime

    def _starting_lock(self) -> threading.Lock:
        # One lock per process: an inherited one may be held for ever by a thread that the fork left behind.
        return self._starting.setdefault(os.getpid(), threading.Lock())


@atexit.register
def _stop_at_exit() -> None:
    deadline = time.monotonic() + EXIT_SECONDS
    mine = [runtime for runtime in list(_live) if runtime.pid == os.getpid()]
    for runtime in mine:
        runtime.request_stop(at_exit=True)
    for runtime in mine:
        runtime.thread.join(max(0.0, deadline - time.monotonic()))
