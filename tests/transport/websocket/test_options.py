"""WebSocketOptions: wrong values are refused when the transport is created."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from yarl import URL

from syncgql import AIOHTTPWebsocketsTransport


@pytest.mark.parametrize(
    ("options", "error", "match"),
    [
        ({"url": "http://127.0.0.1/graphql"}, ValueError, "ws:// or wss://"),
        ({"url": "/graphql"}, ValueError, "ws:// or wss://"),
        ({"url": 5}, TypeError, "url must be"),
        ({"subprotocols": "graphql-ws"}, TypeError, "subprotocols must be a collection"),
        ({"subprotocols": []}, ValueError, "subprotocols is empty"),
        (
            {"subprotocols": ["mqtt"]},
            ValueError,
            "'mqtt', which is not supported; supported are graphql-transport-ws, graphql-ws",
        ),
        ({"headers": ["a"]}, TypeError, "headers"),
        ({"headers": {"X": "a\r\nb"}}, ValueError, "line break"),
        ({"auth": ["ada", "secret"]}, TypeError, "auth must be"),
        ({"proxy_auth": ("ada", "secret")}, TypeError, "pass proxy= as well"),
        ({"proxy": "http://127.0.0.1", "proxy_auth": "secret"}, TypeError, "proxy_auth must be"),
        ({"init_payload": "token"}, TypeError, "init_payload"),
        ({"connect_timeout": 0}, ValueError, "connect_timeout must be more than 0"),
        ({"ack_timeout": "10"}, TypeError, "ack_timeout must be a number"),
        ({"keep_alive_timeout": -1}, ValueError, "keep_alive_timeout must be more than 0"),
        ({"ping_interval": True}, TypeError, "ping_interval must be a number"),
        ({"heartbeat": float("nan")}, ValueError, "heartbeat must be more than 0"),
        ({"max_message_size": -1}, ValueError, "max_message_size must be 0"),
        ({"max_message_size": 1.5}, TypeError, "max_message_size must be a whole number of bytes"),
    ],
)
def test_wrong_arguments(options: dict[str, Any], error: type[Exception], match: str) -> None:
    """Wrong arguments are refused immediately, by name, and secrets in them are not shown."""
    with pytest.raises(error, match=match) as caught:
        AIOHTTPWebsocketsTransport(**{"url": "ws://127.0.0.1/graphql", **options})
    assert "secret" not in str(caught.value)


def test_no_limit() -> None:
    """None means no limit, for every limit; and a yarl URL is accepted."""
    limits = [name for name in inspect.signature(AIOHTTPWebsocketsTransport).parameters if name.endswith("timeout")]
    transport = AIOHTTPWebsocketsTransport(URL("ws://127.0.0.1/graphql"), **dict.fromkeys(limits))  # type: ignore[arg-type]
    assert transport.url == "ws://127.0.0.1/graphql"
