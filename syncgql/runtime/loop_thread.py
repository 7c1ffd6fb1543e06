"""LoopThread: a daemon thread that runs an asyncio loop, until its last user has left.

Who owns what:

- The loop belongs to the thread. Others reach it through ``post``, which is one ``call_soon_threadsafe``.
- ``users`` are the runtimes whose connections live on the loop: one, except under gevent, where a process has one
  loop thread for all. A user joins from any thread before it posts anything, and leaves on the loop.
- There is no lock. Finalizers post, and the garbage collector runs those in any thread at any moment, also in one
  that would hold the lock.
- The thread's own frame refers to its users, and through them to every socket. A fork leaves that frame behind in
  the child as it is, never to be cleared, so nothing that was inherited is ever collected there. That matters:
  collecting an aiohttp session closes its sockets, which unregisters them from the epoll instance that both processes
  share, and ends a TLS stream on the parent's behalf.
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
from .event_loop import new_event_loop
from .worker_pool import WorkerPool

CANCEL_TIMEOUT = 1.0
"""Seconds that cancelled tasks get to end before the loop is closed over them."""

READ_SIZE = 256 * 1024
"""The bytes that asyncio makes room for at each read, however few come."""

CoroutineFunction = Callable[[], Coroutine[Any, Any, object]]


class LoopUser(Protocol):
    """Who has something on a loop."""

    def ended(self) -> None:
        """Hear that nothing of this user's will run any more."""


class LoopThread:
    """A loop and the thread that runs it, which ends when the last user leaves.

    Args:
        new_loop: makes the loop.
    """

    def __init__(self, new_loop: Callable[[], asyncio.AbstractEventLoop] = new_event_loop) -> None:
        self.users: set[LoopUser] = set()
        self.is_running = True
        self._started = False
        self._ident: int | None = None
        self._background: set[asyncio.Task[object]] = set()
        # Made in an empty context, which the loop's own handles keep for ever; not in some request's. And made here,
        # so that what goes wrong is raised to the caller.
        self._loop = Context().run(new_loop)
        self._loop.set_default_executor(WorkerPool("syncgql-io"))
        # daemon: the interpreter joins other threads before it runs atexit hooks, and one of those ends this thread.
        self._thread = threading.Thread(target=self._main, name="syncgql-loop", daemon=True)

    def start(self) -> None:
        """Start the thread; does nothing when it was started.

        Raises:
            ClientClosed: the interpreter is shutting down and starts no more threads.
        """
        if self._started:
            return
        self._started = True
        try:
            # Free-threaded builds hand the starter's context on to the thread; here, too, it is to be empty.
            Context().run(self._thread.start)
        except RuntimeError as error:
            self._loop.close()
            raise at_shutdown(error) or error
        except BaseException:  # Ctrl-C while the thread comes up
            self.post(self.stop)
            raise

    @property
    def is_current(self) -> bool:
        """Whether the caller is this very thread.

        Compared by thread and not by running loop: under gevent every greenlet would see our loop as the running one.
        """
        return threading.get_ident() == self._ident

    def post(self, callback: Callable[..., object], *args: Any) -> bool:
        """Have the loop call *callback* soon; takes no lock, never waits. Returns False when the loop is closed."""
        try:
            self._loop.call_soon_threadsafe(callback, *args)
        except RuntimeError:
            return False
        return True

    def spawn(self, coroutine_function: CoroutineFunction) -> None:
        """Run a coroutine in the background; like ``post``, it takes no lock and never waits."""
        self.post(self._spawn_if_running, coroutine_function)

    def join(self, timeout: float | None = None) -> None:
        """Wait until the thread has ended; returns at once on the thread itself."""
        if not self.is_current:
            slices.join(self._thread, timeout)

    # -- on the loop

    async def finish(self, coroutine_function: CoroutineFunction, seconds: float) -> None:
        """Run a coroutine to its end in the background, and wait for that at most so many seconds."""
        await asyncio.wait({self._spawn(coroutine_function)}, timeout=seconds)

    def detach(self, user: LoopUser) -> None:
        """Let a user go; the last one takes the thread along and hears of it when that is done."""
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
        # Afterwards it would be a task that nothing ever runs.
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
        # Until a block of this size was freed in full, glibc has the kernel map and unmap one for each read, which is
        # a fifth of a call with a small answer: https://github.com/python/cpython/issues/85451
        bytes(READ_SIZE)
        try:
            while self.is_running:
                # SystemExit or KeyboardInterrupt raised by a task leaves run_forever. It reaches whom it concerns
                # through its call, so the loop just goes on.
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
            # Idents are recycled: a later thread must not be taken for this one.
            self._ident = None
            users, self.users = self.users, set()
            for user in users:
                user.ended()


def at_shutdown(error: BaseException | None) -> ClientClosed | None:
    """Return what to raise for an *error* that only says that the interpreter is shutting down, else None.

    Late at exit no thread can be started (https://github.com/python/cpython/issues/113964), and the executors that
    look up names take no more work (https://github.com/python/cpython/issues/99704).
    """
    if not isinstance(error, RuntimeError) or "shutdown" not in str(error):
        return None
    closed = ClientClosed("The interpreter is shutting down; no new connection can be opened.")
    closed.__cause__ = error
    return closed


def _finish(loop: asyncio.AbstractEventLoop) -> None:
    """Cancel what is left and close the loop.

    Not ``asyncio.Runner``: its ``shutdown_default_executor`` starts a thread, which fails at interpreter exit on
    Python 3.12.0 to 3.12.2: https://github.com/python/cpython/issues/113964
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
