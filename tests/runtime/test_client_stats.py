"""The counts of what a client is doing, against a real server."""

from __future__ import annotations

import time
from collections.abc import Callable

from syncgql import Client, ClientStats, RequestsHTTPTransport

from ..fix_servers import PATIENCE, Server


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_calls_are_counted(strawberry_server: Server) -> None:
    """Also those that wait for a connection."""
    with Client(strawberry_server.url, pool_size=1) as client:
        assert client.stats == ClientStats()
        futures = [client.submit("{ sleep(seconds: 60) }", timeout=None) for _ in range(3)]
        strawberry_server.wait_for("sleep_started")
        wait_until(lambda: client.stats.waiting == 2)
        assert client.stats == ClientStats(calls=3, waiting=2)
        for future in futures:
            future.cancel()
        wait_until(lambda: client.stats == ClientStats())


def test_subscriptions_and_their_events_are_counted(strawberry_server: Server) -> None:
    """Those that have ended are not."""
    with Client(strawberry_server.url) as client:
        blocked = client.subscribe("subscription { count }", buffer_size=4)
        dropping = client.subscribe("subscription { count }", buffer_size=4, overflow="drop_oldest")
        wait_until(lambda: client.stats.buffered == 8 and client.stats.dropped > 0)
        assert client.stats.subscriptions == 2
        dropping.close()
        wait_until(lambda: client.stats == ClientStats(subscriptions=1, buffered=4))
        blocked.close()
    assert client.stats == ClientStats()


def test_a_blocking_transport_is_not_counted(strawberry_server: Server) -> None:
    """Its calls run in the calling thread."""
    with Client(transport=RequestsHTTPTransport(strawberry_server.url)) as client:
        client.execute("{ hello }")
        assert client.stats == ClientStats()
