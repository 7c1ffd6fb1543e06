"""EventSource: where the events of one subscription come from, for a consumer in any thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from .request import GraphQLRequest
from .result import ExecutionResult
from .runtime.event_buffer import SubscriptionStats
from .runtime.event_marks import Mark


class EventSource(Protocol):
    """A bounded queue of events, and the stream that fills it.

    Attributes:
        get: returns the next event or mark, waiting for at most the given seconds; None for no limit. It raises
            ``Empty`` if none came in time and ``SubscriptionForked`` in another process. An attribute, because it is
            called for every event.
    """

    get: Callable[[float | None], ExecutionResult | Mark]

    @property
    def closed(self) -> bool:
        """Whether the events were discarded: the subscription was closed, here or with its client."""

    @property
    def was_open(self) -> bool:
        """Whether events are accepted, or were until the client was dropped."""

    @property
    def stats(self) -> SubscriptionStats:
        """What became of the events so far."""

    @property
    def protocol(self) -> str:
        """The name of the protocol that carries the events."""

    @property
    def is_inherited(self) -> bool:
        """Whether it was opened in another process, before a fork."""

    def check_process(self) -> None:
        """Raise ``SubscriptionForked`` in another process."""

    def discard(self) -> None:
        """Count the event that was taken last as dropped."""

    def resubscribe(self, request: GraphQLRequest) -> None:
        """Start the subscription again with another request, without waiting.

        Raises:
            TransportError: the transport does not reconnect.
        """

    def close(self) -> None:
        """End the subscription on the server; returns when the stop was sent, within 1 s."""

    def abandon(self) -> None:
        """End the subscription without waiting; for finalizers, so it takes no lock."""
