"""The combinations of a client's options."""

from __future__ import annotations

from typing import Any

import pytest

from syncgql import AIOHTTPTransport, AIOHTTPWebsocketsTransport, Client, RequestsHTTPTransport
from syncgql.runtime import runtime
from syncgql.transport.selection import transport_factory

from ...servers.scripted import Peer, ScriptedServer
from ..conversations import SUBSCRIPTION

HTTP = "http://127.0.0.1:9/graphql"


@pytest.mark.parametrize(
    "options",
    [
        {"headers": {"Authorization": "Bearer secret"}},
        {"auth": "Bearer secret"},
        {"cookies": {"session": "secret"}},
        {"init_payload": {"token": "secret"}},
        {"client_session_args": {"trust_env": True}},
        {"session": lambda: None},
    ],
)
@pytest.mark.parametrize("make", [AIOHTTPTransport, RequestsHTTPTransport])
def test_options_beside_a_transport_that_would_vanish_are_refused(make: Any, options: dict[str, Any]) -> None:
    """The message names the option and the transport that accepts it, and shows no value."""
    (name,) = options
    advice = f"(pass it to the {make.__name__}|{make.__name__} has its own options)"
    with pytest.raises(TypeError, match=f"^{name}= is for .* {advice}\\.$"):
        Client(transport=make(HTTP), **options)
    with pytest.raises(TypeError, match=f"^{name}= is for"):
        Client(transport=make(HTTP), subscriptions=AIOHTTPWebsocketsTransport("ws://127.0.0.1:9/"), **options)


def test_options_beside_a_transport_serve_a_url_for_subscriptions() -> None:
    """They are those of the transport that the client creates from it."""
    Client(transport=AIOHTTPTransport(HTTP), subscriptions="ws://127.0.0.1:9/", headers={"X-Test": "1"})


def test_w30_a_server_that_does_not_answer_the_close_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    """It delays ``close()`` up to a limit, even if the transport has none; then nothing remains open."""
    monkeypatch.setattr(runtime, "CLOSE_SECONDS", None)  # the limit for transports of all kinds
    monkeypatch.setattr(transport_factory, "CLOSE_SECONDS", 0.1)

    async def script(peer: Peer) -> None:
        await peer.acknowledge()
        await peer.discard()

    with ScriptedServer(script) as server:
        transport = AIOHTTPWebsocketsTransport(server.ws_url, close_timeout=None, websocket_close_timeout=None)
        client = Client(transport=transport)
        subscription = client.subscribe(SUBSCRIPTION)
        client.close()
        assert list(subscription) == []
        assert client.stats.connections == 0
