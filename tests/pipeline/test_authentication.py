"""Authentication: a call is sent once more, with another token, after the server has refused its token."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from typing import Any

import pytest

from syncgql import (
    AIOHTTPTransport,
    Client,
    ExecutionResult,
    FileVar,
    GraphQLRequest,
    RequestsHTTPTransport,
    TokenAuth,
    TransportAuthenticationError,
    TransportQueryError,
)
from syncgql.testing import GraphQLMock

from ..fix_servers import Server
from ..servers.wire import WireConnection, WireServer, answer

OK = answer(b'{"data": {"ok": true}}')
NOWHERE = "http://127.0.0.1:9/graphql"
PATIENCE = 60.0
MUTATION = "mutation { ok }"


class GuardedServer:
    """A server that refuses all tokens but one.

    Attributes:
        valid: the token that it accepts; empty for none.
        status: the status of a refusal.
        used: the ``Authorization`` of each request, without its scheme.
    """

    def __init__(self, valid: str, status: str = "401 Unauthorized") -> None:
        self.valid = valid
        self.status = status
        self.used: list[str] = []
        self.wire = WireServer(self._script)

    def _script(self, connection: WireConnection) -> None:
        while (request := connection.read_request()) is not None:
            token = (request.header("Authorization") or "").partition(" ")[2]
            self.used.append(token)
            is_batch = request.body.startswith(b"[")
            refusal = answer(f"invalid token: {token}".encode(), status=self.status)
            body = b'[{"data": {"ok": true}}, {"data": {"ok": true}}]' if is_batch else b'{"data": {"ok": true}}'
            connection.send(answer(body) if token and token == self.valid else refusal)

    def __enter__(self) -> GuardedServer:
        self.wire.__enter__()
        return self

    def __exit__(self, *exception: Any) -> None:
        self.wire.__exit__(None, None, None)


class Issuer:
    """Issues tokens: ``token-1``, ``token-2`` and so on."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> tuple[str, int]:
        self.count += 1
        return f"token-{self.count}", 3600


ClientFor = Callable[..., Client]


@pytest.fixture(params=[AIOHTTPTransport, RequestsHTTPTransport, None])
def client_for(request: pytest.FixtureRequest) -> ClientFor:
    """Makes a client with one of the transports over HTTP, or of a URL."""

    def make(url: str, auth: TokenAuth, **options: Any) -> Client:
        if request.param is None:
            return Client(url, auth=auth, **options)
        return Client(transport=request.param(url, auth=auth), **options)

    return make


@pytest.mark.parametrize("status", ["401 Unauthorized", "403 Forbidden"])
def test_a_call_is_sent_again_after_a_refusal(client_for: ClientFor, status: str) -> None:
    """Mutations, too: the server did not execute what it refused."""
    issuer = Issuer()
    with GuardedServer("token-2", status) as server, client_for(server.wire.url, TokenAuth(issuer)) as client:
        assert client.execute(MUTATION) == {"ok": True}
        assert client.execute(MUTATION) == {"ok": True}
        assert server.used == ["token-1", "token-2", "token-2"]


def test_a_server_that_refuses_every_token_receives_two_requests(
    client_for: ClientFor, caplog: pytest.LogCaptureFixture
) -> None:
    """The error explains it and shows no token."""
    caplog.set_level(logging.DEBUG)
    with GuardedServer("") as server, client_for(server.wire.url, TokenAuth(Issuer())) as client:
        with pytest.raises(TransportAuthenticationError) as caught:
            client.execute(MUTATION)
        assert server.used == ["token-1", "token-2"]
    assert caught.value.attempts == 2
    assert "token-" not in f"{caught.value!r} {caught.value.body} {caplog.text}"


def test_batches_are_sent_again(client_for: ClientFor) -> None:
    """The whole batch is resent."""
    with GuardedServer("token-2") as server, client_for(server.wire.url, TokenAuth(Issuer())) as client:
        assert client.execute_batch([MUTATION, MUTATION]) == [{"ok": True}, {"ok": True}]
        assert server.used == ["token-1", "token-2"]


def test_automatic_batches_share_the_token() -> None:
    """Calls of several threads go together, because their headers are the same."""
    options: dict[str, Any] = {"auth": TokenAuth(Issuer()), "batch_interval": 5, "batch_max": 2}
    with GuardedServer("token-2") as server, Client(server.wire.url, **options) as client:
        futures = [client.submit(MUTATION) for _ in range(2)]
        assert [future.result(PATIENCE) for future in futures] == [{"ok": True}, {"ok": True}]
        assert server.used == ["token-1", "token-2"]


def test_an_authorization_of_the_call_takes_precedence(client_for: ClientFor) -> None:
    """Such a call needs no token, and its refusal says nothing about the token."""
    issuer = Issuer()
    with GuardedServer("token-9") as server, client_for(server.wire.url, TokenAuth(issuer)) as client:
        assert client.execute(MUTATION, headers={"authorization": "Bearer token-9"}) == {"ok": True}
        with pytest.raises(TransportAuthenticationError):
            client.execute(MUTATION, headers={"Authorization": "Bearer other"})
        assert issuer.count == 0
        assert server.used == ["token-9", "other"]


def test_a_file_that_cannot_be_read_again_is_not_sent_again() -> None:
    """The refusal is raised; the next call has another token."""
    reader, writer = os.pipe()
    os.write(writer, b"...")
    os.close(writer)
    with GuardedServer("token-2") as server, Client(server.wire.url, auth=TokenAuth(Issuer())) as client:
        with open(reader, "rb") as file, pytest.raises(TransportAuthenticationError):
            client.execute("mutation ($f: Upload) { ok(f: $f) }", {"f": FileVar(file, filename="f")})
        assert client.execute(MUTATION) == {"ok": True}
        assert server.used == ["token-1", "token-2"]


def test_the_token_belongs_to_the_client(client_for: ClientFor) -> None:
    """It does not belong to one of several users: queries may be merged, and cookies are shared."""
    cookies: list[str | None] = []

    def script(connection: WireConnection) -> None:
        while (request := connection.read_request()) is not None:
            cookies.append(request.header("Cookie"))
            connection.send(answer(b'{"data": {"ok": true}}', "Set-Cookie: session=1"))

    with WireServer(script) as server, client_for(server.url, TokenAuth(Issuer()), deduplicate=True) as client:
        client.execute("{ ok }")
        client.execute("{ ok }")
    assert cookies == [None, "session=1"]


def test_a_fetch_may_use_the_same_client(client_for: ClientFor) -> None:
    """Its requests have no token and do not wait for one, in other threads either."""
    used: list[str | None] = []

    def script(connection: WireConnection) -> None:
        while (request := connection.read_request()) is not None:
            used.append(request.header("Authorization"))
            connection.send(OK)

    def fetch() -> str:
        assert client.execute("mutation { login }") == {"ok": True}
        assert client.submit("mutation { login }").result(30) == {"ok": True}
        return "token-1"

    with WireServer(script) as server, client_for(server.url, TokenAuth(fetch)) as client:
        assert client.execute("{ ok }") == {"ok": True}
    assert used == [None, None, "Bearer token-1"]


def test_a_transport_without_a_client_has_the_token() -> None:
    """It sends a call once; the next one has another token."""
    with GuardedServer("token-2") as server:
        transport = RequestsHTTPTransport(server.wire.url, auth=TokenAuth(Issuer()))
        with pytest.raises(TransportAuthenticationError):
            transport.execute(GraphQLRequest("{ ok }"))
        assert transport.execute(GraphQLRequest("{ ok }")) == ExecutionResult({"ok": True})
        transport.close()


def test_a_real_server_receives_the_token(strawberry_server: Server) -> None:
    """Queries, batches and the WebSocket of subscriptions have the token; one fetch is sufficient."""
    issuer = Issuer()
    with Client(strawberry_server.url, auth=TokenAuth(issuer), retry=True) as client:
        assert client.execute("{ whoami }") == {"whoami": "Bearer token-1"}
        assert client.submit("{ whoami }").result(PATIENCE) == {"whoami": "Bearer token-1"}
        assert client.execute_batch(["{ whoami }"]) == [{"whoami": "Bearer token-1"}]
        assert list(client.subscribe("subscription { whoami }")) == [{"whoami": "Bearer token-1"}]
    assert issuer.count == 1


CODE = {"message": "Log in.", "extensions": {"code": "UNAUTHENTICATED"}}


@pytest.mark.parametrize(
    ("document", "refusal", "is_repeated"),
    [
        ("{ ok }", {"data": None, "errors": [CODE]}, True),
        ("{ ok }", {"data": {"ok": None}, "errors": [{**CODE, "path": ["ok"]}]}, True),
        (MUTATION, {"errors": [CODE]}, True),
        (MUTATION, {"data": None, "errors": [{**CODE, "path": ["ok"]}]}, False),
        (MUTATION, {"data": {"ok": True}, "errors": [CODE]}, False),
    ],
)
def test_refused_by_a_graphql_error(document: str, refusal: dict[str, Any], is_repeated: bool) -> None:
    """With the code UNAUTHENTICATED, the token is replaced; a mutation is repeated only if nothing was executed."""
    tokens = iter(["old", "new"])
    with GraphQLMock() as mock, Client(NOWHERE, auth=TokenAuth(lambda: next(tokens))) as client:
        mock.add(lambda call: call.headers["Authorization"] == "Bearer old", **refusal)
        mock.add(lambda call: call.headers["Authorization"] == "Bearer new", {"ok": True})
        result = client.execute_result(document)
        assert (result.errors is None) == is_repeated
        assert client.execute(document) == {"ok": True}
    assert [call.headers["Authorization"] for call in mock.calls] == ["Bearer old"] + ["Bearer new"] * (1 + is_repeated)


def test_refused_by_graphql_errors_only() -> None:
    """The result of the second attempt is returned as it is, and other codes do not concern the token."""
    tokens = iter("abc")
    with GraphQLMock() as mock, Client(NOWHERE, auth=TokenAuth(lambda: next(tokens))) as client:
        mock.add("{ ok }", errors=[CODE])
        mock.add("{ other }", errors=[{**CODE, "extensions": {"code": "FORBIDDEN"}}])
        with pytest.raises(TransportQueryError, match="Log in"):
            client.execute("{ ok }")
        with pytest.raises(TransportQueryError, match="Log in"):
            client.execute("{ other }")
    assert [call.headers["Authorization"] for call in mock.calls] == ["Bearer a", "Bearer b", "Bearer b"]


def test_refusals_that_are_not_repeated() -> None:
    """An open WebSocket keeps its token, so a query is not repeated; neither are incremental results over HTTP."""
    issuer = Issuer()
    with GraphQLMock() as mock:
        mock.add("{ ok }", errors=[CODE])
        with Client("ws://127.0.0.1:9/graphql", auth=TokenAuth(issuer)) as client:
            for _ in range(2):
                with pytest.raises(TransportQueryError, match="Log in"):
                    client.execute("{ ok }")
        assert (len(mock.calls), issuer.count) == (2, 2)
        with Client(NOWHERE, auth=TokenAuth(issuer)) as client, pytest.raises(TransportQueryError, match="Log in"):
            list(client.stream("{ ok }"))
    assert (len(mock.calls), issuer.count) == (3, 3)
