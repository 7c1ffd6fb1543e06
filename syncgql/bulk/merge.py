"""merge: yields the events of several subscriptions in one loop."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar

from ..exceptions import SyncGQLError, TransportTimeout
from ..runtime.sliced_queue import SlicedQueue
from ..subscription import Subscription
from ..tracebacks import cut
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

    After an exception or Ctrl-C in the iterator, all subscriptions are closed, and iterating again raises
    ``RuntimeError``.

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
    return Merge(subscriptions, check_on_error(on_error))


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


class Merge(Iterator[tuple[Subscription[T], Any]]):
    """The events of several subscriptions; returned by ``merge``.

    Args:
        subscriptions: the subscriptions.
        returns_errors: whether an exception takes the place of an event.
    """

    def __init__(self, subscriptions: tuple[Subscription[T], ...], returns_errors: bool) -> None:
        self._subscriptions = subscriptions
        self._events = _events(subscriptions, returns_errors)
        self._is_incomplete = False

    def __next__(self) -> tuple[Subscription[T], Any]:
        """Return the next event, as a pair with its subscription.

        Raises:
            StopIteration: all subscriptions have ended.
            TransportError: a subscription ended with an error, or an event has errors, and *on_error* is ``"raise"``.
            SubscriptionOverflow: a buffer was full, and *on_error* is ``"raise"``.
            RuntimeError: an earlier exception closed the subscriptions.
        """
        if self._is_incomplete:
            # Ending here would make a loop that is run again after an error look complete.
            raise RuntimeError(
                "This merge() ended with an exception, which closed its subscriptions. Subscribe again; with "
                'on_error="return", it continues after an error.'
            )
        try:
            return next(self._events)
        except StopIteration:
            raise
        except BaseException as error:  # This includes Ctrl-C.
            self._is_incomplete = True
            for each in self._subscriptions:
                each.close()
            if isinstance(error, SyncGQLError):
                raise cut(error)
            raise


def _events(subscriptions: tuple[Subscription[T], ...], returns_errors: bool) -> Iterator[tuple[Subscription[T], Any]]:
    ready = _ReadySubscriptions(len(subscriptions))
    for number, each in enumerate(subscriptions):
        each.notify(lambda number=number: ready.add(number))  # type: ignore[misc]
    still_open = set(range(len(subscriptions)))
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
