"""WebSocketConnector: the errors of an upgrade without a 101, and the arguments of the request."""

from __future__ import annotations

import asyncio
import base64
import traceback
import warnings
from typing import Any

import aiohttp
import pytest

from syncgql import (
    TransportAuthenticationError,
    TransportConnectionFailed,
    TransportError,
    TransportRateLimited,
    TransportServerError,
    TransportTimeout,
)

from ...ports import reserved_port
from ...servers.scripted import Peer, ScriptedServer
from ..asynchronous import in_loop, websockets


async def accept(peer: Peer) -> None:
    """Open the connection and wait for its end."""
    await peer.acknowledge()
    await peer.drain()


def basic_auth(login: str, password: str) -> aiohttp.BasicAuth:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # aiohttp's, since 3.14
        return aiohttp.BasicAuth(login, password)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, TransportAuthenticationError),
        (403, TransportRateLimited),  # it has a time to retry
        (400, TransportServerError),
        (404, TransportServerError),
        (426, TransportServerError),
        (429, TransportRateLimited),
        (500, TransportServerError),
        (503, TransportServerError),
        (200, TransportServerError),
    ],
)
@in_loop
async def test_w33_refused_upgrade(status: int, kind: type[TransportServerError]) -> None:
    """Any status other than 101 is an error with the status, the headers and the beginning of the body."""

    async def refuse(peer: Peer) -> None:
        await peer.refuse(status, "Go away! " * 1000, Retry_After="7", X_Reason="mood")

    with ScriptedServer(refuse) as server:
        async with websockets(server.ws_url, headers={"Authorization": "Bearer s3cret"}) as transport:
            with pytest.raises(TransportError) as caught:
                await transport.connect()
    error = caught.value
    assert type(error) is kind
    assert isinstance(error, TransportServerError)
    assert error.code == status
    assert error.headers["X-Reason"] == "mood"
    assert error.retry_after == 7
    assert len(error.body) == 1000
    assert str(status) in str(error)
    assert "It said: Go away!" in str(error)
    assert "s3cret" not in repr(error) + str(error)


@in_loop
async def test_upgrade_that_is_forbidden() -> None:
    """Without a time to retry, 403 refuses the credentials, or means that there is no route for the path."""

    async def refuse(peer: Peer) -> None:
        await peer.refuse(403)

    with ScriptedServer(refuse) as server:
        async with websockets(server.ws_url) as transport:
            with pytest.raises(TransportAuthenticationError, match=r"Check headers=.* without a slash at the end"):
                await transport.connect()


@pytest.mark.parametrize("status", [404, 405, 200])
@in_loop
async def test_upgrade_at_a_url_without_websockets(status: int) -> None:
    """The error names the option for another URL, and the other way to send subscriptions."""

    async def refuse(peer: Peer) -> None:
        await peer.refuse(status)

    with ScriptedServer(refuse) as server:
        async with websockets(server.ws_url) as transport:
            with pytest.raises(TransportServerError, match=r"Client as subscriptions=\..*server-sent events"):
                await transport.connect()


@in_loop
async def test_credentials_in_the_url() -> None:
    """A user name and password in the URL are sent as a header, and never shown."""
    with ScriptedServer(accept) as server:
        url = server.ws_url.replace("ws://", "ws://ada:s3cret@")
        basic = "Basic " + base64.b64encode(b"ada:s3cret").decode()
        for options, sent in [({}, basic), ({"headers": {"Authorization": "Bearer t"}}, "Bearer t")]:
            async with websockets(url, **options) as transport:
                await transport.connect()
                assert "s3cret" not in transport.url
            assert server.peers[-1].headers["authorization"] == sent


@in_loop
async def test_handshake_that_violates_the_protocol() -> None:
    """A 101 with a wrong key is not a WebSocket."""

    async def cheat(peer: Peer) -> None:
        peer.headers["sec-websocket-key"] = "another"
        await peer.accept()
        await peer.drain()

    with ScriptedServer(cheat) as server:
        async with websockets(server.ws_url, params={"token": "s3cret"}) as transport:
            with pytest.raises(TransportConnectionFailed, match="handshake: Invalid challenge") as caught:
                await transport.connect()
    assert "s3cret" not in "".join(traceback.format_exception(caught.value))


@in_loop
async def test_connect_timeout() -> None:
    """A server that accepts TCP and then is silent is given up after connect_timeout."""

    async def ignore(peer: Peer) -> None:
        await asyncio.Event().wait()

    with ScriptedServer(ignore) as server:
        async with websockets(server.ws_url, connect_timeout=0.1) as transport:
            with pytest.raises(TransportTimeout, match=r"longer than connect_timeout, 0\.1 s") as caught:
                await transport.connect()
    assert (caught.value.limit, caught.value.seconds) == ("connect_timeout", 0.1)


@in_loop
async def test_no_server_listens() -> None:
    """A refused TCP connection is reported with the URL; the cause is chained."""
    with reserved_port() as port:
        async with websockets(f"ws://127.0.0.1:{port}/graphql?token=s3cret") as transport:
            with pytest.raises(TransportConnectionFailed, match=rf"ws://127\.0\.0\.1:{port}/graphql") as caught:
                await transport.connect()
    assert isinstance(caught.value.__cause__, aiohttp.ClientConnectorError)
    assert caught.value.code is None
    assert "s3cret" not in str(caught.value)


@in_loop
async def test_arguments_reach_the_upgrade() -> None:
    """headers, auth, origin, params and connect_args are in the request, and so are the session's arguments."""
    with ScriptedServer(accept) as server:
        options: dict[str, Any] = {
            "auth": basic_auth("ada", "secret"),
            "origin": "https://example.com",
            "params": {"room": "1"},
            "headers": {"X-Own": "yes"},
            "client_session_args": {"headers": {"X-Session": "too"}, "cookies": {"crumb": "1"}},
            "connect_args": {"headers": {"X-Own": "replaced"}, "compress": 15},
        }
        async with websockets(server.ws_url + "?a=b", **options) as transport:
            await transport.connect()
        async with websockets(server.ws_url, **{**options, "connect_args": {}}) as transport:
            await transport.connect()
    first, second = server.peers
    assert first.headers["x-own"] == "replaced"
    assert "permessage-deflate" in first.headers["sec-websocket-extensions"]
    assert first.target == "/graphql?a=b&room=1"
    assert second.headers["authorization"] == "Basic " + base64.b64encode(b"ada:secret").decode()
    assert second.headers["origin"] == "https://example.com"
    assert second.headers["x-own"] == "yes"
    assert second.headers["x-session"] == "too"
    assert "crumb=1" in second.headers["cookie"]
    assert "sec-websocket-extensions" not in second.headers


@in_loop
async def test_auth_takes_precedence_over_headers() -> None:
    """auth= replaces an Authorization header; it may be a pair, a string or a function that returns either."""
    basic = "Basic " + base64.b64encode(b"ada:secret").decode()
    for auth, sent in [(("ada", "secret"), basic), ("Bearer t", "Bearer t"), (lambda: ("ada", "secret"), basic)]:
        with ScriptedServer(accept) as server:
            async with websockets(server.ws_url, auth=auth, headers={"authorization": "Bearer other"}) as transport:
                await transport.connect()
        assert server.peers[0].headers["authorization"] == sent
