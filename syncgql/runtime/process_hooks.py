"""Process-wide hooks: the start of loop threads, fork, exit and gevent.

After a fork only the forking thread exists in the child. The child's copies of the loop, sockets and locks are useless,
and touching them would disturb the parent (see ``loop_thread``). So each object here belongs to the process that
created it, identified by ``os.getpid()``. That also works where at-fork hooks are not called, as under uWSGI. Inherited
objects are neither closed nor freed in a child.
"""

from __future__ import annotations

import atexit
import os
import sys
import threading
import weakref
from typing import Protocol

from ..deadline import Deadline
from .loop_thread import LoopThread, LoopUser
from .uwsgi_forks import warn_if_forks_are_unsafe

EXIT_SECONDS = 2.0
"""The seconds that the exit of the interpreter waits for open clients to close."""


class ProcessBound(Protocol):
    """An object with threads that belong to the process that started them."""

    def request_stop(self, *, at_exit: bool = False) -> None:
        """Start to stop, without waiting."""

    def join(self, timeout: float | None = None) -> None:
        """Wait until it has stopped, for at most *timeout* seconds."""

    def disown(self) -> None:
        """Give up inherited objects, in a forked child."""


# One lock per process, because an inherited lock may be held forever by a thread that the fork left behind. It is
# reentrant, because the garbage collector may run while it is held, and a ``__del__`` may close another client.
_starting: dict[int, threading.RLock] = {}

# gevent only: the loop thread of each process.
_shared: dict[int, LoopThread] = {}

# Weak references, because a dropped client's pool must end. A stopping runtime is kept alive by its loop thread.
# Neither adding nor iterating takes a lock; objects that are freed during an iteration are removed after it.
_open: weakref.WeakSet[ProcessBound] = weakref.WeakSet()


def starting_lock() -> threading.RLock:
    """Return the lock under which the runtimes of this process start."""
    return _starting.setdefault(os.getpid(), threading.RLock())


def start_loop_thread(user: LoopUser) -> LoopThread:
    """Return a running loop thread that *user* has joined: its own, or under gevent the shared one."""
    warn_if_forks_are_unsafe()
    if not threads_are_greenlets():
        thread = LoopThread()
    elif os.getpid() in _shared and _shared[os.getpid()].is_running:
        thread = _shared[os.getpid()]
    else:
        thread = _shared[os.getpid()] = LoopThread()
    thread.users.add(user)
    thread.start()
    return thread


def threads_are_greenlets() -> bool:
    """Whether gevent has replaced threads with greenlets of one real thread, which can run only one event loop."""
    monkey = sys.modules.get("gevent.monkey")
    return monkey is not None and monkey.is_module_patched("threading")


def stop_at_exit(stoppable: ProcessBound) -> None:
    """Stop an object when the interpreter exits, and disown it in forked children."""
    _open.add(stoppable)


def has_stopped(stoppable: ProcessBound) -> None:
    """Undo ``stop_at_exit``."""
    _open.discard(stoppable)


# weakref's own exit hook closes the sessions of blocking transports. Hooks run in reverse order, so it has to be
# registered before ours, which waits for the requests that use these sessions.
weakref.finalize(_open, int)


@atexit.register
def _exit() -> None:
    deadline = Deadline(EXIT_SECONDS)
    stopping = list(_open)
    for stoppable in stopping:
        stoppable.request_stop(at_exit=True)
    for stoppable in stopping:
        stoppable.join(max(0.0, deadline.left() or 0.0))


def _disown() -> None:
    """Give up the parent's objects in a new child, because process ids are reused.

    Without this hook everything works, unless a child gets the id of an ancestor that has ended; but an inherited
    subscription would deliver its buffered events in both processes.
    """
    for inherited in list(_open):
        inherited.disown()
    _starting.clear()
    _shared.clear()


if sys.platform != "win32":
    os.register_at_fork(after_in_child=_disown)
