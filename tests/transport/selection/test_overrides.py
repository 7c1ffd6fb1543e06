"""Transports that override a method that a client does not call."""

from __future__ import annotations

from typing import Any
from unittest.mock import AsyncMock, Mock

import pytest
from graphql import build_schema

from syncgql import (
    AIOHTTPTransport,
    AIOHTTPWebsocketsTransport,
    AppSyncApiKeyAuthentication,
    AppSyncWebsocketsTransport,
    Client,
    EventStreamTransport,
    ExecutionResult,
    LocalSchemaTransport,
    MultipartSubscriptionTransport,
    PhoenixChannelWebsocketsTransport,
    RequestsHTTPTransport,
)

URL = "http://127.0.0.1:9/graphql"
WS_URL = "ws://127.0.0.1:9/graphql"
SCHEMA = build_schema("type Query { hello: String }")


def overriding(kind: type, *names: str) -> Any:
    """A subclass that overrides methods of these names with those that it inherits."""
    return type("Own", (kind,), {name: getattr(kind, name) for name in names})


@pytest.mark.parametrize(
    ("kind", "url", "name", "called"),
    [
        (RequestsHTTPTransport, URL, "execute", "round_trip"),
        (RequestsHTTPTransport, URL, "execute_batch", "batch_round_trip"),
        (AIOHTTPTransport, URL, "execute", "round_trip"),
        (AIOHTTPTransport, URL, "subscribe", "stream"),
        (AIOHTTPWebsocketsTransport, WS_URL, "subscribe", "stream"),
    ],
)
def test_a_method_that_a_client_does_not_call(kind: Any, url: str, name: str, called: str) -> None:
    """The error names the method that the client calls. A class that overrides both is accepted."""
    own = overriding(kind, name)
    with pytest.raises(TypeError, match=rf"^Own overrides {name}\(\), but a client calls {called}\(\) instead\."):
        Client(transport=own(url))
    Client(transport=overriding(kind, name, called)(url))
    Client(transport=overriding(own, called)(url))


@pytest.mark.parametrize("kind", [RequestsHTTPTransport, AIOHTTPTransport])
def test_a_method_that_is_replaced_by_a_mock(kind: Any) -> None:
    """A mock that the client would not call is an error, for example in a program for gql. Others are called."""
    transport = kind(URL)
    transport.execute = Mock()
    with pytest.raises(TypeError, match=rf"^execute\(\) of this {kind.__name__} was replaced, .* use graphql_mock"):
        Client(transport=transport)
    transport.round_trip = Mock()
    Client(transport=transport)
    local: Any = LocalSchemaTransport(SCHEMA)
    local.execute = AsyncMock(return_value=ExecutionResult({"hello": "you"}))
    with Client(transport=local) as client:
        assert client.execute("{ hello }") == {"hello": "you"}


@pytest.mark.parametrize(
    ("kind", "url"), [(RequestsHTTPTransport, URL), (AIOHTTPTransport, URL), (AIOHTTPWebsocketsTransport, WS_URL)]
)
def test_connect(kind: Any, url: str) -> None:
    """The error names other ways to change a connection, because no other method has the same purpose."""
    with pytest.raises(TypeError, match=r"^Own overrides connect\(\), but .*the first call opens.* Pass session="):
        Client(transport=overriding(kind, "connect")(url))
    Client(transport=overriding(kind, "connect", "round_trip")(url))


def test_a_transport_for_subscriptions() -> None:
    """A transport for subscriptions is checked, too."""
    with pytest.raises(TypeError, match=r"^Own overrides subscribe\(\)"):
        Client(URL, subscriptions=overriding(AIOHTTPWebsocketsTransport, "subscribe")(WS_URL))


def test_methods_that_a_client_calls() -> None:
    """The default of ``round_trip`` calls ``execute``, and that of ``stream`` calls ``subscribe``."""
    calls = []

    class Own(LocalSchemaTransport):
        async def execute(self, request: Any, *, extra_args: Any = None) -> Any:
            calls.append(request.text)
            return await super().execute(request, extra_args=extra_args)

    with Client(transport=Own(SCHEMA, root_value={"hello": "you"})) as client:
        assert client.execute("{ hello }") == {"hello": "you"}
    assert calls == ["{ hello }"]


@pytest.mark.parametrize(
    "transport",
    [
        RequestsHTTPTransport(URL),
        AIOHTTPTransport(URL),
        AIOHTTPWebsocketsTransport(WS_URL),
        EventStreamTransport(URL),
        MultipartSubscriptionTransport(URL),
        PhoenixChannelWebsocketsTransport(WS_URL),
        AppSyncWebsocketsTransport(URL, AppSyncApiKeyAuthentication("127.0.0.1", "key")),
        LocalSchemaTransport(SCHEMA),
    ],
    ids=lambda transport: type(transport).__name__,
)
def test_the_transports_of_the_package(transport: Any) -> None:
    """The transports are accepted, as are subclasses that override other methods."""
    Client(transport=transport)
    transport.__class__ = overriding(type(transport), "fresh", "close")
    Client(transport=transport)
