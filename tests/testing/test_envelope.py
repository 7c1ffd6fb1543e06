"""envelope_of: the headers, the URL and the payload of connection_init of prepared requests."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from graphql import build_schema

from syncgql import (
    AIOHTTPTransport,
    AIOHTTPWebsocketsTransport,
    AppSyncApiKeyAuthentication,
    AppSyncWebsocketsTransport,
    EventStreamTransport,
    GraphQLRequest,
    LocalSchemaTransport,
    PhoenixChannelWebsocketsTransport,
    RequestsHTTPTransport,
)
from syncgql.testing.envelope import envelope_of
from syncgql.transport.async_event_sink import AsyncEventSink
from syncgql.transport.base import AsyncTransport
from syncgql.transport.batching import Batcher
from syncgql.transport.selection.selecting_transport import SelectingTransport

HTTP = "https://api.invalid/graphql"
WS = "wss://api.invalid/graphql"
HEADERS = {"Authorization": "Bearer long-secret-token"}
QUERY = GraphQLRequest("query Q { a }")
SUBSCRIPTION = GraphQLRequest("subscription S { a }")


def stream_of(transport: AsyncTransport) -> object:
    return transport.stream(SUBSCRIPTION, AsyncEventSink(1))


@pytest.mark.parametrize(
    ("prepare", "url"),
    [
        (lambda: AIOHTTPTransport(HTTP, HEADERS).round_trip(QUERY).request, HTTP),
        (lambda: RequestsHTTPTransport(HTTP, HEADERS).round_trip(QUERY).request, HTTP),
        (lambda: Batcher(AIOHTTPTransport(HTTP, HEADERS), 1.0, 9).round_trip(QUERY).request, HTTP),
        (lambda: EventStreamTransport(HTTP, headers=HEADERS).round_trip(QUERY).request, HTTP),
        (lambda: stream_of(EventStreamTransport(HTTP, headers=HEADERS)), HTTP),
        (lambda: AIOHTTPWebsocketsTransport(WS, headers=HEADERS).round_trip(QUERY).request, WS),
        (lambda: stream_of(AIOHTTPWebsocketsTransport(WS, headers=HEADERS)), WS),
        (lambda: stream_of(AIOHTTPWebsocketsTransport(WS, auth=lambda: HEADERS["Authorization"])), WS),
        (lambda: stream_of(SelectingTransport(WS, [AIOHTTPWebsocketsTransport(WS, headers=HEADERS)])), WS),
        (lambda: stream_of(PhoenixChannelWebsocketsTransport(WS, headers=HEADERS)), WS + "/websocket"),
    ],
)
def test_headers(prepare: Callable[[], object], url: str) -> None:
    """They are those that the transport sends, and their credentials are masked."""
    envelope = envelope_of(prepare(), "http://other.invalid")
    assert envelope.url == url
    assert envelope.headers["authorization"] == "Bearer long-secret-token"
    assert envelope.mask.text("no long-secret-token") == "no ***"
    call = envelope.call(SUBSCRIPTION)
    assert (call.request, call.headers, call.url) == (SUBSCRIPTION, envelope.headers, url)


@pytest.mark.parametrize(
    "transport",
    [
        AIOHTTPWebsocketsTransport(WS, init_payload={"token": "long-secret-token"}),
        AIOHTTPWebsocketsTransport(WS + "?token=long-secret-token"),
        PhoenixChannelWebsocketsTransport(WS, params={"token": "long-secret-token"}),
        AppSyncWebsocketsTransport(HTTP, AppSyncApiKeyAuthentication("api.invalid", "long-secret-token")),
        EventStreamTransport(HTTP + "?token=long-secret-token"),
    ],
    ids=["init_payload", "url", "params", "appsync", "sse"],
)
def test_other_credentials(transport: AsyncTransport) -> None:
    """Those outside of the headers are masked, too, and the URL does not show them."""
    envelope = envelope_of(stream_of(transport), HTTP)
    assert "secret" not in envelope.url
    assert envelope.mask.text("no long-secret-token") == "no ***"


def test_an_init_payload() -> None:
    """Tests may inspect it."""
    payload: dict[str, Any] = {"user": "Emma"}
    prepared = stream_of(AIOHTTPWebsocketsTransport(WS, init_payload=lambda: json.loads(json.dumps(payload))))
    assert envelope_of(prepared, HTTP).call(SUBSCRIPTION).init_payload == payload


def test_a_transport_without_headers() -> None:
    """The URL is that of the client."""
    transport = LocalSchemaTransport(build_schema("type Query { a: Int }"))
    envelope = envelope_of(transport.round_trip(QUERY).request, HTTP)
    assert (dict(envelope.headers), envelope.url, envelope.init_payload) == ({}, HTTP, None)
