"""CallFuture: a call whose outcome arrives in a ``concurrent.futures.Future``."""

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
    """The outcome of a call that nobody waits for yet.

    It stays pending until the outcome is there, so it can be cancelled until then.

    Args:
        convert: makes the future's result from that of the call; runs on a worker thread.
        stop: has the loop cancel the call; does not wait.
    """

    def __init__(self, convert: Callable[[Any], T], stop: Callable[[], object]) -> None:
        super().__init__()
        self._convert: Callable[[Any], Any] = convert
        self._stop = stop
        self._cancels = itertools.count()

    def cancel(self) -> bool:
        """Cancel the call, on the wire too; returns False when the outcome is there already."""
        stop = self._stop
        if not super().cancel():
            return False
        if next(self._cancels) == 0:
            # Executors do this when they come to a cancelled call: it tells wait() and as_completed().
            self.set_running_or_notify_cancel()
            stop()
        return True

    def convert(self, returned: Any) -> T:
        """Make the result from what the call returned."""
        result: T = self._convert(returned)
        return result

    def settle(self, settle: Callable[[Any], None], outcome: object) -> None:
        """Take the outcome; done-callbacks run in here."""
        self._convert, self._stop = _settled, _settled
        try:
            settle(outcome)
        except concurrent.futures.InvalidStateError:
            pass  # cancelled meanwhile


def settle(pair: list[Any]) -> None:
    """Settle the future in *pair* with the outcome of the call in it; to be run on a worker thread.

    An error's traceback refers to this frame and to those that called it, which must not refer to the future: it would
    wait for the garbage collector. Hence the list, which is emptied.
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
