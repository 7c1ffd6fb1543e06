"""SubscriptionSpans: the spans of open subscriptions. EventWatch: records the events of one of them."""

from __future__ import annotations

import atexit
import os
import time
import weakref
from collections import deque
from collections.abc import Mapping
from typing import Any

from opentelemetry.trace import Span

from ... import ExecutionResult, Subscription
from .attributes import graphql_error_type
from .call import Call
from .instruments import Instruments


class SubscriptionSpans:
    """The spans of the open subscriptions of one middleware; each lasts as long as its subscription.

    The span of a dropped subscription cannot end in its finalizer, which the garbage collector may run while its thread
    holds a lock of the span's exporter. So the finalizer only records the time, and the span is ended by the next call
    of the middleware, or at exit like the spans of subscriptions that are still open.
    """

    def __init__(self) -> None:
        self._open: dict[int, Span] = {}
        self._dropped: deque[tuple[Span, int]] = deque()
        self._pid = 0

    def add(self, span: Span, watch: EventWatch) -> None:
        """Keep the span of a subscription until the subscription ends or its watch is freed."""
        if self._pid != os.getpid():
            self._open.clear()  # after a fork, these spans belong to the parent
            self._dropped.clear()
            self._pid = os.getpid()
            # Exit hooks run in reverse order, so this one, registered later than the providers' hooks, runs before
            # them.
            atexit.register(_end_all, weakref.ref(self))
        self._open[id(span)] = span
        weakref.finalize(watch, _note, self._dropped, span).atexit = False

    def end(self, span: Span, end_time: int | None = None) -> None:
        """End a span; ending it again does nothing."""
        if self._open.pop(id(span), None) is not None:  # atomic
            span.end(end_time)

    def end_dropped(self) -> None:
        """End the spans of dropped subscriptions."""
        while self._dropped:
            try:
                span, end_time = self._dropped.popleft()
            except IndexError:  # another thread took it
                return
            self.end(span, end_time)

    def end_all(self) -> None:
        """End all spans, at exit."""
        if self._pid == os.getpid():
            self.end_dropped()
            for span in list(self._open.values()):
                self.end(span)


def _note(dropped: deque[tuple[Span, int]], span: Span) -> None:
    dropped.append((span, time.time_ns()))


def _end_all(spans: weakref.ref[SubscriptionSpans]) -> None:
    found = spans()
    if found is not None:
        found.end_all()


class EventWatch:
    """Records the events of a subscription, in the thread that consumes them.

    Args:
        call: the start of the subscription, with its span.
        subscription: the subscription, whose counts are recorded.
        instruments: the metrics.
        spans: the spans of open subscriptions, to which the span of the call is added.
    """

    def __init__(
        self, call: Call, subscription: Subscription[Any], instruments: Instruments, spans: SubscriptionSpans
    ) -> None:
        self._call = call
        self._subscription = subscription
        self._instruments = instruments
        self._spans = spans
        self._seen = subscription.stats
        spans.add(call.span, self)

    def event(self, result: ExecutionResult) -> ExecutionResult:
        """Record an event and return it unchanged."""
        if result.errors:
            self._call.received(result)
        outcome = {"error.type": graphql_error_type(result.errors[0])} if result.errors else {}
        self._instruments.events.add(1, {**self._attributes, **outcome})
        self._instruments.buffered.record(self._subscription.stats.buffered, self._attributes)
        self._note_changes()
        return result

    def ended(self, error: Exception | None) -> None:
        """Record the end, with the exception that ended the subscription."""
        self._note_changes()
        self._call.span.set_attribute("syncgql.subscription.events", self._seen.delivered)
        if error is not None:
            self._call.failed(error)
        self._spans.end(self._call.span)

    @property
    def _attributes(self) -> Mapping[str, str | int]:
        return self._call.attributes

    def _note_changes(self) -> None:
        stats, seen, span, attributes = self._subscription.stats, self._seen, self._call.span, self._attributes
        self._seen = stats
        if stats.dropped != seen.dropped:
            self._instruments.dropped.add(stats.dropped - seen.dropped, attributes)
            span.add_event("overflow", {"syncgql.subscription.dropped": stats.dropped - seen.dropped})
        if stats.reconnects != seen.reconnects:
            self._instruments.reconnects.add(stats.reconnects - seen.reconnects, attributes)
            gap = stats.missing_seconds - seen.missing_seconds
            span.add_event("reconnect", {"syncgql.subscription.missing_seconds": gap})
