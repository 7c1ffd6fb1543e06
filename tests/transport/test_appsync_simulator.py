"""Subscriptions at Amplify's local simulator, which reads an authorization only from the query string."""

from __future__ import annotations

import logging
import struct

import pytest

from syncgql import AppSyncApiKeyAuthentication, AppSyncWebsocketsTransport, Client, TransportConnectionFailed

from ..fix_servers import AppSyncServer
from ..servers.scripted import CLOSE, LEGACY, Peer, ScriptedServer
from .appsync import AT_ONCE, PATIENCE, SUBSCRIPTION, api_key, client_of, messages, text_of


@pytest.fixture
def simulator(appsync_server: AppSyncServer) -> AppSyncServer:
    appsync_server.behave(simulator=True)
    return appsync_server


def forms(server: AppSyncServer) -> list[str]:
    """The form of the authorization of each connection that the server received."""
    return [entry["form"] for entry in server.seen("appsync_connect")]


def test_a_client_needs_only_url_and_auth(simulator: AppSyncServer) -> None:
    """The header is tried first, then the query string; events arrive, and a stop is answered."""
    with Client(simulator.url, auth=api_key(simulator)) as client:
        assert client.execute("{ hello }") == {"hello": "Hello world!"}
        subscription = client.subscribe(SUBSCRIPTION)
        simulator.publish("hello")
        assert text_of(subscription) == "hello"
        subscription.close()
        simulator.wait_for("ws_message", message={"type": "stop"})
    assert forms(simulator) == ["subprotocol", "query"]
    assert len(messages(simulator, "start")) == 1


def test_a_simulator_that_closes_at_once() -> None:
    """The close code is not lost, however it crosses connection_init, and the query form is tried."""

    async def refuse(peer: Peer) -> None:
        await peer.accept(LEGACY)
        await peer.frame(CLOSE, struct.pack("!H", 1002))
        await peer.end()

    attempts = 20
    auth = AppSyncApiKeyAuthentication("127.0.0.1", "da2-1")
    with ScriptedServer(refuse) as server:
        for _ in range(attempts):
            transport = AppSyncWebsocketsTransport("http://127.0.0.1/graphql", auth, realtime_url=server.ws_url)
            with Client(transport=transport) as client, pytest.raises(TransportConnectionFailed, match="1002"):
                client.subscribe(SUBSCRIPTION)
        assert ["header=" in peer.target for peer in server.peers] == [False, True] * attempts


def test_the_query_form_is_remembered(simulator: AppSyncServer) -> None:
    """A reconnect does not try the header again."""
    with Client(simulator.url, auth=api_key(simulator), reconnect=AT_ONCE) as client:
        subscription = client.subscribe(SUBSCRIPTION)
        simulator.act("close", code=1001)
        simulator.wait_until(lambda: len(simulator.seen("appsync_start")) == 2)
        simulator.publish("after")
        assert subscription.next(PATIENCE)["onMessage"]["text"] == "after"
    assert forms(simulator) == ["subprotocol", "query", "query"]


def test_the_header_is_used_where_it_is_accepted(appsync_server: AppSyncServer) -> None:
    """AppSync itself never receives the query form, even if it refuses the credentials."""
    with Client(appsync_server.url, auth=api_key(appsync_server)) as client:
        client.subscribe(SUBSCRIPTION)
    assert forms(appsync_server) == ["subprotocol"]


def test_an_explicit_form_has_no_alternative(simulator: AppSyncServer) -> None:
    """authorization_in="subprotocol" keeps the secret out of every URL."""
    with (
        client_of(simulator, authorization_in="subprotocol") as client,
        pytest.raises(TransportConnectionFailed, match="1002"),
    ):
        client.subscribe(SUBSCRIPTION)
    assert forms(simulator) == ["subprotocol"]


def test_wrong_credentials_end_after_both_forms(simulator: AppSyncServer, caplog: pytest.LogCaptureFixture) -> None:
    """The error has the close code; neither the key nor its encoded form is in a log."""
    caplog.set_level(logging.DEBUG)
    auth = AppSyncApiKeyAuthentication(simulator.host, "da2-wrong-12345678")
    with client_of(simulator, auth) as client, pytest.raises(TransportConnectionFailed, match="1002"):
        client.subscribe(SUBSCRIPTION)
    assert forms(simulator) == ["subprotocol", "query"]
    query = simulator.seen("appsync_connect")[1]["query"]
    assert "trying the query string" in caplog.text
    assert "da2-wrong" not in caplog.text
    assert query.partition("header=")[2][:40] not in caplog.text
