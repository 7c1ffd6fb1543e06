"""The limit of a call: ``timeout=``, or gql's ``execute_timeout=``."""

from __future__ import annotations

import socket
from typing import Any

import aiohttp
import pytest

from syncgql import Client, EventStreamTransport, LocalSchemaTransport, RequestsHTTPTransport, TransportTimeout

from ..servers.strawberry_server import schema

SLEEP = "{ sleep(seconds: 60) }"
WAYS: dict[str, Any] = {
    "http": lambda server: {"url": server.url},
    "websocket": lambda server: {"url": server.ws_url},
    "requests": lambda server: {"transport": RequestsHTTPTransport(server.url)},
    "local": lambda server: {"transport": LocalSchemaTransport(schema)},
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", ["timeout", "execute_timeout"])
def test_it_is_the_limit_of_a_call(name: str, way: str, strawberry_server: Any) -> None:
    """It applies with every transport; the error names the option that was given."""
    options: dict[str, Any] = {**WAYS[way](strawberry_server), name: 0.3}
    with Client(**options) as client:
        with pytest.raises(TransportTimeout, match=rf"^{name} expired after 0\.3 s; ") as caught:
            client.execute(SLEEP)
        assert (caught.value.limit, caught.value.seconds) == (name, 0.3)


def test_two_limits_are_refused() -> None:
    """They are two names for one option."""
    with pytest.raises(TypeError, match="two names for the limit of a call; pass only one"):
        Client("http://127.0.0.1/", timeout=3, execute_timeout=3)
    with pytest.raises(TypeError, match="two names"):
        Client("http://127.0.0.1/", timeout=None, execute_timeout=3)


def test_aiohttps_limits_are_below_that_of_the_call(strawberry_server: Any) -> None:
    """A ``ClientTimeout`` is for aiohttp; the limit of the call still applies, and ``execute_timeout`` sets it."""
    limits = aiohttp.ClientTimeout(total=60, sock_read=0.3)
    client = Client(strawberry_server.url, timeout=limits)
    with client, pytest.raises(TransportTimeout, match="sock_read expired"):
        client.execute(SLEEP)
    client = Client(strawberry_server.url, timeout=aiohttp.ClientTimeout(), execute_timeout=0.3)
    with client, pytest.raises(TransportTimeout, match="execute_timeout expired"):
        client.execute(SLEEP)


def test_none_means_no_limit() -> None:
    """10 seconds apply to clients without the option only."""
    assert Client("http://127.0.0.1/", timeout=None)._pipeline._limit.seconds is None
    assert Client("http://127.0.0.1/", timeout=30)._pipeline._limit.seconds == 30
    assert Client("http://127.0.0.1/")._pipeline._limit.seconds == 10


@pytest.mark.parametrize("is_transport", [False, True])
def test_the_message_names_where_subscriptions_go(is_transport: bool) -> None:
    """The error of an unanswered subscription names the URL for subscriptions, not the one for queries."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/events"
        subscriptions = EventStreamTransport(url) if is_transport else url
        with (
            Client("http://api.example.com/graphql", subscriptions=subscriptions, timeout=0.2) as client,
            pytest.raises(TransportTimeout) as info,
        ):
            client.subscribe("subscription { n }")
    assert "api.example.com" not in str(info.value)
    assert ("EventStreamTransport" if is_transport else "/events") in str(info.value)
