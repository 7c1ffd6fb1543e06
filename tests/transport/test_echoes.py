"""Servers that repeat the credentials of a request: no message, repr or log record contains them."""

from __future__ import annotations

import json
import traceback
from typing import Any

import pytest

from syncgql import (
    AppSyncApiKeyAuthentication,
    AppSyncWebsocketsTransport,
    Client,
    RequestsHTTPTransport,
    SyncGQLError,
    TransportAuthenticationError,
    TransportError,
)

from ..servers.scripted import Gone, Peer, ScriptedServer
from ..servers.wire import WireConnection, WireServer, answer
from .both_transports import Make, both

CREDENTIALS = {"authorization", "cookie", "x-api-key"}
TOKEN = "s3cret-token"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


def shown(error: BaseException) -> str:
    return "".join(traceback.format_exception(error)) + repr(error) + repr(vars(error))


def echo(status: str, content_type: str, template: str) -> Any:
    """Repeat the credentials of the request in the response, in place of a double percent sign."""

    def script(connection: WireConnection) -> None:
        while request := connection.read_request():
            said = " ".join(f"{name}={value}" for name, value in request.headers if name in CREDENTIALS)
            if content_type == "application/json":
                said = json.dumps(said)[1:-1]
            connection.send(answer(template.replace("%%", said).encode(), status=status, content_type=content_type))

    return script


ANSWERS = [
    ("401 Unauthorized", "text/plain", "no such token: %%"),
    ("403 Forbidden", "application/json", '{"errors": [{"message": "%%"}]}'),
    ("200 OK", "application/json", '{"errors": [{"message": "%%"}]}'),
    ("200 OK", "text/html", "<html>%%"),
    ("500 Error", "text/plain", "%%"),
    ("200 OK", "application/json", '{"nothing": "%%"}'),
]


@both
@pytest.mark.parametrize(("status", "content_type", "template"), ANSWERS)
def test_echo_over_http(make: Make, status: str, content_type: str, template: str) -> None:
    """Token, key, cookies of the jar and of the call, and password are masked."""
    options = {"cookies": {"session": "s3cret-jar"}, "headers": {"X-Api-Key": "s3cret-key"}}
    calls: list[dict[str, Any]] = [
        {"headers": BEARER},
        {"headers": {"Cookie": "a=s3cret-own"}},
        {"extra_args": {"auth": ("ada", "s3cret-password")}},
        {},
    ]
    with WireServer(echo(status, content_type, template)) as server, make(server.url, **options) as client:
        for arguments in calls:
            with pytest.raises(TransportError) as caught:
                client.execute("{ ok }", **arguments)
            assert "***" in str(caught.value)
            assert "s3cret" not in shown(caught.value)


@both
def test_echo_in_a_batch(make: Make) -> None:
    """They are masked in each response of a batch, and in errors instead of one."""
    body = '[{"errors": [{"message": "%%"}]}, {"no": "%%"}]'
    with WireServer(echo("200 OK", "application/json", body)) as server, make(server.url, headers=BEARER) as client:
        first, second = client.execute_batch_results(["{ a }", "{ b }"])
    assert "***" in repr(first)
    assert TOKEN not in repr(first)
    assert isinstance(second, SyncGQLError)
    assert TOKEN not in shown(second)


def test_echo_in_an_response_that_is_too_large() -> None:
    """The beginning of the body is quoted."""
    with WireServer(echo("200 OK", "text/plain", "%%")) as server:
        by_requests = RequestsHTTPTransport(server.url, headers=BEARER, max_response_size=10)
        for client in (Client(server.url, headers=BEARER, max_response_size=10), Client(transport=by_requests)):
            with client, pytest.raises(TransportError, match="max_response_size") as caught:
                client.execute("{ ok }")
            assert TOKEN not in shown(caught.value)


def test_variables_are_quoted() -> None:
    """A server's text about a variable is shown, as documented, because it describes the fault."""
    said = json.dumps({"errors": [{"message": "'hunter2' is no Int"}]})
    with (
        WireServer(echo("200 OK", "application/json", said)) as server,
        Client(server.url, headers=BEARER) as client,
        pytest.raises(TransportError, match="'hunter2' is no Int"),
    ):
        client.execute("query ($pin: Int!) { login(pin: $pin) }", {"pin": "hunter2"})


# -- WebSockets


async def refuse_upgrade(peer: Peer) -> None:
    await peer.refuse(401, f"bad token: {peer.headers['authorization']}")


async def close_with_echo(peer: Peer) -> None:
    await peer.accept()
    init = await peer.expect("connection_init")
    await peer.close(4403, f"bad token: {init['payload']['token']}")


async def fail_operation(peer: Peer) -> None:
    await peer.acknowledge()
    operation = await peer.expect("subscribe")
    await peer.send("error", id=operation["id"], payload=[{"message": f"bad token: {TOKEN}"}])
    await drained(peer)


async def answer_with_error(peer: Peer) -> None:
    await peer.acknowledge()
    operation = await peer.expect("subscribe")
    await peer.send("next", id=operation["id"], payload={"errors": [{"message": f"bad token: {TOKEN}"}]})
    await peer.send("complete", id=operation["id"])
    await drained(peer)


async def refuse_connection(peer: Peer) -> None:
    await peer.accept("graphql-ws")
    await peer.expect("connection_init")
    await peer.send("connection_error", payload={"message": f"bad token: {TOKEN}"})
    await drained(peer)


async def break_the_protocol(peer: Peer) -> None:
    await peer.acknowledge()
    await peer.expect("subscribe")
    await peer.text(f"bad token: {TOKEN}")
    await drained(peer)


async def drained(peer: Peer) -> None:
    try:
        await peer.drain()
    except Gone:
        return


@pytest.mark.parametrize(
    "script",
    [refuse_upgrade, close_with_echo, fail_operation, answer_with_error, refuse_connection, break_the_protocol],
    ids=lambda script: script.__name__,
)
def test_echo_over_a_websocket(script: Any, caplog: pytest.LogCaptureFixture) -> None:
    """They are masked in a refused upgrade, close reasons, errors and messages."""
    options: dict[str, Any] = {"headers": BEARER, "init_payload": {"token": TOKEN}, "reconnect": False}
    with (
        ScriptedServer(script) as server,
        Client(server.ws_url, **options) as client,
        pytest.raises(TransportError) as caught,
    ):
        list(client.subscribe("subscription { ok }"))
    assert TOKEN not in shown(caught.value) + caplog.text
    assert "***" in shown(caught.value)


def test_a_refused_token_raises_with_advice() -> None:
    """The message still has the advice."""
    with (
        WireServer(echo("401 Unauthorized", "text/plain", "%%")) as server,
        Client(server.url, headers=BEARER) as client,
        pytest.raises(TransportAuthenticationError, match="Check headers= and auth="),
    ):
        client.execute("{ ok }")


def test_credentials_of_appsync() -> None:
    """The authorization of a connection to AppSync is in its subprotocols, or in its URL."""
    auth = AppSyncApiKeyAuthentication("api.example.com", "da2-s3cret")
    transport = AppSyncWebsocketsTransport("https://api.example.com/graphql", auth)
    assert transport.dialect.handshake().mask.text("da2-s3cret is no key") == "*** is no key"
