"""Subscription: an iterator over the events of one GraphQL subscription."""

from __future__ import annotations

import time
import warnings
import weakref
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Generic, NoReturn, TypeVar, overload

from .checks import check_function, check_seconds
from .event_source import EventSource
from .exceptions import SyncGQLError, TransportTimeout
from .messages import Duration
from .request import UNSET, Unset
from .result import ExecutionResult
from .runtime.event_buffer import Empty, SubscriptionStats
from .runtime.event_markers import End, Gap, Marker, Resubscribed
from .tracebacks import cut

__all__ = ["Subscription", "SubscriptionStats"]

T_co = TypeVar("T_co", covariant=True)
U = TypeVar("U")

OnReconnect = Callable[[float], Iterable[Any] | Mapping[str, Any] | None]
"""A function that is called after a lost connection was re-established, with the seconds for which events are missing.

They count from the last sign of life of the lost connection, which may be long before the loss was noticed. The
function is called in the consumer's thread, between two events. It returns None to continue, a list of events to
deliver first, unchanged, or a mapping of variables to restart the subscription with.
"""


OnEnd = Callable[[Exception | None], object]
"""A function that is called when a subscription ends, with the exception that ended it, or None."""


def check_on_reconnect(on_reconnect: OnReconnect | None) -> OnReconnect | None:
    """Return the option *on_reconnect*.

    Raises:
        TypeError: it is not a function of one parameter.
    """
    return None if on_reconnect is None else check_function("on_reconnect", on_reconnect, 1)


class GapHandler:
    """Handles gaps between events: calls ``on_reconnect`` and acts on its result.

    Args:
        on_reconnect: the option of the client or the subscription.
        resubscribe: restarts the subscription with other variables; a ``Resubscribed`` marker precedes their events.

    Attributes:
        missed: the events that ``on_reconnect`` returned and that are delivered next.
        skips: whether events are dropped because they belong to the old variables.
    """

    __slots__ = ("_on_reconnect", "_resubscribe", "missed", "skips")

    def __init__(self, on_reconnect: OnReconnect, resubscribe: Callable[[Mapping[str, Any]], None]) -> None:
        self._on_reconnect = on_reconnect
        self._resubscribe = resubscribe
        self.missed: deque[Any] = deque()
        self.skips = False

    def take(self, marker: Marker) -> None:
        """React to a marker between two events. Exceptions of the user's function propagate."""
        if isinstance(marker, Resubscribed):
            self.skips = False
        elif isinstance(marker, Gap) and not self.skips:
            self._ask(marker.seconds)

    def _ask(self, seconds: float) -> None:
        returned = self._on_reconnect(seconds)
        if returned is None:
            return
        if isinstance(returned, Mapping):
            self._resubscribe(returned)
            self.skips = True
        elif isinstance(returned, Iterable) and not isinstance(returned, str | bytes):
            self.missed.extend(returned)
        else:
            raise TypeError(
                "on_reconnect must return None, a list of events or a mapping of variables, not "
                f"{type(returned).__name__}."
            )


class Subscription(Generic[T_co]):
    """An iterator over the events of a subscription; returned by ``Client.subscribe``.

    It is also a context manager, and works with ``contextlib.closing``. The subscription ends on the server when it is
    closed, when a loop over it is left with ``break``, when the last reference to it is dropped, or when Ctrl-C
    interrupts a wait. Only one thread at a time may consume it; ``close()`` may be called from any thread. It keeps its
    client alive.
    """

    def __init__(
        self,
        owner: object,
        source: EventSource,
        convert: Callable[[ExecutionResult], T_co],
        gap_handler: GapHandler | None = None,
        on_end: tuple[OnEnd, ...] = (),
    ) -> None:
        # Keeps the client open in "for event in Client(url).subscribe(...)".
        self._owner = owner
        self._source = source
        self._get = source.get
        self._convert = convert
        self._gap_handler = gap_handler
        self._on_end = on_end
        self._reason = ""  # why it has ended
        self._finalizer = weakref.finalize(self, _abandon, source, weakref.ref(owner))
        # The runtime closes open subscriptions at exit.
        self._finalizer.atexit = False

    def __iter__(self) -> Subscription[T_co]:
        self._source.check_process()
        return self

    def __next__(self) -> T_co:
        """Return the next event, waiting without a limit.

        Raises:
            StopIteration: the server completed the subscription, or the subscription was closed; the message says
                which.
            TransportQueryError: the event has errors, and the subscription stays open; or the server ended the
                subscription with errors.
            SubscriptionOverflow: the buffer was full, and *overflow* is ``"raise"``.
            TransportProtocolError: the server violated the protocol; or the data of the event is null without an error,
                and the subscription stays open.
            TransportError: the connection was lost and not re-established.
            SubscriptionForked: the subscription was opened in another process, before a fork.
        """
        # The same as _take(None), but inlined, because it runs for every event.
        if self._gap_handler is not None:
            return self._take(None)
        while True:
            try:
                item = self._get(None)
            except BaseException as error:
                self._interrupted(error)
                raise
            if not isinstance(item, Marker):
                return self._convert(item)
            if isinstance(item, End):
                self._end(item)

    @overload
    def next(self, timeout: float | None = None) -> T_co: ...

    @overload
    def next(self, timeout: float | None = None, default: U = ...) -> T_co | U: ...

    def next(self, timeout: float | None = None, default: U | Unset = UNSET) -> T_co | U:
        """Return the next event, waiting for at most *timeout* seconds.

        Args:
            timeout: the limit in seconds; 0 returns only an event that is already in the buffer. None, the default, for
                no limit.
            default: the value to return when the subscription has ended, instead of raising ``StopIteration``, which
                ``await asyncio.to_thread(...)`` and other futures cannot raise.

        Raises:
            TransportTimeout: no event came in time; the subscription stays open.
            StopIteration: the server completed the subscription, or the subscription was closed; the message says
                which. Not raised if *default* is given.
            TransportQueryError: the event has errors, and the subscription stays open; or the server ended the
                subscription with errors.
            SubscriptionOverflow: the buffer was full, and *overflow* is ``"raise"``.
            TransportProtocolError: the server violated the protocol; or the data of the event is null without an error,
                and the subscription stays open.
            TransportError: the connection was lost and not re-established.
            SubscriptionForked: the subscription was opened in another process, before a fork.
            TypeError: *timeout* is not a number; the subscription stays open.
            ValueError: *timeout* is negative; the subscription stays open.
        """
        seconds = check_seconds("timeout", timeout, zero=True)
        try:
            return self._take(seconds)
        except StopIteration:
            if isinstance(default, Unset):
                raise
            return default

    def map(self, function: Callable[[T_co], U], on_end: OnEnd | None = None) -> Subscription[U]:
        """Return a subscription that applies *function* to each event of this one.

        It replaces this one, of which only ``stats`` may still be used: closing or dropping the returned subscription
        ends the subscription on the server. Its iterator raises the exceptions of *function*, and can continue after
        them.

        Args:
            function: called in the consumer's thread with each event, except for events that ``on_reconnect`` returns.
            on_end: called once, in the thread that reaches the end or calls ``close()``: with the exception that ends
                the subscription, or None. It is not called if the subscription is dropped, because the garbage
                collector would call it at any moment, in any thread.
        """
        convert = self._convert
        mapped = Subscription(
            self._owner,
            self._source,
            lambda result: function(convert(result)),
            self._gap_handler,
            self._on_end if on_end is None else (*self._on_end, on_end),
        )
        self._finalizer.detach()
        return mapped

    def notify(self, function: Callable[[], object]) -> None:
        """Call *function* now, and whenever there may be something to take with ``next(0)``.

        Args:
            function: called in any thread; it must not wait or take a lock.
        """
        self._source.notify(function)

    def close(self) -> None:
        """End the subscription on the server; a loop that waits for an event in another thread ends.

        Returns when the message that stops the subscription was sent, within 1 s. Calling it again does nothing.
        """
        self._finish(None)

    def __enter__(self) -> Subscription[T_co]:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "A Subscription cannot be pickled, because it is bound to a socket of this process. Subscribe in the "
            "other process."
        )

    @property
    def protocol(self) -> str:
        """The protocol that carries the events.

        ``"graphql-transport-ws"``, ``"graphql-ws"``, ``"sse"``, ``"multipart"``, ``"appsync"``, ``"phoenix"`` or
        ``"local"``; ``"http"`` for a response of ``client.stream`` that does not come in parts. A custom transport
        sets its own ``protocol``, by default the name of its class.
        """
        return self._source.protocol

    @property
    def closed(self) -> bool:
        """Whether the subscription has ended, was closed, or its client was closed."""
        return not self._finalizer.alive or self._source.closed

    @property
    def stats(self) -> SubscriptionStats:
        """The counts of events so far, and whether the connection is lost."""
        return self._source.stats

    def __repr__(self) -> str:
        stats = self.stats
        state = "closed" if self.closed else "open" if stats.down_for is None else "reconnecting"
        return f"<Subscription {state} {stats}>"

    def _take(self, timeout: float | None) -> T_co:
        end = None if timeout is None else time.monotonic() + timeout
        if self._gap_handler is not None:
            return self._take_with_gaps(self._gap_handler, end, timeout)
        while isinstance(item := self._wait(end, timeout), Marker):
            if isinstance(item, End):
                self._end(item)
        return self._convert(item)

    def _take_with_gaps(self, gap_handler: GapHandler, end: float | None, timeout: float | None) -> T_co:
        self._source.check_process()  # a child process must not get the events of on_reconnect either
        while not gap_handler.missed:
            item = self._wait(end, timeout)
            if isinstance(item, End):
                self._end(item)
            elif isinstance(item, Marker):
                gap_handler.take(item)
            elif gap_handler.skips:
                self._source.discard()
            else:
                return self._convert(item)
        event: T_co = gap_handler.missed.popleft()
        return event

    def _wait(self, end: float | None, timeout: float | None) -> ExecutionResult | Marker:
        """Return the next entry of the buffer, waiting until *end*; *timeout* is the limit that the message names."""
        try:
            return self._get(None if end is None else max(0.0, end - time.monotonic()))
        except Empty:
            seconds = timeout or 0.0
            down_for = self._source.stats.down_for
            down = "" if down_for is None else f" Its connection was lost {Duration(down_for)} ago."
            raise TransportTimeout(
                f"No event came within {Duration(seconds)}; the subscription stays open.{down}",
                limit="timeout",
                seconds=seconds,
                sent=True,
            ) from None
        except BaseException as error:
            self._interrupted(error)
            raise

    def _interrupted(self, error: BaseException) -> None:
        """Close it, because a consumer that was interrupted, for example by Ctrl-C, does not request another event."""
        kind = type(error).__name__
        self._reason = f"{kind} closed the subscription while it waited for an event; subscribe again."
        self.close()

    def _finish(self, error: Exception | None) -> None:
        if self._finalizer.detach() is not None:
            self._source.close()
            for on_end in self._on_end:
                on_end(error)

    def _end(self, end: End) -> NoReturn:
        error, end.error = end.error, None
        if not self._reason:
            ending = "was closed" if self._source.closed else "has ended with an error" if error else "is complete"
            self._reason = f"The subscription {ending}."
        self._finish(error)
        if error is None:
            raise StopIteration(self._reason)
        try:
            raise cut(error) if isinstance(error, SyncGQLError) else error
        finally:
            del error


def _abandon(source: EventSource, owner: weakref.ref[object]) -> None:
    """End a dropped subscription; may run in any thread at any moment, so it takes no lock and never waits."""
    was_open = source.was_open and not source.is_inherited
    source.abandon()
    # Leaving a loop drops its subscription before the client is freed. Here both are freed at once, as parts of a
    # reference cycle, which cannot be intended.
    if was_open and owner() is None:
        warnings.warn(
            "A Client was dropped with an open subscription; close one of them.", ResourceWarning, stacklevel=2
        )
