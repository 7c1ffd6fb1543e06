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
  exits; both only change from False to True. The loop thread sets ``_stopping`` before it cancels the calls in the set,
  and a caller adds its call before it reads the flag once more. So either the caller finds the flag set, and lets the
  loop refuse the call, or the loop thread finds the call.
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
from .client_stats import ClientStats, client_stats
from .event_buffer import NO_PROCESS, EventBuffer
from .loop_thread import CoroutineFunction
from .process_hooks import starting_lock
from .worker_pool import WorkerPool

CLOSE_SECONDS = 5.0
"""The seconds that a client's connections may take to close before they are cut; transports have shorter limits."""

END_SECONDS = 1.0
"""The seconds that ``Runtime.end`` waits for the stop of a subscription to be sent."""

T = TypeVar("T")


class Resources(Protocol):
    """Objects that live on a loop and must be closed on it."""

    async def close(self) -> None: ...


R = TypeVar("R", bound=Resources)


class Runtime(Generic[R]):
    """The calls, buffers and connections of one client, on a loop thread, in one process.

    Args:
        resources: the transports, not yet connected.
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
        # Its first thread is started when the first future has an outcome.
        self._workers = WorkerPool("syncgql-callbacks")
        self.thread = process_hooks.start_loop_thread(self)
        process_hooks.stop_at_exit(self)

    # -- in any thread

    def run(self, coroutine: Coroutine[Any, Any, T], deadline: Deadline = NO_DEADLINE) -> T:
        """Run *coroutine* on the loop and return its result, or raise its exception, in the calling thread.

        Args:
            coroutine: the coroutine to run; it is closed if it cannot run.
            deadline: the time at which it is cancelled.

        Raises:
            TransportTimeout: the deadline passed, and the coroutine was cancelled and has ended.
            ClientClosed: the client was closed before or during the call.
            RuntimeError: called on the loop thread, which would deadlock.
        """
        if self.thread.is_current:
            coroutine.close()
            raise RuntimeError(
                "A blocking call on the client's own loop thread would deadlock. "
                "Call from another thread, for example with asyncio.to_thread(...)."
            )
        # A bare lock is the cheapest way to wait: 2-4 us less per call than an Event or a Future.
        released = threading.Lock()
        released.acquire()
        call = Call(coroutine, deadline, self._calls, released.release)
        try:
            self._begin(call)
            slices.acquire(released)
        except BaseException:
            # Ctrl-C or a gevent timeout: abort the request first. A second interrupt returns immediately.
            if self.thread.post(call.cancel) and not call.is_done:
                slices.acquire(released)
            raise
        return call.outcome()

    def prepare(self, coroutine: Coroutine[Any, Any, T], deadline: Deadline, on_done: Callable[[], object]) -> Call[T]:
        """Return a call that has not started; the caller must schedule its ``start`` on the loop thread.

        Args:
            coroutine: the coroutine to run.
            deadline: the time at which it is cancelled.
            on_done: called once, when there is an outcome: on the loop thread, or by this method if the client is
                closed.
        """
        call = Call(coroutine, deadline, self._calls, on_done)
        if self._stopping or self._at_exit:
            self._begin(call)  # the closed runtime ends the call
            return call
        self._calls.add(call)
        # The loop thread first sets the flag and then cancels the calls in the set; this code first adds the call and
        # then checks the flag.
        if self._stopping and not self.thread.post(self._refuse, call):
            self._fail_calls()
        return call

    def submit(
        self,
        coroutine: Coroutine[Any, Any, Any],
        convert: Callable[[Any], T],
        deadline: Deadline = NO_DEADLINE,
    ) -> CallFuture[T]:
        """Run *coroutine* on the loop and return a future, whose ``result()`` raises the same exceptions as ``run``.

        Args:
            coroutine: the coroutine to run.
            convert: converts the coroutine's result to the future's, in a worker thread; its references are kept alive
                until then.
            deadline: the time at which it is cancelled.
        """
        future: CallFuture[T] = CallFuture(convert, lambda: self.thread.post(call.cancel))
        call = Call(coroutine, deadline, self._calls, lambda: self._settle(future, call))
        self._begin(call)
        return future

    @property
    def stats(self) -> ClientStats:
        """The counts at this moment."""
        # Other threads change the sets meanwhile; copying a set is atomic.
        return client_stats(self._calls.copy(), self.buffers.copy(), self.thread.max_loop_lag)

    def end(self, buffer: EventBuffer[Any], close: CoroutineFunction) -> None:
        """End a buffer and its stream; return when ``close()`` has ended, within 1 s."""
        self.buffers.discard(buffer)
        buffer.close()
        if self.thread.is_current:
            self.thread.spawn(close)
            return
        try:
            self.run(self.thread.finish(close, END_SECONDS))
        except ClientClosed:
            pass  # already closed with its client

    def abandon(self, buffer: EventBuffer[Any], close: CoroutineFunction) -> None:
        """Do the same as ``end`` without waiting. Takes no lock, so that finalizers can call it."""
        if self.pid == os.getpid():
            self.buffers.discard(buffer)
            buffer.close()
            self.thread.spawn(close)

    def request_stop(self, *, at_exit: bool = False) -> None:
        """Start to end everything: subscriptions, calls, connections, the thread. Takes no lock and never waits.

        Does nothing in a forked child: the thread is the parent's, and a post would wake the parent's loop.

        Args:
            at_exit: do not release waiting threads. At interpreter exit these are daemon threads, which would print
                tracebacks while the process ends.
        """
        if self.pid != os.getpid():
            return
        # Set immediately: a later call from another exit hook must not wait for a loop that is ending.
        self._at_exit = self._at_exit or at_exit
        self.thread.post(self._stop)

    def drop(self) -> None:
        """End everything because the client was dropped. Finalizers call this, so it takes no lock and never waits."""
        # The finalizers of its subscriptions may run before or after this, and after the loop thread has closed them.
        # A second drop finds them finished, and keeps the findings of the first one.
        self.open_when_dropped |= {buffer for buffer in self.buffers.copy() if not buffer.finished}
        self.request_stop()

    def join(self, timeout: float | None = None) -> None:
        """Wait until everything has ended; returns at once on the loop thread, and in a forked child."""
        if self.pid == os.getpid() and not self.thread.is_current:
            slices.wait(self._ended, timeout)
            if not self.thread.users:
                self.thread.join(timeout)

    def disown(self) -> None:
        """Give up all inherited objects, in a forked child."""
        self.pid = NO_PROCESS
        for buffer in self.buffers:
            buffer.disown()

    def _begin(self, call: Call[Any]) -> None:
        """Post a call to the loop, or end it if the loop is closed."""
        if not self._stopping and not self._at_exit:
            self._calls.add(call)
            # The flag is read again, as in prepare().
            is_posted = self.thread.post(self._refuse, call) if self._stopping else self.thread.post(call.start)
            if not is_posted:
                # The loop has closed. Its thread then empties _calls, as this code does. One of the two removes the
                # call, so it ends once.
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

    def _stop(self) -> None:
        if self._stopping:
            return
        self._stopping = True
        # Done before the connections close; otherwise waiting callers would receive a connection error.
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
        except RuntimeError:  # interpreter exit, or a closed client: set the outcome on this thread instead
            settle([call, future])


class Runtimes(Generic[R]):
    """The runtimes of a client, one for each process, started by the first call there.

    Args:
        build: creates the resources; called once per process, in the thread of the first call.
    """

    def __init__(self, build: Callable[[], R]) -> None:
        self._build = build
        self._runtime: Runtime[R] | None = None
        self.closed = False

    def current(self) -> Runtime[R]:
        """Return this process's runtime; start it if necessary.

        Raises:
            ClientClosed: ``close()`` was called.
        """
        runtime = self._runtime
        if runtime is not None and runtime.pid == os.getpid() and not self.closed:
            return runtime
        return self._start()

    def check_open(self) -> None:
        """Raise ``ClientClosed`` if ``close()`` was called."""
        if self.closed:
            raise _closed()

    def close(self) -> None:
        """End this process's runtime and wait for it."""
        runtime = self.request_close()
        if runtime is not None:
            runtime.join()

    def request_close(self) -> Runtime[R] | None:
        """Start to end this process's runtime, without waiting; return it, if there is one, to be joined."""
        self.closed = True
        with starting_lock():
            runtime = self.running
        if runtime is not None:
            runtime.request_stop()
        return runtime

    def reopen(self) -> None:
        """Undo ``request_close()``: the next call starts another runtime."""
        with starting_lock():
            if self.closed:
                self._runtime = None
                self.closed = False

    def drop(self) -> None:
        """Start to end this process's runtime. Takes no lock and never waits, so that finalizers can call it."""
        runtime = self.running
        if runtime is not None:
            runtime.drop()

    @property
    def running(self) -> Runtime[R] | None:
        """This process's runtime; None if no call has started one."""
        runtime = self._runtime
        return runtime if runtime is not None and runtime.pid == os.getpid() else None

    def _start(self) -> Runtime[R]:
        with starting_lock():
            runtime = self.running
            if runtime is None and not self.closed:
                self._runtime = runtime = Runtime(self._build())
            if runtime is None:
                raise _closed()
        if self.closed:  # by a __del__ that ran in the meantime
            runtime.request_stop()
            raise _closed()
        return runtime


def _closed() -> ClientClosed:
    return ClientClosed("The client is closed; create a new one, or enter its with block again.")
