"""TokenAuth with real servers and simulators: subscriptions that outlive their tokens, and calls of many threads."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from syncgql import (
    AppSyncJWTAuthentication,
    Client,
    RequestsHTTPTransport,
    TokenAuth,
    TransportAuthenticationError,
)

from ..fix_phoenix import PhoenixServer
from ..fix_servers import PATIENCE, AppSyncServer, Server
from ..servers.stream_wire import Stream
from ..servers.wire import WireServer, answer
from . import appsync, phoenix
from .appsync import AT_ONCE
from .response_streams import MULTIPART, SOON, SSE, SUBSCRIPTION, Protocol, answer_once

EXPIRED = [{"errorType": "UnauthorizedException", "message": "Token expired"}]
MUTATION = 'mutation { addBook(title: "Emma") { id } }'
THREADS = 64


class Issuer:
    """Issues tokens with the numbers 1, 2 and so on, which expire in an hour.

    Attributes:
        count: the number of the last token.
    """

    def __init__(self, prefix: str = "token") -> None:
        self.prefix = prefix
        self.count = 0

    def __call__(self) -> tuple[str, int]:
        self.count += 1
        return f"{self.prefix}-{self.count}", 3600


@pytest.mark.parametrize("protocol", [SSE, MULTIPART], ids=repr)
def test_a_stream_reconnects_with_the_next_token(protocol: Protocol) -> None:
    """The server ends it when its token expires, and then refuses that token."""
    first = Stream(protocol.events(1), content_type=protocol.content_type, end="reset")
    second = Stream([*protocol.events(2), protocol.complete], content_type=protocol.content_type)
    refusal = answer(b"expired", status="401 Unauthorized", content_type="text/plain")
    gaps: list[float] = []
    with (
        WireServer(first, lambda connection: answer_once(connection, refusal), second) as server,
        protocol.client(server.url, auth=TokenAuth(Issuer()), reconnect=SOON) as client,
    ):
        assert [each["n"] for each in client.subscribe(SUBSCRIPTION, on_reconnect=gaps.append)] == [1, 2]
        used = [request.header("Authorization") for request in server.requests]
    assert used == ["Bearer token-1", "Bearer token-1", "Bearer token-2"]
    assert len(gaps) == 1


def test_a_phoenix_socket_reconnects_with_the_next_token(phoenix_server: PhoenixServer) -> None:
    """The token is also a parameter, which is where servers read it."""
    auth, gaps = TokenAuth(Issuer()), list[float]()
    phoenix_server.behave(token="token-1")
    options: dict[str, Any] = {"auth": auth, "params": lambda: {"token": auth.token()}, "reconnect": AT_ONCE}
    with phoenix.client_of(phoenix_server, **options) as client:
        subscription = client.subscribe(phoenix.SUBSCRIPTION, on_reconnect=gaps.append)
        phoenix_server.behave(token="token-2")
        phoenix_server.act("close", code=1001)
        phoenix_server.wait_until(lambda: len(phoenix_server.seen("phoenix_ran")) == 2)
        phoenix_server.publish("after")
        assert phoenix.text_of(subscription) == "after"
    used = [connect["query"]["token"] for connect in phoenix_server.seen("phoenix_connect")]
    assert used == ["token-1", "token-1", "token-2"]
    assert len(gaps) == 1


def end_connections(server: AppSyncServer) -> None:
    """End the connections with a code that lets clients reconnect."""
    server.act("close", code=1001)


def end_subscriptions(server: AppSyncServer) -> None:
    """End the subscriptions with the error for an expired token; the connections stay open."""
    server.act("fail", errors=EXPIRED)


@pytest.mark.parametrize("end", [end_connections, end_subscriptions])
def test_an_appsync_subscription_continues_with_the_next_token(
    appsync_server: AppSyncServer, end: Callable[[AppSyncServer], None]
) -> None:
    """Whether the server ends the connection or, on a live connection, the subscription."""
    issuer, gaps = Issuer("jwt"), list[float]()
    auth = AppSyncJWTAuthentication(appsync_server.host, TokenAuth(issuer))
    with appsync.client_of(appsync_server, auth, reconnect=AT_ONCE) as client:
        subscription = client.subscribe(appsync.SUBSCRIPTION, on_reconnect=gaps.append)
        appsync_server.behave(valid_from=2)
        end(appsync_server)
        appsync_server.wait_until(lambda: len(appsync_server.seen("appsync_start")) == 2)
        appsync_server.publish("after")
        assert appsync.text_of(subscription) == "after"
    assert issuer.count == 2
    assert len(gaps) == 1


@pytest.mark.parametrize("reconnect", [AT_ONCE, False], ids=["reconnects", "does not reconnect"])
def test_appsync_refuses_the_token_of_an_operation(appsync_server: AppSyncServer, reconnect: Any) -> None:
    """The token expires after the connection is open: another subscription on it gets the next token."""
    issuer = Issuer("jwt")
    auth = AppSyncJWTAuthentication(appsync_server.host, TokenAuth(issuer))
    with appsync.client_of(appsync_server, auth, reconnect=reconnect) as client:
        client.subscribe(appsync.SUBSCRIPTION, overflow="raise")
        appsync_server.behave(valid_from=2)
        second = client.subscribe(appsync.SUBSCRIPTION, overflow="raise")
        appsync_server.publish("after")
        assert appsync.text_of(second) == "after"
        assert len(appsync_server.seen("ws_connect")) == 1
        appsync_server.behave(valid_from=100)
        with pytest.raises(TransportAuthenticationError):
            client.subscribe(appsync.SUBSCRIPTION, overflow="raise")
    # Each operation that was refused was repeated once.
    starts = [start["authorization"]["Authorization"] for start in appsync_server.seen("appsync_start")]
    assert starts == ["jwt-1", "jwt-1", "jwt-2", "jwt-2", "jwt-3"]


def client_of_requests(url: str, auth: TokenAuth) -> Client:
    return Client(transport=RequestsHTTPTransport(url, auth=auth))


def client_of_url(url: str, auth: TokenAuth) -> Client:
    return Client(url, auth=auth)


ClientOf = Callable[[str, TokenAuth], Client]


@pytest.mark.parametrize("client_of", [client_of_url, client_of_requests])
def test_64_threads_with_an_expired_token_fetch_one(strawberry_server: Server, client_of: ClientOf) -> None:
    """Late refusals of the expired token do not discard the next one."""
    issuer = Issuer()
    together = threading.Barrier(THREADS)
    with client_of(strawberry_server.at("/only/token-2"), TokenAuth(issuer)) as client:

        def call(number: int) -> Any:
            together.wait(PATIENCE)
            return client.execute("{ whoami }")["whoami"]

        with ThreadPoolExecutor(THREADS) as pool:
            assert set(pool.map(call, range(THREADS))) == {"Bearer token-2"}
    assert issuer.count == 2
    assert len(strawberry_server.seen("request")) <= 2 * THREADS


@pytest.mark.parametrize("client_of", [client_of_url, client_of_requests])
def test_a_server_that_refuses_every_token_receives_two_requests_per_call(
    strawberry_server: Server, client_of: ClientOf
) -> None:
    """However many threads call it."""
    calls, threads = 40, 8
    with client_of(strawberry_server.at("/only/nothing"), TokenAuth(Issuer())) as client:
        with ThreadPoolExecutor(threads) as pool:
            futures = [pool.submit(client.execute, MUTATION) for _ in range(calls)]
        assert {type(future.exception(PATIENCE)) for future in futures} == {TransportAuthenticationError}
    assert len(strawberry_server.seen("request")) == 2 * calls
