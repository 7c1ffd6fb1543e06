"""ClientMetrics: exports the counts of ``Client.stats`` as metrics."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator

from opentelemetry.metrics import CallbackOptions, Meter, Observation

from ... import Client, ClientStats

STATE = "syncgql.call.state"
CONNECTION_STATE = "http.connection.state"
"""The attribute for the state of a connection in OpenTelemetry's conventions: ``active`` or ``idle``."""


class ClientMetrics:
    """The metrics of the clients that were added. ``Client.stats`` is read when metrics are collected.

    Args:
        meter: creates the instruments.
    """

    def __init__(self, meter: Meter) -> None:
        # The thread that collects metrics reads this; each operation on a dict is atomic.
        self._clients: dict[str, weakref.ref[Client]] = {}
        for name, unit, description, observe in (
            ("calls", "{call}", "Number of calls in progress or waiting.", _calls),
            ("connections", "{connection}", "Number of open connections.", _connections),
            ("subscriptions", "{subscription}", "Number of open subscriptions.", _subscriptions),
            ("subscriptions.buffered", "{event}", "Number of events that are waiting for their consumers.", _buffered),
        ):
            meter.create_observable_up_down_counter(
                f"syncgql.client.{name}", [self._callback(observe)], unit, description
            )
        meter.create_observable_gauge(
            "syncgql.client.max_loop_lag",
            [self._callback(_max_loop_lag)],
            "s",
            "Longest time for which the loop thread was busy.",
        )

    def add(self, client: Client, name: str) -> None:
        """Observe a client until it is freed. It replaces another client of the same name."""
        self._clients[name] = weakref.ref(client)

    def _callback(self, observe: Observe) -> Callable[[CallbackOptions], Iterator[Observation]]:
        def callback(options: CallbackOptions) -> Iterator[Observation]:
            for name, reference in list(self._clients.items()):
                client = reference()
                if client is not None:
                    for value, attributes in observe(client.stats):
                        yield Observation(value, {"syncgql.client.name": name, **attributes})

        return callback


Observations = list[tuple[float, dict[str, str]]]
Observe = Callable[[ClientStats], Observations]


def _calls(stats: ClientStats) -> Observations:
    return [
        (stats.calls - stats.waiting, {STATE: "active"}),
        (stats.waiting, {STATE: "waiting"}),
        (stats.delayed, {STATE: "delayed"}),
    ]


def _connections(stats: ClientStats) -> Observations:
    return [
        (stats.connections - stats.idle, {CONNECTION_STATE: "active"}),
        (stats.idle, {CONNECTION_STATE: "idle"}),
    ]


def _subscriptions(stats: ClientStats) -> Observations:
    return [(stats.subscriptions, {})]


def _buffered(stats: ClientStats) -> Observations:
    return [(stats.buffered, {})]


def _max_loop_lag(stats: ClientStats) -> Observations:
    return [(stats.max_loop_lag, {})]
