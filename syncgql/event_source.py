"""EventSource: the interface through which a subscription receives its events, in any thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from .request import GraphQLRequest
from .result import ExecutionResult
from .runtime.event_buffer import SubscriptionStats
from .runtime.event_markers import Marker


class EventSource(Protocol):
    """A bounded queue of events, and the stream that fills it.

    Attributes:
        get: returns the next event or marker, waiting for at most the given seconds; None for no limit. It raises
            ``Empty`` if none arrived in time, and ``SubscriptionForked`` in another process. It is an attribute because
            it is called for every event.
    """

    get: Callable[[float | None], ExecutionResult | Marker]

    @property
    def closed(self) -> bool:
        """Whether the events were discarded, because the subscription or its client was closed."""

    @property
    def was_open(self) -> bool:
        """Whether events are accepted, or were accepted until the client was garbage-collected."""

    @property
    def stats(self) -> SubscriptionStats:
        """The counts of the events so far."""

    @property
    def protocol(self) -> str:
        """The name of the protocol that carries the events."""

    @property
    def is_inherited(self) -> bool:
        """Whether it was opened in another process, before a fork."""

    def check_process(self) -> None:
        """Raise ``SubscriptionForked`` if it was opened in another process."""

    def notify(self, function: Callable[[], object]) -> None:
        """Call *function* now and whenever events arrive or the stream ends, in any thread; it must not block."""

    def discard(self) -> None:
        """Count the event that was taken last as dropped."""

    def resubscribe(self, request: GraphQLRequest) -> None:
        """Restart the subscription with another request, without waiting.

        Raises:
            TransportError: the transport does not reconnect.
        """

    def close(self) -> None:
        """End the subscription on the server; wait up to 1 s until the message that stops it was sent."""

    def abandon(self) -> None:
        """End the subscription without waiting. Takes no lock, so that finalizers can call it."""
