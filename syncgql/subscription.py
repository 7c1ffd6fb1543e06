"""Subscription: the events of one GraphQL subscription, as a plain loop."""

from __future__ import annotations

import os
import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, NoReturn, TypeVar

from .exceptions import SubscriptionForked, TransportTimeout
from .result import ExecutionResult
from .runtime.channel import Channel, Empty, End
from .runtime.process import Runtime
from .transport.base import Stream

if TYPE_CHECKING:
    from .client import Client

__all__ = ["Subscription", "SubscriptionStats"]

T = TypeVar("T")


class SubscriptionStats(NamedTuple):
    """Counts of events since the subscription began: received = delivered + dropped + buffered.

    Attributes:
        received: events that came from the server.
        delivered: events that the consumer took.
        dropped: events that were dropped for want of room, or with the rest of the buffer at ``close()``.
        buffered: events that wait for the consumer.
    """

    received: int
    delivered: int
    dropped: int
    buffered: int


class Subscription(Generic[T]):
    """An iterator over the events of a subscription; made by ``Client.subscribe``.

    It is a context manager too, and ``contextlib.closing`` works. ``break`` out of a loop over it, and dropping the
    last reference, end the subscription on the server as ``close()`` does; so does Ctrl-C while it waits. One thread
    consumes it at a time; ``close()`` may be called from any. It keeps its client alive.
    """

    def __init__(
        self,
        client: Client,
        runtime: Runtime[Any],
        stream: Stream,
        channel: Channel[ExecutionResult],
        convert: Callable[[ExecutionResult], T],
    ) -> None:
        # Kept, so that "for event in Client(url).subscribe(...)" does not lose its client.
        self._client = client
        self._runtime = runtime
        self._stream = stream
        self._channel = channel
        self._convert = convert
        self._finalizer = weakref.finalize(self, runtime.abandon, channel, stream.close)
        # At exit the runtime closes what is open.
        self._finalizer.atexit = False

    def __iter__(self) -> Subscription[T]:
        return self

    def __next__(self) -> T:
        """Wait for the next event.

        Raises:
            StopIteration: the server completed the subscription, or it was closed.
            TransportQueryError: the event has errors (the subscription goes on), or the server ended it with errors.
            TransportError: the subscription was lost.
            SubscriptionForked: it was opened in another process.
        """
        return self._take(None)

    def next(self, timeout: float | None = None) -> T:
        """Wait for the next event at most *timeout* seconds; None waits for ever.

        Raises:
            TransportTimeout: none came in time; the subscription goes on.
            StopIteration: as ``__next__``, and so for everything else.
        """
        return self._take(timeout)

    def close(self) -> None:
        """End the subscription on the server; a thread that waits for an event gets a clean end.

        Returns once the stop is handed to the wire, within 1 s. Does nothing the second time.
        """
        if self._finalizer.detach() is not None and self._runtime.pid == os.getpid():
            self._runtime.end(self._channel, self._stream.close)

    def __enter__(self) -> Subscription[T]:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "A Subscription cannot be pickled: it is bound to a socket of this process. Subscribe anew there."
        )

    @property
    def closed(self) -> bool:
        """Whether it was closed, here or with its client, or is exhausted."""
        return not self._finalizer.alive or self._channel.closed

    @property
    def stats(self) -> SubscriptionStats:
        """Counts of events until now."""
        return SubscriptionStats(*self._channel.counts)

    def __repr__(self) -> str:
        return f"<Subscription {'closed' if self.closed else 'open'} {self.stats}>"

    def _take(self, timeout: float | None) -> T:
        if self._runtime.pid != os.getpid():
            raise SubscriptionForked(
                "This subscription was opened in another process, before a fork; subscribe anew in this one."
            )
        try:
            item = self._channel.get(timeout)
        except Empty:
            raise TransportTimeout(
                f"No event came within {timeout:g} s; the subscription goes on.",
                limit="timeout",
                seconds=timeout or 0.0,
            ) from None
        except BaseException:
            # Ctrl-C or the like: nobody will come back for the next event.
            self.close()
            raise
        if isinstance(item, End):
            self._end(item)
        return self._convert(item)

    def _end(self, end: End) -> NoReturn:
        self.close()
        error, end.error = end.error, None
        if error is None:
            raise StopIteration
        try:
            raise error
        finally:
            del error
