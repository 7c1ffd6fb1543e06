"""Subscriptions at AppSync that continue after the loss of a connection and after temporary errors."""

from __future__ import annotations

import functools
import itertools
from typing import Any

import pytest

from syncgql import (
    AppSyncApiKeyAuthentication,
    AppSyncJWTAuthentication,
    AppSyncWebsocketsTransport,
    Client,
    TransportAuthenticationError,
    TransportConnectionFailed,
    TransportRateLimited,
    TransportTimeout,
)
from syncgql.transport.recovery.policy import ReconnectPolicy

from ..fix_servers import AppSyncServer
from ..servers.scripted import Peer, ScriptedServer
from .appsync import AT_ONCE, PATIENCE, SUBSCRIPTION, client_of, iam, messages, text_of


def test_a13_refused_credentials_that_can_be_renewed_get_another_try(appsync_server: AppSyncServer) -> None:
    """There is one retry, because the token may have expired in the meantime."""
    appsync_server.behave(valid_from=3)
    tokens = iter(range(100))
    auth = AppSyncJWTAuthentication(appsync_server.host, lambda: f"jwt-{next(tokens)}")
    with client_of(appsync_server, auth, reconnect=AT_ONCE) as client, pytest.raises(TransportAuthenticationError):
        client.subscribe(SUBSCRIPTION)
    assert len(appsync_server.seen("ws_connect")) == 2


def test_a13_a_limit_passes(appsync_server: AppSyncServer) -> None:
    """A connection that is refused because of a limit is retried."""
    appsync_server.behave(throttle=2)
    with client_of(appsync_server, reconnect=AT_ONCE) as client:
        client.subscribe(SUBSCRIPTION)
    assert len(appsync_server.seen("ws_connect")) == 3


def test_a13_a_bad_request_does_not_pass(appsync_server: AppSyncServer) -> None:
    """It is our fault, and not that of the credentials."""
    error = {"errorType": "BadRequestException", "message": "no", "errorCode": 400}
    appsync_server.behave(connection_error={"errors": [error]})
    refused = pytest.raises(TransportConnectionFailed, match="BadRequestException")
    with client_of(appsync_server, reconnect=AT_ONCE) as client, refused:
        client.subscribe(SUBSCRIPTION)
    assert len(appsync_server.seen("ws_connect")) == 1


@pytest.mark.parametrize("overflow", ["block", "raise"])
@pytest.mark.parametrize("code", [1000, 1001, 1011])
def test_a19_a_loss_restores_subscriptions(appsync_server: AppSyncServer, code: int, overflow: Any) -> None:
    """They have new ids and authorizations, as after 24 hours."""
    tokens = itertools.count()
    auth = AppSyncJWTAuthentication(appsync_server.host, lambda: f"jwt-{next(tokens)}")
    with client_of(appsync_server, auth, reconnect=AT_ONCE) as client:
        subscriptions = [client.subscribe(SUBSCRIPTION, overflow=overflow) for _ in range(2)]
        appsync_server.publish("before")
        appsync_server.behave(valid_from=next(tokens))  # the token used so far has expired
        appsync_server.act("close", code=code)
        appsync_server.wait_until(lambda: len(appsync_server.seen("appsync_start")) == 4)
        appsync_server.publish("after")
        for subscription in subscriptions:
            assert [text_of(subscription), text_of(subscription)] == ["before", "after"]
            assert subscription.stats.reconnects == 1
    ids = [start["id"] for start in appsync_server.seen("appsync_start")]
    given = [start["authorization"]["Authorization"] for start in appsync_server.seen("appsync_start")]
    assert (len(set(ids)), len(set(given))) == (4, 4)
    assert appsync_server.seen("appsync_refused") == []


@pytest.mark.parametrize("loss", ["reset", "end", "silence"])
def test_a19_a_loss_without_a_close_frame(loss: str) -> None:
    """The connection breaks (1006), during the start or the stream, or is silent; each time the next one continues."""

    async def script(peer: Peer) -> None:
        await peer.acknowledge("graphql-ws", payload={"connectionTimeoutMs": 1000 if loss == "silence" else 300_000})
        id = (await peer.expect("start"))["id"]
        if peer.number > 1:
            await peer.send("start_ack", id=id)
            await peer.send("data", id=id, payload={"data": {"onMessage": {"text": str(peer.number)}}})
        if peer.number == 3 or loss == "silence":
            await peer.drain()
        else:
            await getattr(peer, loss)()

    with ScriptedServer(script) as server:
        auth = AppSyncApiKeyAuthentication("x.example.com", "da2-1")
        transport = AppSyncWebsocketsTransport(
            "https://x.example.com/graphql", auth, realtime_url=server.ws_url, reconnect=AT_ONCE
        )
        with Client(transport=transport, execute_timeout=PATIENCE) as client:
            subscription = client.subscribe(SUBSCRIPTION)
            assert [text_of(subscription), text_of(subscription)] == ["2", "3"]
        ids = [peer.received[1]["id"] for peer in server.peers]
        assert len(set(ids)) == len(ids) >= 3


def test_a19_each_attempt_has_a_new_signature(appsync_server: AppSyncServer) -> None:
    """The server checks each authorization."""
    with client_of(appsync_server, iam(appsync_server), reconnect=AT_ONCE) as client:
        subscription = client.subscribe(SUBSCRIPTION)
        appsync_server.act("close", code=1001)
        appsync_server.wait_until(lambda: len(appsync_server.seen("appsync_start")) == 2)
        appsync_server.publish("after")
        assert text_of(subscription) == "after"
    assert appsync_server.seen("appsync_refused") == []


@pytest.mark.parametrize("code", [1002, 1003, 1007, 1008, 1009])
def test_a19_fatal_close_codes(appsync_server: AppSyncServer, code: int) -> None:
    """With these codes, the next connection would end in the same way."""
    with client_of(appsync_server, reconnect=AT_ONCE) as client:
        subscription = client.subscribe(SUBSCRIPTION)
        appsync_server.act("close", code=code, reason="because")
        with pytest.raises(TransportConnectionFailed, match="because") as caught:
            subscription.next(PATIENCE)
        assert caught.value.code == code
    assert len(appsync_server.seen("ws_connect")) == 1


def has_starts(server: AppSyncServer, number: int) -> bool:
    return len(server.seen("appsync_start")) == number


EXPIRED = [{"errorType": "UnauthorizedException", "message": "Token expired"}]


def test_a_token_that_expires_while_a_subscription_runs(appsync_server: AppSyncServer) -> None:
    """The subscription is restarted with the next one; other subscriptions and the connection are not affected."""
    tokens = itertools.count()
    auth = AppSyncJWTAuthentication(appsync_server.host, lambda: f"jwt-{next(tokens)}")
    with client_of(appsync_server, auth, reconnect=AT_ONCE) as client:
        subscription = client.subscribe(SUBSCRIPTION, overflow="raise")
        for starts in (2, 3, 4):
            appsync_server.publish(f"before {starts}")
            appsync_server.behave(valid_from=next(tokens))
            appsync_server.act("fail", errors=EXPIRED)
            appsync_server.wait_until(functools.partial(has_starts, appsync_server, starts))
            assert text_of(subscription) == f"before {starts}"
        appsync_server.publish("after")
        assert text_of(subscription) == "after"
    assert len(appsync_server.seen("ws_connect")) == 1
    assert appsync_server.seen("appsync_refused") == []


@pytest.mark.parametrize(("token", "starts"), [("jwt-1", 1), (lambda: "jwt-1", 2)])
def test_a_start_that_is_refused_is_tried_once_more(appsync_server: AppSyncServer, token: Any, starts: int) -> None:
    """It is retried with a new token, if there can be one."""
    appsync_server.behave(start_error={"errors": EXPIRED})
    auth = AppSyncJWTAuthentication(appsync_server.host, token)
    refused = pytest.raises(TransportAuthenticationError, match="Token expired")
    with client_of(appsync_server, auth, reconnect=AT_ONCE) as client, refused:
        client.subscribe(SUBSCRIPTION)
    assert len(messages(appsync_server, "start")) == starts


def test_a_start_that_is_throttled_is_tried_again(appsync_server: AppSyncServer) -> None:
    """It is retried by the policy for lost connections, while the caller waits."""
    throttled = {"errors": [{"errorType": "LimitExceededError", "message": "Rate exceeded"}]}
    appsync_server.behave(start_error=throttled, start_errors=2)
    with client_of(appsync_server, reconnect=AT_ONCE) as client:
        subscription = client.subscribe(SUBSCRIPTION)
        appsync_server.publish("hello")
        assert text_of(subscription) == "hello"
        assert len(messages(appsync_server, "start")) == 3
        appsync_server.behave(start_error=throttled, start_errors=100)
        with pytest.raises(TransportRateLimited, match="Rate exceeded"):
            client.subscribe(SUBSCRIPTION)
    # The next attempt would be too late for the caller, and the reason is more useful than a timeout.
    for reconnect in (ReconnectPolicy(base=60), False):
        refused = pytest.raises(TransportRateLimited, match="Rate exceeded")
        with client_of(appsync_server, reconnect=reconnect) as client, refused:
            client.subscribe(SUBSCRIPTION)


@pytest.mark.parametrize("way", ["close", "client"])
def test_a_subscription_is_closed_while_it_waits_to_be_restarted(appsync_server: AppSyncServer, way: str) -> None:
    """Nothing more is sent, and nothing is left behind."""
    policy = ReconnectPolicy(base=60, cap=0)
    auth = AppSyncJWTAuthentication(appsync_server.host, lambda: "jwt-1")
    with client_of(appsync_server, auth, reconnect=policy) as client:
        subscription = client.subscribe(SUBSCRIPTION, overflow="raise")
        appsync_server.act("fail", errors=EXPIRED)
        with pytest.raises(TransportTimeout):
            subscription.next(0.3)
        (subscription if way == "close" else client).close()
    assert len(messages(appsync_server, "start")) == 1


def test_a_provider_that_fails_when_a_subscription_is_restarted(appsync_server: AppSyncServer) -> None:
    """The subscription ends with that error as the cause."""
    tokens = iter(["jwt-1", "jwt-1"])
    auth = AppSyncJWTAuthentication(appsync_server.host, lambda: next(tokens, 5))  # type: ignore[arg-type,return-value]
    with client_of(appsync_server, auth, reconnect=AT_ONCE) as client:
        subscription = client.subscribe(SUBSCRIPTION)
        appsync_server.act("fail", errors=EXPIRED)
        with pytest.raises(TransportConnectionFailed, match="TypeError") as caught:
            subscription.next(PATIENCE)
        assert "jwt must be a str" in str(caught.value.__cause__)
