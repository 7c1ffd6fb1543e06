"""The counts of what a client is doing, against a real server."""

from __future__ import annotations

import time
from collections.abc import Callable

from syncgql import Client, ClientStats, RateLimit, RequestsHTTPTransport, RetryPolicy

from ..fix_servers import PATIENCE, Server
from ..servers.wire import WireConnection, WireServer, answer

BUSY = 0.05  # seconds


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def counts(client: Client) -> ClientStats:
    """The counts, without the time, which depends on the machine."""
    return client.stats._replace(max_loop_lag=0.0)


def test_calls_are_counted(strawberry_server: Server) -> None:
    """Calls that wait for a connection are counted, too."""
    with Client(strawberry_server.url, pool_size=1) as client:
        assert client.stats == ClientStats()
        futures = [client.submit("{ sleep(seconds: 60) }", timeout=None) for _ in range(3)]
        strawberry_server.wait_for("sleep_started")
        wait_until(lambda: client.stats.waiting == 2)
        assert counts(client) == ClientStats(calls=3, waiting=2, connections=1)
        for future in futures:
            future.cancel()
        wait_until(lambda: counts(client) == ClientStats())


def test_subscriptions_and_their_events_are_counted(strawberry_server: Server) -> None:
    """Ended subscriptions are not counted. Each subscription here has its own connection."""
    with Client(strawberry_server.url) as client:
        blocked = client.subscribe("subscription { count }", buffer_size=4)
        dropping = client.subscribe("subscription { count }", buffer_size=4, overflow="drop_oldest")
        wait_until(lambda: client.stats.buffered == 8 and client.stats.dropped > 0)
        assert client.stats.subscriptions == 2
        assert client.stats.connections == 2
        dropping.close()
        wait_until(lambda: client.stats.subscriptions == 1 and client.stats.buffered == 4)
        blocked.close()
    assert counts(client) == ClientStats()


def test_connections_are_counted(strawberry_server: Server) -> None:
    """After a response, a connection is idle in the pool; a WebSocket is never idle. Closing closes all."""
    with Client(strawberry_server.url) as client:
        client.execute("{ hello }")
        wait_until(lambda: counts(client) == ClientStats(connections=1, idle=1))
        with client.subscribe("subscription { count }", overflow="drop_oldest") as events:
            next(events)
            assert (client.stats.connections, client.stats.idle) == (2, 1)
    assert counts(client) == ClientStats()


def test_connections_of_a_custom_session_are_counted(strawberry_server: Server) -> None:
    """Its connector is the default one of aiohttp."""
    import aiohttp

    with Client(strawberry_server.url, session=aiohttp.ClientSession) as client:
        client.execute("{ hello }")
        wait_until(lambda: counts(client) == ClientStats(connections=1, idle=1))


def test_retries_are_counted() -> None:
    """The count remains after the call has ended."""
    down = [answer(b"down", status="503 Service Unavailable", content_type="text/plain")] * 2

    def fail_twice(connection: WireConnection) -> None:
        while connection.read_request() is not None:
            connection.send(down.pop() if down else answer())

    with WireServer(fail_twice) as server, Client(server.url, retry=RetryPolicy(base=0)) as client:
        client.execute("{ ok }")
        assert client.stats.retries == 2


def test_delayed_calls_are_counted(strawberry_server: Server) -> None:
    """Calls that wait for a rate limit count as delayed, not as calls in progress."""
    with Client(strawberry_server.url, rate_limit=RateLimit(1, per=3600), timeout=None) as client:
        client.execute("{ hello }")
        client.submit("{ hello }")
        wait_until(lambda: client.stats.delayed == 1)
        assert client.stats.calls == 0


def test_the_lag_of_the_loop_is_measured(strawberry_server: Server) -> None:
    """The measurement begins with the first access. Here the user's decoder of events blocks the loop thread."""

    def slow(text: str) -> object:
        import json

        time.sleep(BUSY)
        return json.loads(text)

    with Client(strawberry_server.url, json_deserialize=slow) as client:
        assert client.stats.max_loop_lag == 0  # the loop thread does not run yet
        client.execute("{ hello }")
        assert client.stats.max_loop_lag >= 0  # starts to measure
        assert list(client.subscribe("subscription { count(to: 1) }")) == [{"count": 1}]
        wait_until(lambda: client.stats.max_loop_lag >= BUSY)


def test_a_blocking_transport_is_not_counted(strawberry_server: Server) -> None:
    """Its calls run in the calling thread."""
    with Client(transport=RequestsHTTPTransport(strawberry_server.url)) as client:
        client.execute("{ hello }")
        assert client.stats == ClientStats()
