"""``Client.ping()``: against real servers, and what it raises."""

from __future__ import annotations

import time

import pytest

from syncgql import Client, TransportConnectionFailed, TransportQueryError, TransportTimeout

from ..fix_servers import Server
from ..servers.wire import WireServer, always, answer


def test_ping_returns_the_seconds_of_a_round_trip(any_server: Server) -> None:
    """The time is at most that of the call, over HTTP and over a WebSocket."""
    for url in (any_server.url, any_server.ws_url):
        with Client(url) as client:
            started = time.perf_counter()
            seconds = client.ping()
            assert 0 < seconds <= time.perf_counter() - started


def test_ping_sends_the_smallest_query() -> None:
    """Every GraphQL server supports it, whatever its schema."""
    with WireServer(always(answer(b'{"data": {"__typename": "Query"}}'))) as server, Client(server.url) as client:
        client.ping()
    assert server.requests[0].body == b'{"query":"{ __typename }"}'


def test_ping_raises_if_the_server_does_not_respond(strawberry_server: Server) -> None:
    """A server that is down or too slow is an exception, and so are GraphQL errors."""
    with pytest.raises(TransportConnectionFailed), Client("http://127.0.0.1:1/graphql") as client:
        client.ping()
    with pytest.raises(TransportTimeout), Client(strawberry_server.url) as client:
        client.ping(timeout=1e-6)
    canned = strawberry_server.canned('{"errors": [{"message": "Maintenance"}]}')
    with pytest.raises(TransportQueryError, match="Maintenance"), Client(canned) as client:
        client.ping()
