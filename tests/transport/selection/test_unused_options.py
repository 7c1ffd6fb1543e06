"""The options that have an effect for each kind of client; the others are refused."""

from __future__ import annotations

import inspect
from dataclasses import fields
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import trustme
from graphql import build_schema

from syncgql import (
    AIOHTTPTransport,
    AIOHTTPWebsocketsTransport,
    AppSyncApiKeyAuthentication,
    Client,
    LocalSchemaTransport,
    RequestsHTTPTransport,
)
from syncgql.transport.selection.transport_options import TransportOptions
from syncgql.transport.selection.unused_options import USED_BY

HTTP = "http://127.0.0.1:9/graphql"
WS = "ws://127.0.0.1:9/graphql"
HOST = "abc.appsync-api.eu-west-1.amazonaws.com"
KEY = AppSyncApiKeyAuthentication(HOST, "da2-x")
LOCAL = LocalSchemaTransport(build_schema("type Query { a: Int }"))

GIVEN: dict[str, Any] = {
    "headers": {"X-Key": "hush"},
    "cookies": {"sessionid": "hush"},
    "auth": "Bearer hush",
    "ssl": False,
    "ssl_close_timeout": 1,
    "client_session_args": {"trust_env": True},
    "session": aiohttp.ClientSession,
    "trust_env": False,
    "proxy": "http://me:hush@127.0.0.1:9",
    "cert": "certificate.pem",
    "pool_size": 3,
    "timeout": aiohttp.ClientTimeout(total=3),
    "json_serialize": repr,
    "json_deserialize": repr,
    "use_get_for_queries": True,
    "max_url_length": 100,
    "max_response_size": 100,
    "init_payload": {"token": "hush"},
    "reconnect": False,
    "max_message_size": 100,
    "subscription_protocol": "graphql-ws",
}
FOR_HTTP = {"timeout", "pool_size", "use_get_for_queries", "max_url_length", "max_response_size"}
FOR_STREAMS = {"reconnect", "max_message_size", "subscription_protocol"}
FOR_SOCKETS = FOR_STREAMS | {"init_payload"}
ANY = set(GIVEN) - FOR_HTTP - FOR_SOCKETS

CLIENTS: dict[str, tuple[dict[str, Any], set[str]]] = {
    "http": ({"url": HTTP}, set(GIVEN)),
    "websocket": ({"url": WS}, ANY | FOR_SOCKETS),
    "two URLs": ({"url": HTTP, "subscriptions": WS}, set(GIVEN)),
    "streams": ({"url": HTTP, "subscription_protocol": ["sse", "multipart"]}, set(GIVEN) - {"init_payload"}),
    "transport and a URL for streams": (
        {"transport": AIOHTTPTransport(HTTP), "subscriptions": HTTP, "subscription_protocol": "sse"},
        ANY | FOR_STREAMS | {"timeout", "max_response_size"},
    ),
    "websockets at two URLs": ({"url": WS, "subscriptions": WS}, ANY | FOR_SOCKETS),
    "subscriptions by a transport": (
        {"url": HTTP, "subscriptions": AIOHTTPWebsocketsTransport(WS)},
        ANY | FOR_HTTP,
    ),
    "appsync": (
        {"url": f"https://{HOST}/graphql", "auth": KEY},
        set(GIVEN) - {"init_payload", "auth", "subscription_protocol"},
    ),
    "transport": ({"transport": AIOHTTPTransport(HTTP)}, set()),
    "transport that blocks": ({"transport": RequestsHTTPTransport(HTTP)}, set()),
    "transport without options": ({"transport": LOCAL}, set()),
    "transport and a URL": (
        {"transport": AIOHTTPTransport(HTTP), "subscriptions": WS},
        ANY | FOR_SOCKETS,
    ),
    "transport that blocks and a URL": (
        {"transport": RequestsHTTPTransport(HTTP), "subscriptions": WS},
        ANY | FOR_SOCKETS,
    ),
    "two transports": (
        {"transport": RequestsHTTPTransport(HTTP), "subscriptions": AIOHTTPWebsocketsTransport(WS)},
        set(),
    ),
}


@pytest.mark.parametrize("name", GIVEN)
@pytest.mark.parametrize("kind", CLIENTS)
def test_an_option_has_an_effect_or_is_refused(
    kind: str, name: str, authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For any kind of client, an option without effect is named, and its value is not shown."""
    options, used = CLIENTS[kind]
    monkeypatch.chdir(tmp_path)
    authority.issue_cert("me").private_key_and_cert_chain_pem.write_to_path("certificate.pem")
    if name in options:
        return
    if name in used:
        Client(**options, **{name: GIVEN[name]})
        return
    with pytest.raises(TypeError, match=rf"^{name}= (is for|has no effect with) ") as caught:
        Client(**options, **{name: GIVEN[name]})
    assert "hush" not in str(caught.value)


def test_every_option_is_in_the_table() -> None:
    """An option that is added later must declare the transports that use it, and be a parameter of the client."""
    own = {"given", "url", "transport", "subscriptions", "batch_interval", "batch_max"}
    assert set(GIVEN) == set(USED_BY) == {field.name for field in fields(TransportOptions)} - own
    assert {field.name for field in fields(TransportOptions)} - {"given"} <= set(inspect.signature(Client).parameters)
