"""LoopThread: a daemon thread that runs an asyncio loop until its last user has left.

Ownership:

- The loop belongs to the thread. Other threads only use ``post``, which calls ``call_soon_threadsafe``.
- ``users`` are the runtimes with connections on the loop: a single one, except under gevent, where all runtimes of a
  process share a loop thread. A user joins from any thread before it posts anything, and leaves on the loop.
- There is no lock, because finalizers call ``post``, and the garbage collector may run them at any moment in any
  thread, including the thread that holds the lock.
- The thread's frame refers to its users, and through them to all sockets. In a forked child, this frame still exists
  and is never cleared, so inherited objects are never freed there. That is necessary: freeing an aiohttp session closes
  its sockets, which would unregister them from the epoll instance that both processes share, and would end the parent's
  TLS streams.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import threading
from collections.abc import Callable, Coroutine
from contextvars import Context
from typing import Any, Protocol

from ..exceptions import ClientClosed
from . import slices
from .event_loop import MeasurableLoop, new_event_loop
from .worker_pool import WorkerPool

CANCEL_TIMEOUT = 1.0
"""The seconds that cancelled tasks may take to end before the loop is closed."""

READ_SIZE = 256 * 1024
"""The number of bytes that asyncio allocates for each read."""

CoroutineFunction = Callable[[], Coroutine[Any, Any, object]]


class LoopUser(Protocol):
    """An object with resources on a loop."""

    def ended(self) -> None:
        """Called when no code of this user will run on the loop again."""


class LoopThread:
    """A loop and the thread that runs it, which ends when the last user leaves.

    Args:
        new_loop: a function that creates the loop.
    """

    def __init__(self, new_loop: Callable[[], asyncio.AbstractEventLoop] = new_event_loop) -> None:
        self.users: set[LoopUser] = set()
        self.is_running = True
        self._started = False
        self._ident: int | None = None
        self._background: set[asyncio.Task[object]] = set()
        # Created in an empty context, because the loop's own handles keep their context as long as the loop lives.
        # Created here, so that an exception is raised in the caller.
        self._loop = Context().run(new_loop)
        self._loop.set_default_executor(WorkerPool("syncgql-io"))
        # A daemon, because the interpreter joins all other threads before it runs the atexit hook that ends this
        # thread.
        self._thread = threading.Thread(target=self._main, name="syncgql-loop", daemon=True)

    def start(self) -> None:
        """Start the thread. Does nothing if it was already started.

        Raises:
            ClientClosed: the interpreter is shutting down and starts no more threads.
        """
        if self._started:
            return
        self._started = True
        try:
            # Free-threaded builds pass the starting thread's context to the new thread; it must be empty as well.
            Context().run(self._thread.start)
        except RuntimeError as error:
            self._loop.close()
            raise at_shutdown(error) or error
        except BaseException:  # Ctrl-C while the thread starts
            self.post(self.stop)
            raise

    @property
    def is_current(self) -> bool:
        """Whether the calling code runs in this thread.

        Compares threads instead of running loops, because under gevent all greenlets see this loop as the running one.
        """
        return threading.get_ident() == self._ident

    def post(self, callback: Callable[..., object], *args: Any) -> bool:
        """Schedule a call of *callback* on the loop; return False if it is closed. Takes no lock and never waits."""
        try:
            self._loop.call_soon_threadsafe(callback, *args)
        except RuntimeError:
            return False
        return True

    @property
    def max_loop_lag(self) -> float:
        """The longest time in seconds for which callbacks ran without a poll, since this was first read.

        0 on Windows, where the loop has no selector to measure at.
        """
        if not isinstance(self._loop, MeasurableLoop):
            return 0.0
        self.post(self._loop.lag_meter.start)
        return self._loop.lag_meter.longest

    def spawn(self, coroutine_function: CoroutineFunction) -> None:
        """Run a coroutine in the background; like ``post``, it takes no lock and never waits."""
        self.post(self._spawn_if_running, coroutine_function)

    def join(self, timeout: float | None = None) -> None:
        """Wait until the thread has ended. Does nothing on the thread itself."""
        if not self.is_current:
            slices.join(self._thread, timeout)

    # -- on the loop

    async def finish(self, coroutine_function: CoroutineFunction, seconds: float) -> None:
        """Run a coroutine in the background, and wait for its end for at most *seconds*."""
        await asyncio.wait({self._spawn(coroutine_function)}, timeout=seconds)

    def detach(self, user: LoopUser) -> None:
        """Remove a user. After the last one, the thread ends and calls the user's ``ended``."""
        if self.users == {user}:
            self.stop()
        else:
            self.users.discard(user)
            user.ended()

    def stop(self) -> None:
        """End the thread after this iteration of the loop."""
        self.is_running = False
        self._loop.stop()

    def _spawn_if_running(self, coroutine_function: CoroutineFunction) -> None:
        # After the loop has stopped, the task would never run.
        if self.is_running:
            self._spawn(coroutine_function)

    def _spawn(self, coroutine_function: CoroutineFunction) -> asyncio.Task[object]:
        task: asyncio.Task[object] = self._loop.create_task(coroutine_function())
        # The loop keeps only weak references to its tasks.
        self._background.add(task)
        task.add_done_callback(self._background.discard)
        return task

    def _main(self) -> None:
        self._ident = threading.get_ident()
        # Until a block of this size was freed once, glibc maps and unmaps memory for each read, which takes a fifth of
        # the time of a call with a small response: https://github.com/python/cpython/issues/85451
        bytes(READ_SIZE)
        try:
            while self.is_running:
                # SystemExit or KeyboardInterrupt from a task ends run_forever(). The task's call raises it in the
                # caller, so the loop continues.
                with contextlib.suppress(SystemExit, KeyboardInterrupt):
                    self._loop.run_forever()
            _finish(self._loop)
        except OSError as error:
            if error.errno != errno.EBADF:
                raise
            # Something closed all descriptors of the process: uWSGI's master does so before it replaces itself at a
            # reload. Only mark the loop closed: the numbers of its descriptors may already belong to other files.
            asyncio.BaseEventLoop.close(self._loop)  # type: ignore[arg-type]
        finally:
            self.is_running = False
            # Thread ids are reused, so a later thread could be mistaken for this one.
            self._ident = None
            users, self.users = self.users, set()
            for user in users:
                user.ended()


def at_shutdown(error: BaseException | None) -> ClientClosed | None:
    """Return the exception to raise if *error* means that the interpreter is shutting down, otherwise None.

    Late at exit, no thread can be started (https://github.com/python/cpython/issues/113964), and the executors that
    look up host names accept no more work (https://github.com/python/cpython/issues/99704).
    """
    if not isinstance(error, RuntimeError) or "shutdown" not in str(error):
        return None
    closed = ClientClosed("The interpreter is shutting down; no new connection can be opened.")
    closed.__cause__ = error
    return closed


def _finish(loop: asyncio.AbstractEventLoop) -> None:
    """Cancel the remaining tasks and close the loop.

    Does not use ``asyncio.Runner``, whose ``shutdown_default_executor`` starts a thread, which fails at interpreter
    exit on Python 3.12.0 to 3.12.2: https://github.com/python/cpython/issues/113964
    """
    try:
        with contextlib.suppress(SystemExit, KeyboardInterrupt):
            loop.run_until_complete(_cancel_tasks())
            loop.run_until_complete(loop.shutdown_asyncgens())
    finally:
        loop.close()


async def _cancel_tasks() -> None:
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks, timeout=CANCEL_TIMEOUT)
