"""The values of ``Client(subscription_protocol=...)``, checked when the client is made."""

from __future__ import annotations

from typing import Any

import pytest

from syncgql import AIOHTTPWebsocketsTransport, Client
from syncgql.transport.selection.subscription_protocols import NAMES, check_protocols, protocols_for

HTTP = "http://127.0.0.1:9/graphql"
WS = "ws://127.0.0.1:9/graphql"


def test_auto() -> None:
    """WebSocket, then SSE, then multipart; at a ws URL WebSocket only."""
    assert check_protocols("auto") == ()
    assert protocols_for((), HTTP, "url") == ("graphql-transport-ws", "graphql-ws", "sse", "multipart") == NAMES
    assert protocols_for((), WS, "url") == ("graphql-transport-ws", "graphql-ws")


@pytest.mark.parametrize("names", [*NAMES, ["multipart", "graphql-ws"], ("sse", "multipart")])
def test_names_and_lists(names: Any) -> None:
    """Every name and every order is accepted for an http URL."""
    expected = (names,) if isinstance(names, str) else tuple(names)
    assert protocols_for(check_protocols(names), HTTP, "url") == expected
    Client(HTTP, subscription_protocol=names)


@pytest.mark.parametrize(
    ("option", "kind", "message"),
    [
        ("websocket", ValueError, "has 'websocket', which is not one of 'graphql-transport-ws', 'graphql-ws', 'sse', "),
        (["sse", "SSE"], ValueError, "has 'SSE', which is not one of"),
        (["auto", "sse"], ValueError, "'auto' cannot be part of a list"),
        ([], ValueError, "is empty; use 'auto'"),
        (["sse", "sse"], ValueError, "contains a protocol twice: sse, sse"),
        (["sse", 1], ValueError, "has 1, which"),
        (None, TypeError, "must be 'auto', .*, not NoneType"),
        ({"sse"}, TypeError, "a list of these names, not set"),
    ],
)
def test_mistakes(option: Any, kind: type[Exception], message: str) -> None:
    """A wrong value is named when the client is made."""
    with pytest.raises(kind, match=f"^subscription_protocol .*{message}"):
        Client(HTTP, subscription_protocol=option)


@pytest.mark.parametrize("option", ["sse", ["graphql-ws", "multipart"]])
def test_a_stream_needs_an_http_url(option: Any) -> None:
    """It is refused for a ws URL, and the message says which argument has that."""
    with pytest.raises(ValueError, match="needs an http:// or https:// URL, but url is a ws:// or wss:// URL"):
        Client(WS, subscription_protocol=option)
    with pytest.raises(ValueError, match="needs an http:// or https:// URL, but subscriptions= is a ws://"):
        Client(HTTP, subscriptions=WS, subscription_protocol=option)
    Client(WS, subscriptions=HTTP, subscription_protocol=option)


def test_a_transport_has_its_protocol() -> None:
    """The option has no effect beside a transport for subscriptions."""
    with pytest.raises(TypeError, match=r"^subscription_protocol= is for subscriptions at a URL, which"):
        Client(HTTP, subscriptions=AIOHTTPWebsocketsTransport(WS), subscription_protocol="sse")


def test_options_that_streams_do_not_use() -> None:
    """init_payload is for WebSockets."""
    with pytest.raises(TypeError, match=r"^init_payload= is for WebSockets, which this client does not use\.$"):
        Client(HTTP, subscription_protocol="sse", init_payload={"a": 1})
