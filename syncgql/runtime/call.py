"""Call: one coroutine that runs on a loop for a caller, with its deadline.

There are no locks, because only one thread uses a call at a time. The caller creates it and posts its start to the
loop. From then on only the loop thread uses it, until it calls ``release``, its last action. The caller waits for that,
for example for a lock that ``release`` releases, and then reads the outcome.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextvars import Context
from typing import Any, Generic, TypeVar

from ..deadline import Deadline
from ..exceptions import SyncGQLError, TransportError
from .loop_thread import at_shutdown

T = TypeVar("T")

CANCEL_AGAIN = 1.0
"""The seconds after which a task that ignored a cancellation is cancelled again.

``asyncio.wait_for`` can swallow a cancellation before Python 3.12: https://github.com/python/cpython/issues/86296
"""


class Call(Generic[T]):
    """A coroutine, its deadline and its outcome.

    Its timers run in empty contexts: the loop keeps cancelled timers until their time, and they must not keep the
    context variables of a call alive.

    Args:
        coroutine: the coroutine to run.
        deadline: the time at which it is cancelled.
        calls: the set of running calls, from which this one is removed when it is done.
        release: called once, on the loop thread, when it is done.
    """

    __slots__ = (
        "_calls",
        "_coroutine",
        "_deadline",
        "_error",
        "_has_begun",
        "_reason",
        "_release",
        "_result",
        "_task",
        "_timer",
        "is_done",
    )

    _result: T

    def __init__(
        self,
        coroutine: Coroutine[Any, Any, T],
        deadline: Deadline,
        calls: set[Call[Any]],
        release: Callable[[], object],
    ) -> None:
        self._coroutine = coroutine
        self._deadline = deadline
        self._calls = calls
        self._release = release
        self._task: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._reason: SyncGQLError | None = None
        self._error: BaseException | None = None
        self._has_begun = False
        self.is_done = False

    @property
    def is_waiting(self) -> bool:
        """Whether it waits for a free connection. May be read in any thread; the value may be old by then."""
        return self._deadline.is_queued

    def outcome(self) -> T:
        """Return the coroutine's result or raise its exception. May be called once, when the call is done."""
        if self._error is None:
            return self._result
        error = self._error
        # The cycle error -> traceback -> this frame -> error would keep each failed call alive until the collector
        # runs.
        self._error = None
        try:
            raise error
        finally:
            del error

    # -- on the loop thread

    def start(self) -> None:
        """Start the task, in the caller's context."""
        if self.is_done:
            return
        loop = asyncio.get_running_loop()
        if self._deadline.end is not None:
            self._timer = loop.call_at(self._deadline.end, self._expire, context=Context())
        self._task = loop.create_task(self._run())

    def cancel(self, reason: SyncGQLError | None = None) -> None:
        """Cancel the task, and end the call when the task has ended. The call then raises *reason*."""
        if self.is_done:
            return
        self._reason = self._reason or reason
        if self._task is None or not self._has_begun:
            self.fail(self._reason)
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._later(CANCEL_AGAIN, self.cancel)
        self._task.cancel()

    def fail(self, error: BaseException | None) -> None:
        """End a call that has not started, or whose loop has ended."""
        if not self._has_begun:
            self._coroutine.close()
        self._end(error or _cancelled())

    def abandon(self) -> None:
        """Never release the waiting caller."""
        self._release = _no_waiter

    def _later(self, seconds: float, callback: Callable[[], object]) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(seconds, callback, context=Context())

    def _expire(self) -> None:
        left = self._deadline.left()
        if left is not None and left > 0:  # time spent waiting for a connection does not count
            self._timer = self._later(left, self._expire)
            return
        error = self._deadline.exceeded()
        if not self._has_begun:
            error.sent = False
        self.cancel(error)

    async def _run(self) -> None:
        """Run the coroutine and end the call inside the task; a done-callback would run one iteration later."""
        if self.is_done:
            return  # cancelled before the first step
        self._has_begun = True
        try:
            self._result = await self._coroutine
        except BaseException as error:
            # Removes this frame, which refers to this call.
            self._end(self._judged(error.with_traceback(error.__traceback__ and error.__traceback__.tb_next)))
        else:
            self._end(None)
        finally:
            # If a library keeps frames in a cycle with its own exception, they refer to this frame as their caller.
            del self

    def _judged(self, error: BaseException) -> BaseException:
        """Return the exception to raise for an exception of the coroutine."""
        if isinstance(error, asyncio.CancelledError):
            return self._reason or _cancelled()
        if self._reason is not None and isinstance(error, Exception):
            # The reason for a cancellation is more useful than an exception that the cancelled coroutine raises.
            self._reason.__cause__ = error
            return self._reason
        return at_shutdown(error) or error

    def _end(self, error: BaseException | None) -> None:
        if self.is_done:
            return
        if self._timer is not None:
            self._timer.cancel()
        # The task, the timer, and an error through its traceback refer to this call. References in the other direction
        # would form cycles, which only the collector frees.
        self._task = self._timer = self._reason = None
        self._error = error
        self.is_done = True
        self._calls.discard(self)
        # Called once, and removed first: it refers to the waiting caller and thus to the error, whose traceback refers
        # to this call.
        release, self._release = self._release, _no_waiter
        release()


def _cancelled() -> TransportError:
    return TransportError("The call was cancelled on the loop, but not by its caller or its limit.")


def _no_waiter() -> None:
    """Do nothing."""
