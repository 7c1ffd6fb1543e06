"""AIOHTTPWebsocketsTransport without a client, against real servers: its parameters and its coroutines."""

from __future__ import annotations

import asyncio
import inspect
import ssl
import traceback
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from yarl import URL

from syncgql import (
    AIOHTTPWebsocketsTransport,
    DocumentError,
    GraphQLRequest,
    TransportClosed,
    TransportConnectionFailed,
    TransportError,
    TransportQueryError,
    gql,
)

from ..fix_proxy import PASSWORD, USER
from ..fix_servers import Server
from ..servers.front import Front
from ..servers.scripted import LEGACY, MODERN
from .asynchronous import in_loop, websockets

PAGE = {
    "subprotocols": None,
    "heartbeat": None,
    "auth": None,
    "origin": None,
    "params": None,
    "headers": None,
    "proxy": None,
    "proxy_auth": None,
    "proxy_headers": None,
    "ssl": None,
    "websocket_close_timeout": 10.0,
    "receive_timeout": None,
    "ssl_close_timeout": 10,
    "connect_timeout": 10,
    "close_timeout": 10,
    "ack_timeout": 10,
    "keep_alive_timeout": None,
    "init_payload": None,  # gql's default is {}, which is sent; None sends nothing
    "ping_interval": None,
    "pong_timeout": None,
    "answer_pings": True,
    "client_session_args": None,
    "connect_args": None,  # gql writes {}
}
"""The parameters that code written for gql relies on, in gql's order, with their defaults."""


def basic_auth(login: str, password: str) -> aiohttp.BasicAuth:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # aiohttp's, since 3.14
        return aiohttp.BasicAuth(login, password)


@asynccontextmanager
async def each_dialect(strawberry: Server, ariadne: Server) -> AsyncIterator[list[AIOHTTPWebsocketsTransport]]:
    """A transport for every pair of a real server and a subprotocol that it supports."""
    legacy = ariadne.at("/legacy").replace("http", "ws", 1)
    async with (
        websockets(strawberry.ws_url, subprotocols=[MODERN]) as first,
        websockets(strawberry.ws_url, subprotocols=[LEGACY]) as second,
        websockets(ariadne.ws_url, subprotocols=[MODERN]) as third,
        websockets(legacy, subprotocols=[LEGACY]) as fourth,
    ):
        yield [first, second, third, fourth]


# -- parameters


def test_parameters_are_gqls_in_order() -> None:
    """All parameters of gql's transport exist, keyword-only, in its order and with its defaults; ours follow."""
    url, *parameters = inspect.signature(AIOHTTPWebsocketsTransport).parameters.values()
    assert url.name == "url"
    assert url.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD
    assert {parameter.kind for parameter in parameters} == {inspect.Parameter.KEYWORD_ONLY}
    names = [parameter.name for parameter in parameters]
    assert names[: len(PAGE)] == list(PAGE)
    assert {parameter.name: parameter.default for parameter in parameters if parameter.name in PAGE} == PAGE


def test_names_of_the_subprotocols() -> None:
    """Gql's two constants exist."""
    assert AIOHTTPWebsocketsTransport.APOLLO_SUBPROTOCOL == LEGACY
    assert AIOHTTPWebsocketsTransport.GRAPHQLWS_SUBPROTOCOL == MODERN


@in_loop
async def test_tls(any_server: Server, tls_front: Front, client_context: ssl.SSLContext) -> None:
    """Wss works with a custom context and without verification; an unknown certificate is refused with its reason."""
    url = tls_front.url(scheme="wss")
    options: list[Any] = [client_context, False, None, True]
    for option in options[:2]:
        async with websockets(url, ssl=option) as transport:
            assert (await transport.execute("{ hello }")).data == {"hello": "Hello world!"}
    for option in options[2:]:
        async with websockets(url, ssl=option) as transport:
            with pytest.raises(TransportConnectionFailed, match=r"certificate.* ssl="):
                await transport.connect()


@in_loop
async def test_proxy(http_proxy: str, tls_front: Front, client_context: ssl.SSLContext) -> None:
    """A proxy forwards the socket and receives its arguments; its refusal is an error without secrets."""
    url = tls_front.url(scheme="wss")
    auth = basic_auth(USER, PASSWORD)
    async with websockets(url, ssl=client_context, proxy=http_proxy, proxy_auth=auth) as transport:
        assert (await transport.execute("{ hello }")).data == {"hello": "Hello world!"}
    headers = {"Proxy-Authorization": auth.encode()}
    async with websockets(url, ssl=client_context, proxy=URL(http_proxy), proxy_headers=headers) as transport:
        assert (await transport.execute("{ hello }")).data == {"hello": "Hello world!"}
    wrong = basic_auth(USER, "another-s3cret")
    async with websockets(url + "?t=s3cret", ssl=client_context, proxy=http_proxy, proxy_auth=wrong) as transport:
        with pytest.raises(TransportConnectionFailed, match=r"proxy refused .* HTTP 407.* URL of proxy=") as caught:
            await transport.connect()
    assert "s3cret" not in "".join(traceback.format_exception(caught.value))


# -- coroutines


@in_loop
async def test_w19_queries_and_mutations(strawberry_server: Server, ariadne_server: Server) -> None:
    """A query or mutation over the socket returns its single result; all forms of requests work."""
    async with each_dialect(strawberry_server, ariadne_server) as (first, legacy_strawberry, third, fourth):
        for transport in (first, third, fourth):
            text = "query Greet($name: String!) { hello(name: $name) }"
            for request in (text, gql(text), gql(text).document, GraphQLRequest(text)):
                result = await transport.execute(request, {"name": "Zoë"}, "Greet")
                assert result.data == {"hello": "Hello Zoë!"}
            mutation = 'mutation { addBook(title: "Emma") { title } }'
            assert (await transport.execute(mutation)).data == {"addBook": {"title": "Emma"}}
        # Strawberry only serves subscriptions with the legacy subprotocol.
        with pytest.raises(TransportQueryError, match="queries are not allowed"):
            await legacy_strawberry.execute("{ hello }")


@in_loop
async def test_subscriptions(strawberry_server: Server, ariadne_server: Server) -> None:
    """A subscription's events arrive in order and it ends with the server's complete, on every server."""
    async with each_dialect(strawberry_server, ariadne_server) as transports:
        for transport in transports:
            events = [event.data async for event in transport.subscribe("subscription { count(to: 3) }")]
            assert events == [{"count": 1}, {"count": 2}, {"count": 3}]


@in_loop
async def test_failing_subscriptions(strawberry_server: Server, ariadne_server: Server) -> None:
    """A failing source delivers its events and then its error, in the form of each server."""
    async with each_dialect(strawberry_server, ariadne_server) as transports:
        for transport in transports:
            numbers, said = [], ""
            try:
                async for event in transport.subscribe("subscription { failAfter(count: 2) }"):
                    if event.errors:
                        said = event.errors[0]["message"]
                    else:
                        numbers.append(event.data["failAfter"])
            except TransportError as error:
                said = str(error)
            assert numbers == [1, 2]
            assert "It failed after 2" in said or "close code 1011" in said, said


@in_loop
async def test_rejected_subscriptions(strawberry_server: Server, ariadne_server: Server) -> None:
    """An operation that does not match the schema raises the server's errors, and does not affect others."""
    async with each_dialect(strawberry_server, ariadne_server) as transports:
        for transport in transports:
            said = ""
            try:
                async for event in transport.subscribe("subscription { nonsense }"):
                    said = str(event.errors)
            except TransportQueryError as error:
                said = str(error)
            assert "nonsense" in said
            events = [event.data async for event in transport.subscribe("subscription { count(to: 1) }")]
            assert events == [{"count": 1}]


@in_loop
async def test_results_with_errors(any_server: Server) -> None:
    """Execute returns a response with errors and partial data unchanged."""
    async with websockets(any_server.ws_url) as transport:
        result = await transport.execute("{ hello fail }")
    assert result.data == {"hello": "Hello world!", "fail": None}
    assert result.errors is not None
    assert result.errors[0]["path"] == ["fail"]


@in_loop
async def test_syntax_errors_are_not_sent(strawberry_server: Server) -> None:
    """A document with a syntax error never reaches the server, because it would close the socket for all operations."""
    async with websockets(strawberry_server.ws_url) as transport:
        for text in ("{ hello", "", "fragment F on Query { hello }"):
            with pytest.raises(DocumentError):
                await transport.execute(text)
            with pytest.raises(DocumentError):
                await anext(transport.subscribe(text))
        with pytest.raises(DocumentError):
            await transport.execute("query ($a: Float) { hello }", {"a": float("nan")})
    assert strawberry_server.seen("ws_connect") == []


@in_loop
async def test_pings_by_hand(any_server: Server) -> None:
    """send_ping reaches a real server, whose pong sets pong_received."""
    async with websockets(any_server.ws_url) as transport:
        with pytest.raises(TransportClosed, match="connect"):
            await transport.send_pong()
        await transport.connect()
        await transport.send_ping({"n": 1})
        await asyncio.wait_for(transport.pong_received.wait(), 30)
        await transport.send_pong()
        assert (await transport.execute("{ hello }")).data
    any_server.wait_for("ws_message", message={"type": "ping", "payload": {"n": 1}})


@in_loop
async def test_extra_args_are_for_http(any_server: Server) -> None:
    """Arguments that a WebSocket does not support are refused."""
    async with websockets(any_server.ws_url) as transport:
        with pytest.raises(TransportError, match="extra_args= is only for HTTP"):
            await transport.execute("{ hello }", extra_args={"timeout": 1})
