"""Merge: one loop over the events of several subscriptions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar

from ..exceptions import SyncGQLError, TransportTimeout
from ..runtime.sliced_queue import SlicedQueue
from ..subscription import Subscription
from .execute_many import OnError, check_on_error

T = TypeVar("T")


def merge(*subscriptions: Subscription[T], on_error: OnError = "raise") -> Iterator[tuple[Subscription[T], Any]]:
    """Return an iterator over the events of several subscriptions, each with its subscription.

    ::

        for subscription, event in merge(prices, news):
            if subscription is prices:
                ...

    It takes one event of each that has some in turn, so a fast one does not hold up a slow one. Events wait in the
    buffer of their own subscription, with its limit. The loop ends when all subscriptions have ended. Leaving it ends
    the subscriptions to which no variable refers.

    Args:
        subscriptions: what ``Client.subscribe`` returns, of one client or of several; nothing else may consume them.
        on_error: ``raise``, the default, raises the first error and closes all subscriptions; ``return`` puts the
            exception instead of the event and continues.

    Raises:
        TypeError: an argument is no ``Subscription``.
        ValueError: *on_error* is unknown.
    """
    for each in subscriptions:
        if not isinstance(each, Subscription):
            raise TypeError(f"merge() needs subscriptions, not {type(each).__name__}.")
    return _merged(subscriptions, check_on_error(on_error))


class _Bell:
    """Tells which subscriptions may have something, without locks.

    A producer adds first and wakes second; the consumer takes the wake-up first and looks second. A wake-up that is
    still there serves for both, so there is at most one for each thread that produces.
    """

    def __init__(self, count: int) -> None:
        self.ready = set(range(count))
        self._wakes: SlicedQueue[None] = SlicedQueue()

    def ring(self, number: int) -> None:
        self.ready.add(number)
        if self._wakes.is_empty():
            self._wakes.put(None)

    def wait(self) -> None:
        self._wakes.get()


def _merged(subscriptions: tuple[Subscription[T], ...], returns_errors: bool) -> Iterator[tuple[Subscription[T], Any]]:
    bell = _Bell(len(subscriptions))
    for number, each in enumerate(subscriptions):
        each.notify(lambda number=number: bell.ring(number))  # type: ignore[misc]
    still_open = set(range(len(subscriptions)))
    try:
        while still_open:
            if not bell.ready & still_open:
                bell.wait()
            for number in sorted(bell.ready & still_open):
                bell.ready.discard(number)
                subscription = subscriptions[number]
                try:
                    event: Any = subscription.next(0)
                except StopIteration:
                    still_open.discard(number)
                    continue
                except SyncGQLError as error:
                    if isinstance(error, TransportTimeout) and error.seconds == 0:
                        continue  # there is no event; no other limit is 0
                    if not returns_errors:
                        raise
                    event = error.with_traceback(None)
                bell.ready.add(number)  # there may be more
                yield subscription, event
    except GeneratorExit:
        raise
    except BaseException:  # an error, or Ctrl-C
        for each in subscriptions:
            each.close()
        raise
