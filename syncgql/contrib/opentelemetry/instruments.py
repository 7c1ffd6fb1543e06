"""Instruments: the metrics of the middleware."""

from __future__ import annotations

from opentelemetry.metrics import Meter

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10)
"""The buckets of durations, as recommended by the conventions for ``http.client.request.duration``."""

EVENTS = (0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
"""The buckets of the number of events in a buffer, whose default size is 1,024."""


ATTEMPTS = (0, 1, 2, 3, 5, 10)
"""The buckets of the number of attempts."""


class Instruments:
    """The metrics of calls and subscriptions.

    Args:
        meter: creates the instruments.

    Attributes:
        duration: the duration of calls in seconds, including retries.
        attempts: the number of times that the operation of a call was sent.
        rate_limit_wait: the time in seconds that attempts waited for the client's rate limit.
        active: the calls in progress.
        retries: the retries.
        events: the events that consumers took.
        buffered: the events that waited for the consumer when it took one.
        dropped: the events that were dropped because the buffer was full.
        reconnects: the subscriptions that were sent again after their connection was lost.
    """

    def __init__(self, meter: Meter) -> None:
        self.duration = meter.create_histogram(
            "syncgql.client.operation.duration",
            "s",
            "Duration of calls, including retries.",
            explicit_bucket_boundaries_advisory=SECONDS,
        )
        self.attempts = meter.create_histogram(
            "syncgql.client.operation.attempts",
            "{attempt}",
            "Number of times that the operation of a call was sent.",
            explicit_bucket_boundaries_advisory=ATTEMPTS,
        )
        self.rate_limit_wait = meter.create_histogram(
            "syncgql.client.rate_limit.wait",
            "s",
            "Time that attempts waited for the client's rate limit.",
            explicit_bucket_boundaries_advisory=SECONDS,
        )
        self.active = meter.create_up_down_counter(
            "syncgql.client.active_operations", "{operation}", "Number of calls in progress."
        )
        self.retries = meter.create_counter("syncgql.client.retries", "{retry}", "Number of retries.")
        self.events = meter.create_counter(
            "syncgql.client.subscription.events", "{event}", "Number of events that consumers took."
        )
        self.buffered = meter.create_histogram(
            "syncgql.client.subscription.buffered",
            "{event}",
            "Number of events in the buffer when the consumer took one.",
            explicit_bucket_boundaries_advisory=EVENTS,
        )
        self.dropped = meter.create_counter(
            "syncgql.client.subscription.dropped",
            "{event}",
            "Number of events that were dropped because the buffer was full.",
        )
        self.reconnects = meter.create_counter(
            "syncgql.client.subscription.reconnects",
            "{reconnect}",
            "Number of subscriptions that were sent again after a lost connection.",
        )
