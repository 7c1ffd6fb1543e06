"""Guards of upgrades: no redirect is followed, and refusals keep their status."""

from __future__ import annotations

import aiohttp
import pytest

from syncgql import TransportAuthenticationError, TransportServerError

from ...servers.scripted import Peer, ScriptedServer
from ..asynchronous import in_loop, websockets


async def accept(peer: Peer) -> None:
    """Open the connection and wait for its end."""
    await peer.acknowledge()
    await peer.drain()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@in_loop
async def test_n01_redirects_are_not_followed(status: int) -> None:
    """Nothing is sent to the target of a redirect, because it would receive the caller's credentials."""

    async def redirect(peer: Peer) -> None:
        await peer.refuse(status, Location=elsewhere.url + "?token=s3cret")

    with ScriptedServer(accept) as elsewhere, ScriptedServer(redirect) as server:
        async with websockets(server.ws_url, headers={"X-API-Key": "s3cret"}) as transport:
            with pytest.raises(TransportServerError) as caught:
                await transport.connect()
        assert elsewhere.peers == []
    assert caught.value.code == status
    assert f"It redirects to {elsewhere.url};" in str(caught.value)
    assert "s3cret" not in str(caught.value)


@in_loop
async def test_n01_redirects_with_middlewares_of_the_user() -> None:
    """A caller's own middlewares run as well, and do not make redirects followed."""
    seen = []

    async def middleware(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
        seen.append(str(request.url))
        return await handler(request)

    async def redirect(peer: Peer) -> None:
        await peer.refuse(302, Location=elsewhere.url)

    with ScriptedServer(accept) as elsewhere, ScriptedServer(redirect) as server:
        async with websockets(server.ws_url, client_session_args={"middlewares": (middleware,)}) as transport:
            with pytest.raises(TransportServerError):
                await transport.connect()
        assert elsewhere.peers == []
        assert len(seen) == 1


@pytest.mark.parametrize("status", [302, 401])
@in_loop
async def test_n01_w33_with_a_session_of_the_user(status: int) -> None:
    """With a session that the caller created, redirects are not followed either, and refusals have their class."""

    async def refuse(peer: Peer) -> None:
        await peer.refuse(status, "No", Location=elsewhere.url)

    with ScriptedServer(accept) as elsewhere, ScriptedServer(refuse) as server:
        async with websockets(server.ws_url, session=aiohttp.ClientSession) as transport:
            with pytest.raises(TransportServerError) as caught:
                await transport.connect()
        assert elsewhere.peers == []
    assert caught.value.code == status
    assert isinstance(caught.value, TransportAuthenticationError) == (status == 401)
