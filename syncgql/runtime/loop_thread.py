"""LoopThread: a daemon thread that runs an asyncio loop until its last user has left.

Ownership:

- The loop belongs to the thread. Other threads only use ``post``.
- ``users`` are the runtimes with connections on the loop: a single one, except under gevent, where all runtimes of a
  process share a loop thread. A user joins from any thread before it posts anything, and leaves on the loop.
- There is no lock, because finalizers call ``post``, and the garbage collector may run them at any moment in any
  thread, including the thread that holds the lock.
- The thread's frame refers to its users, and through them to all sockets. In a forked child, this frame still exists
  and is never cleared, so inherited objects are never freed there. That is necessary: freeing an aiohttp session closes
  its sockets, which would unregister them from the epoll instance that both processes share, and would end the parent's
  TLS streams.

Posting wakes the loop once for many callbacks. ``call_soon_threadsafe`` writes to a socket for each of them, even if
the loop has not read the last byte yet. Each write is a system call and releases the GIL, so threads that post at the
same time would take turns. Therefore a poster appends its callback to ``_posted``, and then schedules a run of
``_run_posted``, unless one is certain to follow:

- ``_runs`` counts the runs that have begun. Only the loop thread writes it.
- ``_scheduled_at`` is the value of ``_runs`` from before the last run was scheduled. Any poster writes it, after
  scheduling. While the two are equal, that run has not begun, so it finds all callbacks that have been appended.
- A poster may be interrupted (Ctrl-C, a switch of greenlets) between scheduling and writing, or may overwrite the value
  with an older one. Then the two differ, and the next poster schedules one run too many, which does nothing. A flag
  would not be safe: a poster that was interrupted after setting it would leave it set, and no run would follow.
- A run first counts itself, then appends a mark, and then takes callbacks up to the mark. So it takes a callback that
  was appended before the mark, and the poster of one that was appended after it finds the run counted. The operations
  of a ``deque`` are atomic, and order these steps even in free-threaded builds. The mark also lets the loop poll its
  sockets while callbacks post others.
- Callbacks run in the order in which they were appended. If the loop closes before a run, they never run, as with
  ``call_soon_threadsafe``, and are removed.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import threading
from collections import deque
from collections.abc import Callable, Coroutine
from contextvars import Context, copy_context
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
        self._posted: deque[tuple[Context, Callable[..., object], tuple[Any, ...]] | None] = deque()
        self._runs = 0
        self._scheduled_at = -1
        # A context cannot be entered twice at the same time, so each loop thread needs its own.
        self._context = Context()
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
        """Schedule a call of *callback* on the loop, in a copy of the current context; return False if it is closed.

        Takes no lock and never waits.
        """
        self._posted.append((copy_context(), callback, args))
        runs = self._runs
        if self._scheduled_at != runs:
            try:
                self._loop.call_soon_threadsafe(self._run_posted, context=self._context)
            except RuntimeError:
                self._posted.clear()
                return False
            self._scheduled_at = runs
        elif self._loop.is_closed():
            self._posted.clear()
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

    def _run_posted(self) -> None:
        try:
            self._runs += 1
            self._posted.append(None)
            for context, callback, args in iter(self._posted.popleft, None):
                context.run(callback, *args)
        except BaseException:
            with contextlib.suppress(ValueError):  # Ctrl-C, under gevent, may come before the mark or after its removal
                self._posted.remove(None)
            self._loop.call_soon(self._run_posted, context=self._context)
            raise

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
                try:
                    self._loop.run_forever()
                except (SystemExit, KeyboardInterrupt):
                    # From a task, whose call raises it in the caller, so the loop continues. Under gevent, Ctrl-C may
                    # also have prevented a scheduled run, which the threads that posted calls rely on.
                    self._loop.call_soon(self._run_posted, context=self._context)
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
            self._posted.clear()
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
