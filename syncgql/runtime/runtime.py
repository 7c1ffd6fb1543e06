"""Runtime: the calls, subscriptions and connections of one client in one process.

Theory of operation. Three kinds of threads meet here: callers, the loop thread, and any thread in which the garbage
collector runs a finalizer. There is no lock, because a finalizer may interrupt a thread that holds it.

- *A call ends exactly once.* ``_begin`` adds it to ``_calls`` and posts its start. Afterwards only the loop thread
  touches it. If posting fails, the loop is closed. Then the caller and the loop thread (in ``ended``) both empty
  ``_calls``; ``set.pop`` is atomic, so one of them gets the call and fails it.
- *No call waits for a loop that has ended.* The caller adds first and posts second; the loop thread closes the loop
  first and empties ``_calls`` second. If posting succeeded before the loop closed but the start never ran, the call is
  in the set when the loop thread empties it. If posting failed, the caller empties the set itself.
- *Flags are written by one side.* ``_stopping`` is written on the loop thread and ``_at_exit`` by the thread that
  exits; both only change from False to True. A caller that reads an old value hands its call to the loop, which looks
  again in ``_start``.
- *Stopping is one message.* ``request_stop`` only posts ``_stop``, which does nothing the second time, so any number
  of threads and finalizers may call it.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Coroutine
from typing import Any, Generic, Protocol, TypeVar

from ..deadline import NO_DEADLINE, Deadline
from ..exceptions import ClientClosed
from . import process_hooks, slices
from .call import Call
from .call_future import CallFuture, settle
from .event_buffer import NO_PROCESS, EventBuffer
from .loop_thread import CoroutineFunction
from .process_hooks import starting_lock
from .worker_pool import WorkerPool

CLOSE_SECONDS = 5.0
"""How long closing a client's connections may take before they are cut; transports have shorter limits of their own."""

END_SECONDS = 1.0
"""How long ``Runtime.end`` waits until the end of a subscription is handed to the wire."""

T = TypeVar("T")


class Resources(Protocol):
    """What lives on a loop and must be closed on it."""

    async def close(self) -> None: ...


R = TypeVar("R", bound=Resources)


class Runtime(Generic[R]):
    """The calls, buffers and connections of one client, on a loop thread, in one process.

    Args:
        resources: the connections; unconnected as yet.
    """

    def __init__(self, resources: R) -> None:
        self.pid = os.getpid()
        self.resources = resources
        self.buffers: set[EventBuffer[Any]] = set()
        self.open_when_dropped: frozenset[EventBuffer[Any]] = frozenset()
        self._calls: set[Call[Any]] = set()
        self._stopping = False
        self._at_exit = False
        self._ended = threading.Event()
        # It starts its first thread when the first future is settled.
        self._workers = WorkerPool("syncgql-callbacks")
        self.thread = process_hooks.start_loop_thread(self)
        process_hooks.stop_at_exit(self)

    # -- in any thread

    def run(self, coroutine: Coroutine[Any, Any, T], deadline: Deadline = NO_DEADLINE) -> T:
        """Run *coroutine* on the loop and return its result, or raise its exception, in the calling thread.

        Args:
            coroutine: what to run; it is closed when it cannot be.
            deadline: when it is cancelled.

        Raises:
            TransportTimeout: the deadline passed; the coroutine was cancelled and has ended.
            ClientClosed: the client was closed, before or meanwhile.
            RuntimeError: called on the loop thread, which would wait for itself.
        """
        if self.thread.is_current:
            coroutine.close()
            raise RuntimeError(
                "A blocking call was made on the client's own loop thread, which would wait for itself for ever. "
                "Make it from another thread, for example with asyncio.to_thread(...)."
            )
        # A bare lock is the cheapest hand-off: 2-4 us less per call than an Event or a Future.
        released = threading.Lock()
        released.acquire()
        call = Call(coroutine, deadline, self._calls, released.release)
        try:
            self._begin(call)
            slices.acquire(released)
        except BaseException:
            # Ctrl-C, or a gevent timeout: end the work on the wire first. A second interrupt leaves at once.
            if self.thread.post(call.cancel) and not call.is_done:
                slices.acquire(released)
            raise
        return call.outcome()

    def submit(
        self,
        coroutine: Coroutine[Any, Any, Any],
        convert: Callable[[Any], T],
        deadline: Deadline = NO_DEADLINE,
    ) -> CallFuture[T]:
        """Run *coroutine* on the loop and return a future; what ``run`` raises is raised by its ``result()``.

        Args:
            coroutine: what to run.
            convert: makes the future's result from that of the coroutine, on a worker thread; what it refers to is
                kept alive until then.
            deadline: when it is cancelled.
        """
        future: CallFuture[T] = CallFuture(convert, lambda: self.thread.post(call.cancel))
        call = Call(coroutine, deadline, self._calls, lambda: self._settle(future, call))
        self._begin(call)
        return future

    def end(self, buffer: EventBuffer[Any], close: CoroutineFunction) -> None:
        """End a buffer and what feeds it; returns when ``close()`` has ended, within 1 s."""
        self.buffers.discard(buffer)
        buffer.close()
        if self.thread.is_current:
            self.thread.spawn(close)
            return
        try:
            self.run(self.thread.finish(close, END_SECONDS))
        except ClientClosed:
            pass  # gone with its client

    def abandon(self, buffer: EventBuffer[Any], close: CoroutineFunction) -> None:
        """Do as ``end`` does without waiting; for finalizers, so it takes no lock."""
        if self.pid == os.getpid():
            self.buffers.discard(buffer)
            buffer.close()
            self.thread.spawn(close)

    def request_stop(self, *, at_exit: bool = False) -> None:
        """Have everything end: subscriptions, calls, connections, the thread. Takes no lock, never waits.

        Does nothing in a forked child: the thread is the parent's, and a post would wake the parent's loop.

        Args:
            at_exit: leave those who wait waiting. At interpreter exit they are daemon threads; released, they would
                print tracebacks into a process that is ending.
        """
        if self.pid != os.getpid():
            return
        # At once: a call that is made after this, by another exit hook, must not wait for a loop that is ending.
        self._at_exit = self._at_exit or at_exit
        self.thread.post(self._stop)

    def drop(self) -> None:
        """Have everything end because the client was dropped; for finalizers, so it takes no lock and never waits."""
        # The finalizers of its subscriptions may run before or after this, and after the loop thread has closed them.
        # A second drop finds them finished, and keeps what the first one found.
        self.open_when_dropped |= {buffer for buffer in self.buffers.copy() if not buffer.finished}
        self.request_stop()

    def join(self, timeout: float | None = None) -> None:
        """Wait until everything has ended; returns at once on the loop thread, and in a forked child."""
        if self.pid == os.getpid() and not self.thread.is_current:
            slices.wait(self._ended, timeout)
            if not self.thread.users:
                self.thread.join(timeout)

    def disown(self) -> None:
        """Give up everything that was inherited, in a forked child."""
        self.pid = NO_PROCESS
        for buffer in self.buffers:
            buffer.disown()

    def _begin(self, call: Call[Any]) -> None:
        """Hand a call over, or end it."""
        if not self._stopping and not self._at_exit:
            self._calls.add(call)
            if not self.thread.post(self._start, call):
                # The loop closed since. Its thread empties _calls afterwards, as this does: one of the two takes the
                # call out, so it ends once, whoever comes first.
                self._fail_calls()
        elif self._at_exit and threading.current_thread().daemon:
            call.abandon()
        else:
            call.fail(_closed())

    # -- on the loop thread

    def ended(self) -> None:
        self._stopping = True
        process_hooks.has_stopped(self)
        self._fail_calls()
        self._workers.shutdown(wait=False)
        self._ended.set()

    def _start(self, call: Call[Any]) -> None:
        if self._stopping:
            self._refuse(call)
        else:
            call.start()

    def _stop(self) -> None:
        if self._stopping:
            return
        self._stopping = True
        # Before the connections close: afterwards those who wait would hear of a disconnect.
        for buffer in self.buffers.copy():
            buffer.abandon() if self._at_exit else buffer.close()
        for call in self._calls.copy():
            if self._at_exit:
                call.abandon()
            call.cancel(_closed())
        self.thread.spawn(self._close)

    async def _close(self) -> None:
        try:
            await self.thread.finish(self.resources.close, CLOSE_SECONDS)
        finally:
            self.thread.detach(self)

    def _refuse(self, call: Call[Any]) -> None:
        if self._at_exit:
            call.abandon()
        call.fail(_closed())

    def _fail_calls(self) -> None:
        while True:
            try:
                call = self._calls.pop()
            except KeyError:
                return
            self._refuse(call)

    def _settle(self, future: CallFuture[Any], call: Call[Any]) -> None:
        try:
            self._workers.submit(settle, [call, future])
        except RuntimeError:  # at interpreter exit, or the client is closed: then here, late is worse
            settle([call, future])


class Runtimes(Generic[R]):
    """The runtime of a client in whatever process it is used, started by the first call there.

    Args:
        build: makes the resources; called once per process, in the thread of the first call.
    """

    def __init__(self, build: Callable[[], R]) -> None:
        self._build = build
        self._runtime: Runtime[R] | None = None
        self.closed = False

    def current(self) -> Runtime[R]:
        """Return this process's runtime, starting it if need be.

        Raises:
            ClientClosed: after ``close()``.
        """
        runtime = self._runtime
        if runtime is not None and runtime.pid == os.getpid() and not self.closed:
            return runtime
        return self._start()

    def check_open(self) -> None:
        """Raise ``ClientClosed`` after ``close()``."""
        if self.closed:
            raise _closed()

    def close(self) -> None:
        """End this process's runtime and wait for it."""
        runtime = self.shut()
        if runtime is not None:
            runtime.join()

    def shut(self) -> Runtime[R] | None:
        """Have this process's runtime end, without waiting; returns it, if there is one, to be joined."""
        self.closed = True
        with starting_lock():
            runtime = self._mine
        if runtime is not None:
            runtime.request_stop()
        return runtime

    def reopen(self) -> None:
        """Undo ``shut``: the next call starts another runtime."""
        with starting_lock():
            if self.closed:
                self._runtime = None
                self.closed = False

    def drop(self) -> None:
        """Have this process's runtime end; for finalizers: takes no lock, never waits."""
        runtime = self._mine
        if runtime is not None:
            runtime.drop()

    @property
    def _mine(self) -> Runtime[R] | None:
        runtime = self._runtime
        return runtime if runtime is not None and runtime.pid == os.getpid() else None

    def _start(self) -> Runtime[R]:
        with starting_lock():
            runtime = self._mine
            if runtime is None and not self.closed:
                self._runtime = runtime = Runtime(self._build())
            if runtime is None:
                raise _closed()
        if self.closed:  # by somebody's __del__, in the middle of it
            runtime.request_stop()
            raise _closed()
        return runtime


def _closed() -> ClientClosed:
    return ClientClosed("The client is closed; make a new one, or enter its with block again.")
