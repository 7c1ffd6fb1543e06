"""Subscription: the events of one GraphQL subscription, as a plain loop."""

from __future__ import annotations

import os
import warnings
import weakref
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Generic, NamedTuple, NoReturn, TypeVar

from .checks import check_function, check_seconds
from .deadline import Deadline
from .exceptions import SyncGQLError, TransportTimeout
from .result import ExecutionResult
from .runtime.event_buffer import Empty, End, EventBuffer, Gap, Mark, Restart
from .runtime.loop_thread import CoroutineFunction
from .runtime.runtime import Runtime
from .tracebacks import cut
from .transport.base import Stream

__all__ = ["Subscription", "SubscriptionStats"]

T = TypeVar("T")

OnReconnect = Callable[[float], Iterable[Any] | Mapping[str, Any] | None]
"""What is called after a lost connection was made anew, with the seconds for which events are missing.

It is called in the consumer's thread, between two events. None goes on; a list of events has those delivered first, as
they are; a mapping of variables starts the subscription anew with these.
"""


def check_on_reconnect(on_reconnect: OnReconnect | None) -> OnReconnect | None:
    """Return the option *on_reconnect*.

    Raises:
        TypeError: it is no function of one parameter.
    """
    return None if on_reconnect is None else check_function("on_reconnect", on_reconnect, 1)


class SubscriptionStats(NamedTuple):
    """Counts of events since the subscription began: received = delivered + dropped + buffered.

    Attributes:
        received: events that came from the server.
        delivered: events that the consumer took.
        dropped: events that were dropped for want of room, or with the rest of the buffer at ``close()``.
        buffered: events that wait for the consumer.
        reconnects: how often the subscription was sent again after its connection was lost.
    """

    received: int
    delivered: int
    dropped: int
    buffered: int
    reconnects: int


class GapHandler:
    """What a consumer does about gaps: it asks ``on_reconnect`` and carries out the answer.

    Args:
        on_reconnect: what to ask.
        restart: starts the subscription anew with other variables; a ``Restart`` mark comes before their events.
    """

    __slots__ = ("_on_reconnect", "_restart", "missed", "skips")

    def __init__(self, on_reconnect: OnReconnect, restart: Callable[[Mapping[str, Any]], None]) -> None:
        self._on_reconnect = on_reconnect
        self._restart = restart
        self.missed: deque[Any] = deque()
        self.skips = False

    def take(self, mark: Mark) -> None:
        """React to a mark between two events; raises what the user's function raises."""
        if isinstance(mark, Restart):
            self.skips = False
        elif isinstance(mark, Gap) and not self.skips:
            self._ask(mark.seconds)

    def _ask(self, seconds: float) -> None:
        answer = self._on_reconnect(seconds)
        if answer is None:
            return
        if isinstance(answer, Mapping):
            self._restart(answer)
            self.skips = True
        elif isinstance(answer, Iterable) and not isinstance(answer, str | bytes):
            self.missed.extend(answer)
        else:
            raise TypeError(
                "on_reconnect must return None, a list of events or a mapping of variables, not "
                f"{type(answer).__name__}."
            )


class Subscription(Generic[T]):
    """An iterator over the events of a subscription; made by ``Client.subscribe``.

    It is a context manager too, and ``contextlib.closing`` works. ``break`` out of a loop over it, and dropping the
    last reference, end the subscription on the server as ``close()`` does; so does Ctrl-C while it waits. One thread
    consumes it at a time; ``close()`` may be called from any. It keeps its client alive.
    """

    def __init__(
        self,
        owner: object,
        runtime: Runtime[Any],
        stream: Stream,
        buffer: EventBuffer[ExecutionResult],
        convert: Callable[[ExecutionResult], T],
        gap_handler: GapHandler | None = None,
    ) -> None:
        # Kept, so that "for event in Client(url).subscribe(...)" does not lose its client.
        self._owner = owner
        self._runtime = runtime
        self._stream = stream
        self._buffer = buffer
        self._convert = convert
        self._gap_handler = gap_handler
        # The newest callback of a reference is called first: this one before the client's finalizer, which ends every
        # buffer. See _abandon.
        open_when_lost: list[bool] = []
        lost = weakref.ref(owner, lambda _: open_when_lost.append(not buffer.finished))
        self._finalizer = weakref.finalize(self, _abandon, runtime, buffer, stream.close, lost, open_when_lost)
        # At exit the runtime closes what is open.
        self._finalizer.atexit = False

    def __iter__(self) -> Subscription[T]:
        self._buffer.check_process()
        return self

    def __next__(self) -> T:
        """Wait for the next event.

        Raises:
            StopIteration: the server completed the subscription, or it was closed.
            TransportQueryError: the event has errors (the subscription goes on), or the server ended it with errors.
            TransportError: the subscription was lost.
            SubscriptionForked: it was opened in another process.
        """
        # What _take(None) does, in one function, because it is called for every event.
        if self._gap_handler is not None:
            return self._take(None)
        try:
            item = self._buffer.get()
        except BaseException:
            self.close()
            raise
        if isinstance(item, Mark):
            self._look_for_end(item)
            return self._take(None)
        return self._convert(item)

    def next(self, timeout: float | None = None) -> T:
        """Wait for the next event at most *timeout* seconds; None waits for ever.

        Raises:
            TransportTimeout: none came in time; the subscription goes on.
            StopIteration: as ``__next__``, and so for everything else.
            TypeError: *timeout* is not a number; as for ``ValueError``, which a negative one raises, the subscription
                goes on.
        """
        return self._take(check_seconds("timeout", timeout, zero=True))

    def close(self) -> None:
        """End the subscription on the server; a thread that waits for an event gets a clean end.

        Returns once the stop is handed to the wire, within 1 s. Does nothing the second time.
        """
        if self._finalizer.detach() is not None and self._runtime.pid == os.getpid():
            self._runtime.end(self._buffer, self._stream.close)

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
        return not self._finalizer.alive or self._buffer.closed

    @property
    def stats(self) -> SubscriptionStats:
        """Counts of events until now."""
        return SubscriptionStats(*self._buffer.counts, self._buffer.reconnects)

    def __repr__(self) -> str:
        return f"<Subscription {'closed' if self.closed else 'open'} {self.stats}>"

    def _take(self, timeout: float | None) -> T:
        if self._gap_handler is not None:
            return self._take_with_gaps(self._gap_handler, timeout)
        while isinstance(item := self._wait(timeout), Mark):
            self._look_for_end(item)
        return self._convert(item)

    def _take_with_gaps(self, gap_handler: GapHandler, timeout: float | None) -> T:
        self._buffer.check_process()  # what on_reconnect gave is not for a child either
        deadline = Deadline(timeout)
        while not gap_handler.missed:
            left = deadline.left()
            item = self._wait(None if left is None else max(0.0, left), timeout)
            if isinstance(item, Mark):
                self._look_for_end(item)
                gap_handler.take(item)
            elif gap_handler.skips:
                self._buffer.discard()
            else:
                return self._convert(item)
        event: T = gap_handler.missed.popleft()
        return event

    def _wait(self, seconds: float | None, timeout: float | None = None) -> ExecutionResult | Mark:
        try:
            return self._buffer.get(seconds)
        except Empty:
            limit = seconds if timeout is None else timeout
            raise TransportTimeout(
                f"No event came within {limit:g} s; the subscription goes on.",
                limit="timeout",
                seconds=limit or 0.0,
                sent=True,
            ) from None
        except BaseException:
            # Ctrl-C or the like: nobody will come back for the next event.
            self.close()
            raise

    def _look_for_end(self, mark: Mark) -> None:
        if isinstance(mark, End):
            self._end(mark)

    def _end(self, end: End) -> NoReturn:
        self.close()
        error, end.error = end.error, None
        if error is None:
            raise StopIteration
        try:
            raise cut(error) if isinstance(error, SyncGQLError) else error
        finally:
            del error


def _abandon(
    runtime: Runtime[Any],
    buffer: EventBuffer[Any],
    close: CoroutineFunction,
    owner: weakref.ref[object],
    open_when_lost: list[bool],
) -> None:
    """End a dropped subscription; may run in any thread at any moment, so it takes no lock and never waits."""
    was_open = runtime.pid == os.getpid() and (open_when_lost or [not buffer.finished])[0]
    runtime.abandon(buffer, close)
    # A loop that was left drops its subscription before that lets go of the client. Here both are lost at once, in some
    # cycle, which nobody can have meant to be the end of it.
    if was_open and owner() is None:
        warnings.warn(
            "A Client was dropped with an open subscription; close one of them.", ResourceWarning, stacklevel=2
        )
