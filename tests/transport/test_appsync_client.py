"""A client of AppSync as users write it: HTTP and realtime together, and secrets only where they belong."""

from __future__ import annotations

import logging
import pickle
import traceback
from typing import Any

import pytest

from syncgql import (
    AppSyncApiKeyAuthentication,
    AppSyncJWTAuthentication,
    AppSyncWebsocketsTransport,
    Client,
    ReconnectPolicy,
    TransportAuthenticationError,
    TransportConnectionFailed,
    TransportError,
    TransportQueryError,
)
from syncgql.protocol.json_codec import dumps, loads
from syncgql.transport.appsync_websockets import AppSyncDialect

from ..fix_servers import AppSyncServer
from ..servers.wire import WireServer, always
from .appsync import AUTHENTICATIONS, PATIENCE, iam

SUBSCRIPTION = "subscription ($text: String) { onMessage(text: $text) { text number } }"
PUBLISH = "mutation ($text: String!) { publish(text: $text) { text number } }"


@pytest.mark.parametrize("kind", AUTHENTICATIONS)
def test_a22_a_client_for_everything(appsync_server: AppSyncServer, kind: str) -> None:
    """A URL and auth are sufficient. The server checks each signature over the received bytes."""
    with Client(appsync_server.url, auth=AUTHENTICATIONS[kind](appsync_server)) as client:
        assert client.execute("{ hello }") == {"hello": "Hello world!"}
        assert client.execute("query ($n: String!) { hello(name: $n) }", {"n": "Zoë ✓"}) == {"hello": "Hello Zoë ✓!"}
        subscription = client.subscribe(SUBSCRIPTION, {"text": "Zoë"})
        client.execute(PUBLISH, {"text": "another"})
        client.execute(PUBLISH, {"text": "Zoë"})
        # Nothing that was published after subscribe() is missed, and unselected fields are not sent.
        assert subscription.next(PATIENCE) == {"onMessage": {"text": "Zoë", "number": 2}}
    assert appsync_server.seen("appsync_refused") == []


def test_a22_a_token_is_fetched_for_each_request(appsync_server: AppSyncServer) -> None:
    """The token may therefore expire."""
    tokens = iter(range(100))
    auth = AppSyncJWTAuthentication(appsync_server.host, lambda: f"jwt-{next(tokens)}")
    with Client(appsync_server.url, auth=auth) as client:
        for number in range(3):
            appsync_server.behave(valid_from=number)
            client.execute("{ hello }")


def test_a21_refused_over_http(appsync_server: AppSyncServer) -> None:
    """A 401 is an authentication error, with AppSync's own message."""
    auth = AppSyncApiKeyAuthentication(appsync_server.host, "da2-wrong")
    with Client(appsync_server.url, auth=auth) as client, pytest.raises(TransportAuthenticationError) as caught:
        client.execute("{ hello }")
    assert caught.value.code == 401
    assert caught.value.errors is not None
    assert caught.value.errors[0]["errorType"] == "UnauthorizedException"
    assert caught.value.headers["x-amzn-ErrorType"] == "UnauthorizedException"


def test_errors_keep_their_type(appsync_server: AppSyncServer) -> None:
    """AppSync adds its own members next to ``message``."""
    auth = AppSyncApiKeyAuthentication(appsync_server.host, "da2-1")
    with Client(appsync_server.url, auth=auth) as client, pytest.raises(TransportQueryError) as caught:
        client.execute("{ missing }")
    assert caught.value.errors[0]["errorType"] == "ValidationError"


def test_one_session_for_both(appsync_server: AppSyncServer) -> None:
    """HTTP and realtime share cookies, connector and all other parts of aiohttp's session."""
    auth = AppSyncApiKeyAuthentication(appsync_server.host, "da2-1")
    with Client(appsync_server.url, auth=auth, client_session_args={"headers": {"X-Session": "one"}}) as client:
        client.execute("{ hello }")
        client.subscribe(SUBSCRIPTION)
    (request,) = [entry for entry in appsync_server.seen("request") if entry["path"].endswith("/graphql")]
    (upgrade,) = appsync_server.seen("ws_connect")
    assert request["headers"]["x-session"] == upgrade["headers"]["x-session"] == "one"


def test_a01_subscriptions_names_another_realtime_url(appsync_server: AppSyncServer) -> None:
    """``subscriptions=`` sets it, as for any other server."""
    realtime = f"ws://{appsync_server.host}/{appsync_server.api}/graphql/realtime"
    auth = AppSyncApiKeyAuthentication(appsync_server.host, "da2-1")
    with Client("http://127.0.0.1:1/graphql", subscriptions=realtime, auth=auth) as client:
        client.subscribe(SUBSCRIPTION)
    with Client(
        appsync_server.url, auth=auth, subscriptions=AppSyncWebsocketsTransport(appsync_server.url, auth)
    ) as client:
        client.subscribe(SUBSCRIPTION)
    assert len(appsync_server.seen("appsync_start")) == 2


def test_a19_a_client_reconnects_by_itself(appsync_server: AppSyncServer) -> None:
    """It reconnects after the end of a connection, as after 24 hours."""
    policy = ReconnectPolicy(base=0.01, cap=0)
    with Client(appsync_server.url, auth=iam(appsync_server), reconnect=policy) as client:
        subscription = client.subscribe(SUBSCRIPTION)
        appsync_server.act("close", code=1001)
        appsync_server.wait_until(lambda: len(appsync_server.seen("appsync_start")) == 2)
        client.execute(PUBLISH, {"text": "after"})
        assert subscription.next(PATIENCE)["onMessage"]["text"] == "after"
        assert subscription.stats.reconnects == 1


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"init_payload": {"a": 1}}, "init_payload= has no effect with AppSync"),
        ({"url": "wss://x.example.com/graphql"}, "http"),
        ({"subscriptions": "https://x.example.com/graphql"}, "ws"),
    ],
)
def test_options_that_do_not_fit(options: dict[str, Any], words: str) -> None:
    """They are refused when the client is created."""
    auth = AppSyncApiKeyAuthentication("x.example.com", "da2-1")
    with pytest.raises((TypeError, ValueError), match=words):
        Client(**{"url": "https://x.example.com/graphql", "auth": auth, **options})


def run_into(trouble: str, client: Client, server: AppSyncServer) -> None:
    if trouble == "http":
        client.execute("{ hello }")
    subscription = client.subscribe(SUBSCRIPTION)
    server.act("close", code=1008, reason="policy")
    subscription.next(PATIENCE)


@pytest.mark.parametrize("form", ["subprotocol", "query"])
@pytest.mark.parametrize("trouble", ["wrong", "upgrade", "select", "closed", "start", "http"])
def test_no_secret_in_logs_and_messages(
    appsync_server: AppSyncServer, caplog: pytest.LogCaptureFixture, form: Any, trouble: str
) -> None:
    """For any failure, neither the token nor the query string with it is in a log, message or traceback."""
    caplog.set_level(logging.DEBUG)
    secret = "jwt-12345678901234567890"
    auth = AppSyncJWTAuthentication(appsync_server.host, secret)
    behaviour: dict[str, dict[str, Any]] = {
        "wrong": {"valid_from": 10**21},
        "upgrade": {"upgrade_status": 403},
        "select": {"select": None},
        "start": {"start_error": {"errors": [{"errorType": "Unauthorized", "message": "no"}]}},
        "http": {"valid_from": 10**21},
    }
    appsync_server.behave(**behaviour.get(trouble, {}))
    transport = AppSyncWebsocketsTransport(appsync_server.url, auth, authorization_in=form)
    with Client(appsync_server.url, auth=auth, subscriptions=transport) as client:
        with pytest.raises(TransportError) as caught:
            run_into(trouble, client, appsync_server)
        shown = [repr(client), repr(transport), repr(auth), caplog.text, repr(caught.value.__dict__)]
    shown += traceback.format_exception(caught.value)
    connects = appsync_server.seen("appsync_connect")
    secrets = [secret, *(name for entry in appsync_server.seen("ws_connect") for name in entry["subprotocols"][1:])]
    secrets += [entry["query"].split("&")[0].removeprefix("header=")[:40] for entry in connects if entry["query"]]
    assert not [secret for secret in secrets if any(secret in text for text in shown)]
    assert secret.encode() not in pickle.dumps(caught.value)


def test_no_secret_in_the_traceback_of_a_broken_upgrade() -> None:
    """Aiohttp's own message has the whole URL."""
    auth = AppSyncApiKeyAuthentication("x.example.com", "da2-12345678901234567890")
    with WireServer(always(b"HTTP/1.1 101 Switching Protocols\r\n\r\n")) as server:
        transport = AppSyncWebsocketsTransport(
            "https://x.example.com/graphql",
            auth,
            realtime_url=f"ws://127.0.0.1:{server.port}/graphql",
            authorization_in="query",
        )
        with Client(transport=transport) as client, pytest.raises(TransportConnectionFailed) as caught:
            client.subscribe(SUBSCRIPTION)
        (request,) = server.requests
    secret = request.target.partition("header=")[2][:40]
    assert secret
    assert secret not in "".join(traceback.format_exception(caught.value))


def test_no_secret_in_the_repr_of_a_handshake() -> None:
    """Debuggers and error reporters would show it."""
    auth = AppSyncApiKeyAuthentication("x.example.com", "da2-12345678901234567890")
    for form in ("subprotocol", "query"):
        headers = {"Cookie": "secret"}
        dialect = AppSyncDialect("https://x.example.com/graphql", auth, None, form, headers, dumps, loads)
        assert repr(dialect.handshake()) == "<Handshake with wss://x.example.com/graphql/realtime>"


def a_key() -> str:
    return "da2-1"


def test_a_client_with_a_function_for_its_key_is_pickled(appsync_server: AppSyncServer) -> None:
    """The copy works."""
    client = Client(appsync_server.url, auth=AppSyncApiKeyAuthentication(appsync_server.host, a_key))
    with pickle.loads(pickle.dumps(client)) as copy:
        assert copy.execute("{ hello }") == {"hello": "Hello world!"}
        copy.subscribe(SUBSCRIPTION)
    assert appsync_server.seen("appsync_refused") == []
