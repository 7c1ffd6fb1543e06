"""The counts of ``Client.stats`` as metrics, with the real SDK."""

from __future__ import annotations

from syncgql import Client

from ...fix_servers import Server
from .conftest import Telemetry

NAME = "syncgql.client.name"
CONNECTION = "http.connection.state"


def test_the_state_of_a_client_is_observed(telemetry: Telemetry, strawberry_server: Server) -> None:
    """It is observed as long as the client exists."""
    client = Client(strawberry_server.url)
    telemetry.middleware().observe(client, "library")
    client.execute("{ hello }")
    events = client.subscribe("subscription { count }")
    next(events)
    named = {NAME: "library"}
    assert telemetry.metric("syncgql.client.subscriptions") == [(named, 1)]
    assert sorted(telemetry.metric("syncgql.client.connections"), key=str) == [
        ({**named, CONNECTION: "active"}, 1),
        ({**named, CONNECTION: "idle"}, 1),
    ]
    assert {each["syncgql.call.state"]: value for each, value in telemetry.metric("syncgql.client.calls")} == {
        "active": 0,
        "waiting": 0,
        "delayed": 0,
    }
    ((_, buffered),) = telemetry.metric("syncgql.client.subscriptions.buffered")
    assert buffered >= 0
    ((_, held),) = telemetry.metric("syncgql.client.max_loop_lag")
    assert held >= 0
    events.close()
    client.close()
    del events, client
    assert telemetry.metric("syncgql.client.subscriptions") == []


def test_another_client_of_the_same_name(telemetry: Telemetry, strawberry_server: Server) -> None:
    """It takes the place of the first one."""
    middleware = telemetry.middleware()
    with Client(strawberry_server.url) as first, Client(strawberry_server.url) as second:
        middleware.observe(first, "library")
        middleware.observe(second, "library")
        with first.subscribe("subscription { count }"):
            assert telemetry.metric("syncgql.client.subscriptions") == [({NAME: "library"}, 0)]
