"""Dispatchers: the transports that operations of each kind are sent with."""

from __future__ import annotations

import pytest

from syncgql import AIOHTTPTransport, Client, TransportError, TransportQueryError

from ..fix_servers import Server


def test_everything_over_a_websocket(any_server: Server) -> None:
    """A ws:// URL sends queries, mutations and subscriptions over WebSocket."""
    with Client(any_server.ws_url) as client:
        assert client.execute("{ hello }") == {"hello": "Hello world!"}
        with pytest.raises(TransportQueryError):
            client.execute("{ fail }")
        assert [event["count"] for event in client.subscribe("subscription { count(to: 2) }")] == [1, 2]


def test_subscriptions_may_have_another_endpoint(strawberry_server: Server, ariadne_server: Server) -> None:
    """subscriptions= is another endpoint, here another server."""
    with Client(strawberry_server.url, subscriptions=ariadne_server.ws_url) as client:
        assert list(client.subscribe("subscription { count(to: 1) }")) == [{"count": 1}]
        assert client.execute("{ hello }") == {"hello": "Hello world!"}
        assert strawberry_server.seen("ws_connect") == []


def test_a_transport_may_be_given(strawberry_server: Server) -> None:
    """A client works with a user's transport; this server runs a subscription over plain HTTP as a query."""
    with Client(transport=AIOHTTPTransport(strawberry_server.url)) as client:
        assert client.execute("{ hello }") == {"hello": "Hello world!"}
        with pytest.raises(TransportError, match="Cannot return null"):
            next(client.subscribe("subscription { count(to: 1) }"))
