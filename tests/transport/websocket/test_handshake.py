"""GraphQLDialect: the preparation of a request for a WebSocket."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from syncgql import AIOHTTPWebsocketsTransport, Client, DocumentError, FileVar
from syncgql.protocol.json_codec import dumps

from ...fix_servers import AppSyncServer, Server
from ...servers.scripted import LEGACY, MODERN, Peer, ScriptedServer
from ..appsync import SUBSCRIPTION as APPSYNC_SUBSCRIPTION
from ..appsync import iam
from ..conversations import after_start

PRICES = "subscription ($above: Float) { prices(above: $above) }"


def write(value: Any) -> bytes:
    return json.dumps(value, default=float).encode()


def read(text: str) -> Any:
    return json.loads(text, parse_float=Decimal)


def loud(text: str) -> Any:
    return json.loads(text.replace("hello", "HELLO"))


@pytest.mark.parametrize("name", [MODERN, LEGACY])
def test_codecs_of_the_user(name: str) -> None:
    """A client's codecs encode subscriptions and decode their events, as for queries over HTTP."""

    async def act(peer: Peer, id: str) -> None:
        event = "next" if name == MODERN else "data"
        await peer.send(event, id=id, payload={"data": {"prices": [0.1, 2]}})
        await peer.send("complete", id=id)

    with (
        ScriptedServer(after_start(act, name)) as server,
        Client(server.url, json_serialize=write, json_deserialize=read) as client,
    ):
        assert list(client.subscribe(PRICES, {"above": Decimal("0.5")})) == [{"prices": [Decimal("0.1"), 2]}]
        assert server.peers[0].received[1]["payload"]["variables"] == {"above": 0.5}


def test_codecs_of_the_user_at_appsync(appsync_server: AppSyncServer) -> None:
    """The text from a codec is signed unchanged."""
    with Client(appsync_server.url, auth=iam(appsync_server), json_serialize=write, json_deserialize=loud) as client:
        events = client.subscribe(APPSYNC_SUBSCRIPTION)
        appsync_server.publish("hello")
        assert next(events)["onMessage"]["text"] == "HELLO"
    (start,) = appsync_server.seen("appsync_start")
    assert start["data"] == write({"query": APPSYNC_SUBSCRIPTION, "variables": {}}).decode()


@pytest.mark.parametrize(
    ("variables", "path"),
    [
        ({"file": FileVar(b"x")}, "variables.file"),
        ({"input": {"files": [None, FileVar(b"x")]}}, "variables.input.files.1"),
    ],
)
@pytest.mark.parametrize("call", [Client.subscribe, Client.execute, Client.submit])
def test_files_are_for_http(call: Callable[..., Any], variables: dict[str, Any], path: str) -> None:
    """A file in the variables is refused before connecting, with its place and advice."""
    document = f"{'subscription' if call is Client.subscribe else 'mutation'} ($file: Upload) {{ size(file: $file) }}"

    def written(value: Any) -> str:
        return json.dumps(value, default=repr)  # a codec that would encode anything

    for json_serialize in (dumps, written):
        with Client("ws://127.0.0.1:9/graphql", json_serialize=json_serialize) as client:
            with pytest.raises(DocumentError, match=f"^{path} is a file.*over a WebSocket.*AIOHTTPTransport") as caught:
                call(client, document, variables)
            assert caught.value.path == path


def test_files_are_for_http_below_a_client_of_an_http_url(any_server: Server) -> None:
    """A subscription with a file is refused, although the client's mutations accept files."""
    with Client(any_server.url) as client, pytest.raises(DocumentError, match="files cannot be sent over a WebSocket"):
        client.subscribe("subscription ($file: Upload) { n(file: $file) }", {"file": FileVar(b"x")})


def test_codecs_are_options_of_the_transport() -> None:
    """A user's transport accepts them as well."""

    async def act(peer: Peer, id: str) -> None:
        await peer.send("next", id=id, payload={"data": {"price": 0.1}})
        await peer.send("complete", id=id)

    with ScriptedServer(after_start(act)) as server:
        transport = AIOHTTPWebsocketsTransport(server.ws_url, json_serialize=write, json_deserialize=read)
        with Client(transport=transport) as client:
            assert client.execute("query ($n: Float) { price(n: $n) }", {"n": Decimal(1)}) == {"price": Decimal("0.1")}
