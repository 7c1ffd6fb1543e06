"""CallFuture: a ``concurrent.futures.Future`` for the outcome of a call."""

from __future__ import annotations

import concurrent.futures
import itertools
from collections.abc import Callable
from typing import Any, TypeVar

from ..exceptions import SyncGQLError
from ..tracebacks import cut
from .call import Call

T = TypeVar("T")


class CallFuture(concurrent.futures.Future[T]):
    """The outcome of a submitted call.

    It is never in the running state, so it can be cancelled until it has an outcome.

    Args:
        convert: converts the result of the call to that of the future; runs in a worker thread.
        stop: asks the loop to cancel the call, without waiting.
    """

    def __init__(self, convert: Callable[[Any], T], stop: Callable[[], object]) -> None:
        super().__init__()
        self._convert: Callable[[Any], Any] = convert
        self._stop = stop
        self._cancels = itertools.count()

    def cancel(self) -> bool:
        """Cancel the call and its request; return False if there is already an outcome."""
        stop = self._stop
        if not super().cancel():
            return False
        if next(self._cancels) == 0:
            # Executors also do this for a cancelled call; it notifies wait() and as_completed().
            self.set_running_or_notify_cancel()
            stop()
        return True

    def convert(self, returned: Any) -> T:
        """Convert the result of the call."""
        result: T = self._convert(returned)
        return result

    def settle(self, settle: Callable[[Any], None], outcome: object) -> None:
        """Set the outcome; done-callbacks run in this method."""
        self._convert, self._stop = _settled, _settled
        try:
            settle(outcome)
        except concurrent.futures.InvalidStateError:
            pass  # cancelled in the meantime


def settle(pair: list[Any]) -> None:
    """Set the outcome of the future in *pair* to that of the call in *pair*; runs in a worker thread.

    The traceback of an error refers to this frame and its callers. They must not refer to the future, which would form
    a cycle that only the garbage collector frees. So they are passed in a list, which is emptied.
    """
    future: CallFuture[Any] = pair.pop()
    call: Call[Any] = pair.pop()
    try:
        result = future.convert(call.outcome())
    except SyncGQLError as error:
        future.settle(future.set_exception, cut(error))
    except BaseException as error:
        future.settle(future.set_exception, error)
    else:
        future.settle(future.set_result, result)
    finally:
        del future, call


def _settled(*arguments: object) -> None:
    """Replace a callback that is no longer needed, so that the objects it refers to can be freed."""
