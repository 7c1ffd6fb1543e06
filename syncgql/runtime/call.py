"""Call: one coroutine on its way through a loop, with its deadline.

The caller makes it and hands it over; from then on it belongs to the loop thread, which calls ``release`` as the very
last thing; after that it is the caller's again. Who waits does so by what ``release`` stands for, and the order of
the two keeps everything else here free of locks.
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
"""Seconds after which a task that took no notice is cancelled again.

``asyncio.wait_for`` can swallow a cancellation before Python 3.12: https://github.com/python/cpython/issues/86296
"""


class Call(Generic[T]):
    """A coroutine, its deadline, and what came of it.

    Its timers run in empty contexts: the loop keeps cancelled timers until their time, and they must not keep the
    context variables of a call alive.

    Args:
        coroutine: what to run.
        deadline: when it is cancelled.
        calls: the calls under way, which this one leaves when it is done.
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

    def outcome(self) -> T:
        """Return what the coroutine returned, or raise what it raised; once, and only when the call is done."""
        if self._error is None:
            return self._result
        error = self._error
        # error -> traceback -> this frame -> error would keep every failed call alive until the collector runs.
        self._error = None
        try:
            raise error
        finally:
            del error

    # -- on the loop thread

    def start(self) -> None:
        """Begin; the task sees the caller's context variables."""
        if self.is_done:
            return
        loop = asyncio.get_running_loop()
        if self._deadline.end is not None:
            self._timer = loop.call_at(self._deadline.end, self._expire, context=Context())
        self._task = loop.create_task(self._run())

    def cancel(self, reason: SyncGQLError | None = None) -> None:
        """Cancel the task, and end the call when that has ended; *reason* is what is raised then."""
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
        """End a call that never began, or whose loop is gone."""
        if not self._has_begun:
            self._coroutine.close()
        self._end(error or _cancelled())

    def abandon(self) -> None:
        """Never release whoever waits."""
        self._release = _nobody

    def _later(self, seconds: float, callback: Callable[[], object]) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(seconds, callback, context=Context())

    def _expire(self) -> None:
        left = self._deadline.left()
        if left is not None and left > 0:  # it waited in a queue meanwhile, which does not count
            self._timer = self._later(left, self._expire)
            return
        error = self._deadline.exceeded()
        if not self._has_begun:
            error.sent = False
        self.cancel(error)

    async def _run(self) -> None:
        """Run the coroutine, and end the call within the task: its done-callback would come an iteration later."""
        if self.is_done:
            return  # cancelled before this first step
        self._has_begun = True
        try:
            self._result = await self._coroutine
        except BaseException as error:
            # Without this frame, which refers to this call.
            self._end(self._judged(error.with_traceback(error.__traceback__ and error.__traceback__.tb_next)))
        else:
            self._end(None)
        finally:
            # Frames that a library keeps in a cycle with an exception of its own refer to this frame as their caller's.
            del self

    def _judged(self, error: BaseException) -> BaseException:
        """Return what is to be raised for what the coroutine raised."""
        if isinstance(error, asyncio.CancelledError):
            return self._reason or _cancelled()
        if self._reason is not None and isinstance(error, Exception):
            # What a coroutine raises when it is cancelled matters less than why it was.
            self._reason.__cause__ = error
            return self._reason
        return at_shutdown(error) or error

    def _end(self, error: BaseException | None) -> None:
        if self.is_done:
            return
        if self._timer is not None:
            self._timer.cancel()
        # What refers to this call must not be referred to by it, or both wait for the collector: the task, the timer,
        # and an error, by way of its traceback.
        self._task = self._timer = self._reason = None
        self._error = error
        self.is_done = True
        self._calls.discard(self)
        # Once, and without keeping what waited: that refers to the error, whose traceback refers to this call.
        release, self._release = self._release, _nobody
        release()


def _cancelled() -> TransportError:
    return TransportError("The call was cancelled on the loop, by neither its caller nor its limit.")


def _nobody() -> None:
    """Release nobody."""
