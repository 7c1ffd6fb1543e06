"""TokenAuth on connections that outlive their tokens: WebSockets and streams over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from syncgql import Client, EventStreamTransport, ReconnectPolicy, TokenAuth, TransportAuthenticationError

from ...servers.scripted import Peer, ScriptedServer
from ...servers.wire import WireConnection, WireServer, answer
from ..ticking import QUICK, TICKS, in_turn, ticks_and_close, ticks_and_goes_on

Script = Callable[[Peer], Any]


class Issuer:
    """Issues ``token-1``, ``token-2`` and so on."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> tuple[str, int]:
        self.count += 1
        return f"token-{self.count}", 3600


async def refuses_upgrade(peer: Peer) -> None:
    await peer.refuse(401, f"invalid: {peer.headers['authorization']}")


async def refuses_init(peer: Peer) -> None:
    await peer.accept()
    await peer.expect("connection_init")
    await peer.close(4403, f"invalid: {peer.headers['authorization']}")


def tokens(server: ScriptedServer) -> list[str]:
    return [peer.headers["authorization"] for peer in server.peers]


@pytest.mark.parametrize("refuses", [refuses_upgrade, refuses_init])
@pytest.mark.parametrize("reconnect", [QUICK, False], ids=["reconnects", "does not reconnect"])
def test_a_refused_connection_is_opened_with_the_next_token(refuses: Script, reconnect: ReconnectPolicy | bool) -> None:
    """There is one more attempt."""
    with ScriptedServer(in_turn(refuses, ticks_and_goes_on)) as server:
        with Client(server.url, reconnect=reconnect, auth=TokenAuth(Issuer())) as client:
            assert next(client.subscribe(TICKS)) == {"tick": 2}
        assert tokens(server) == ["Bearer token-1", "Bearer token-2"]
    issuer = Issuer()
    with ScriptedServer(refuses) as server:
        client = Client(server.url, reconnect=reconnect, auth=TokenAuth(issuer))
        with client, pytest.raises(TransportAuthenticationError) as caught:
            client.subscribe(TICKS)
        assert tokens(server) == ["Bearer token-1", "Bearer token-2"]
    assert issuer.count == 2
    assert "token-" not in str(caught.value)


def test_a_subscription_reconnects_with_the_next_token() -> None:
    """It reconnects with the next one after the server ends it, however often."""
    with ScriptedServer(in_turn(ticks_and_close(4401), ticks_and_close(4401), ticks_and_goes_on)) as server:
        with Client(server.url, reconnect=QUICK, auth=TokenAuth(Issuer())) as client:
            events = client.subscribe(TICKS)
            assert [next(events) for _ in range(3)] == [{"tick": 1}, {"tick": 2}, {"tick": 3}]
            assert events.stats.reconnects == 2
        assert tokens(server) == ["Bearer token-1", "Bearer token-2", "Bearer token-3"]


def test_operations_share_a_socket_over_an_expiry() -> None:
    """An open connection needs no other token."""
    auth = TokenAuth(Issuer())
    with ScriptedServer(ticks_and_goes_on) as server, Client(server.url, auth=auth) as client:
        first = client.subscribe(TICKS, overflow="raise")
        assert next(first) == {"tick": 1}
        auth.refused("token-1")
        assert auth.token() == "token-2"
        second = client.subscribe(TICKS, overflow="raise")
        assert len(server.peers) == 1
        first.close()
        second.close()


@pytest.mark.parametrize("reconnect", [QUICK, False], ids=["reconnects", "does not reconnect"])
def test_streams_are_opened_with_the_next_token(reconnect: ReconnectPolicy | bool) -> None:
    """This applies to subscriptions and queries."""
    used: list[str | None] = []

    def script(connection: WireConnection) -> None:
        while (request := connection.read_request()) is not None:
            used.append(request.header("Authorization"))
            if used[-1] != "Bearer token-2":
                connection.send(answer(b"no", status="401 Unauthorized", content_type="text/plain"))
                continue
            events = b'event: next\ndata: {"data": {"tick": 1}}\n\nevent: complete\ndata:\n\n'
            connection.send(answer(events, content_type="text/event-stream"))

    sends: list[Callable[[Client], list[Any]]] = [
        lambda client: list(client.subscribe(TICKS)),
        lambda client: [client.execute("mutation { tick }")],
    ]
    for send in sends:
        used.clear()
        with WireServer(script) as server:
            transport = EventStreamTransport(server.url, auth=TokenAuth(Issuer()), reconnect=reconnect)
            with Client(transport=transport) as client:
                assert send(client) == [{"tick": 1}]
        assert used == ["Bearer token-1", "Bearer token-2"]
