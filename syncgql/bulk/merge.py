"""merge: yields the events of several subscriptions in one loop."""

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

    The iterator takes one event from each subscription in turn, so a fast subscription does not hold up a slow one.
    Events wait in the buffer of their subscription. The loop ends when all subscriptions have ended. Leaving the loop
    early ends the subscriptions that no variable refers to.

    Args:
        subscriptions: return values of ``Client.subscribe``, of one or several clients; nothing else may consume them.
        on_error: ``raise``, the default, raises the first error and closes all subscriptions; ``return`` yields the
            exception in place of the event and continues.

    Raises:
        TypeError: an argument is not a ``Subscription``.
        ValueError: *on_error* is unknown.
    """
    for each in subscriptions:
        if not isinstance(each, Subscription):
            raise TypeError(f"merge() needs subscriptions, not {type(each).__name__}.")
    return _merged(subscriptions, check_on_error(on_error))


class _ReadySubscriptions:
    """The numbers of the subscriptions that may have events; uses no locks.

    A producer first adds an event and then wakes the consumer; the consumer first takes the wake-up and then looks for
    events, so no event is missed. Producers share a wake-up that the consumer has not taken yet.
    """

    def __init__(self, count: int) -> None:
        self.numbers = set(range(count))
        self._wake_ups: SlicedQueue[None] = SlicedQueue()

    def add(self, number: int) -> None:
        self.numbers.add(number)
        if self._wake_ups.is_empty():
            self._wake_ups.put(None)

    def wait(self) -> None:
        self._wake_ups.get()


def _merged(subscriptions: tuple[Subscription[T], ...], returns_errors: bool) -> Iterator[tuple[Subscription[T], Any]]:
    ready = _ReadySubscriptions(len(subscriptions))
    for number, each in enumerate(subscriptions):
        each.notify(lambda number=number: ready.add(number))  # type: ignore[misc]
    still_open = set(range(len(subscriptions)))
    try:
        while still_open:
            if not ready.numbers & still_open:
                ready.wait()
            for number in sorted(ready.numbers & still_open):
                ready.numbers.discard(number)
                subscription = subscriptions[number]
                try:
                    event: Any = subscription.next(0)
                except StopIteration:
                    still_open.discard(number)
                    continue
                except SyncGQLError as error:
                    if isinstance(error, TransportTimeout) and error.seconds == 0:
                        continue  # There is no event. No other timeout is 0.
                    if not returns_errors:
                        raise
                    event = error.with_traceback(None)
                ready.numbers.add(number)  # There may be more events.
                yield subscription, event
    except GeneratorExit:
        raise
    except BaseException:  # This includes Ctrl-C.
        for each in subscriptions:
            each.close()
        raise
