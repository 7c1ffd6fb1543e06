"""Subscriptions at AppSync, against a simulator in another process that checks every authorization itself."""

from __future__ import annotations

import asyncio
import json
import re
import threading
from typing import Any

import pytest

from syncgql import (
    AppSyncApiKeyAuthentication,
    AppSyncJWTAuthentication,
    AppSyncWebsocketsTransport,
    Client,
    Subscription,
    TransportAuthenticationError,
    TransportConnectionFailed,
    TransportCredentialsMissing,
    TransportError,
    TransportQueryError,
    TransportServerError,
    TransportTimeout,
)
from syncgql.protocol.appsync_endpoints import header_query

from ..fix_servers import AppSyncServer
from ..servers.appsync_server import SECRET_KEY
from .appsync import AT_ONCE, AUTHENTICATIONS, PATIENCE, SUBSCRIPTION, api_key, client_of, iam, messages, text_of
from .asynchronous import in_loop

LIMIT = 6.0
"""The seconds of limits that end a wait; long enough for a busy machine to do first what the test expects."""


@pytest.mark.parametrize("form", ["subprotocol", "query"])
@pytest.mark.parametrize("kind", AUTHENTICATIONS)
def test_a03_a04_a06_every_way_to_authenticate(appsync_server: AppSyncServer, kind: str, form: Any) -> None:
    """The server accepts connect and start, in both forms; an event published immediately afterwards arrives."""
    auth = AUTHENTICATIONS[kind](appsync_server)
    with client_of(appsync_server, auth, authorization_in=form) as client:
        subscription = client.subscribe(SUBSCRIPTION)
        appsync_server.publish("hello")
        assert text_of(subscription) == "hello"
    (connect,) = appsync_server.seen("appsync_connect")
    assert (connect["form"], connect["authorization"]["host"]) == (form, appsync_server.host)
    (upgrade,) = appsync_server.seen("ws_connect")
    assert upgrade["subprotocols"][0] == "graphql-ws"
    if form == "query":
        assert connect["query"].endswith("&payload=e30%3D")
        assert not set(connect["query"]) & set("+/")
    else:
        assert connect["query"] == ""
        assert upgrade["subprotocols"][1].startswith("header-")


def test_a01_the_realtime_url_may_be_given(appsync_server: AppSyncServer) -> None:
    """The realtime endpoint can be passed if it does not follow from the HTTP endpoint."""
    realtime = f"ws://{appsync_server.host}/{appsync_server.api}/graphql/realtime"
    auth = api_key(appsync_server)
    transport = AppSyncWebsocketsTransport("https://proxy.example.com/graphql", auth, realtime_url=realtime)
    with Client(transport=transport) as client:
        client.subscribe(SUBSCRIPTION)
    assert appsync_server.seen("appsync_start")


@pytest.mark.parametrize("selected", [None, "graphql-transport-ws"])
def test_a04_the_server_must_select_graphql_ws(appsync_server: AppSyncServer, selected: str | None) -> None:
    """A server that selects no subprotocol is not AppSync."""
    appsync_server.behave(select=selected)
    with client_of(appsync_server) as client, pytest.raises(TransportConnectionFailed, match="graphql-ws"):
        client.subscribe(SUBSCRIPTION)


def test_a08_the_request_is_sent_as_text(appsync_server: AppSyncServer) -> None:
    """``data`` is JSON inside JSON, with the query, the variables and the operation's name."""
    with client_of(appsync_server) as client:
        client.subscribe(SUBSCRIPTION)
        data = messages(appsync_server, "start")[0]["payload"]["data"]
        assert json.loads(data) == {"query": SUBSCRIPTION, "variables": {}}
        with pytest.raises(TransportQueryError):
            client.subscribe("subscription Two { missing }", {"text": "ü"}, "Two")
        data = messages(appsync_server, "start")[1]["payload"]["data"]
        assert json.loads(data) == {
            "query": "subscription Two { missing }",
            "variables": {"text": "ü"},
            "operationName": "Two",
        }


def test_a09_a_token_is_fetched_for_each_connect_and_start(appsync_server: AppSyncServer) -> None:
    """They are called in the thread that subscribes, never on the loop."""
    threads: list[str] = []

    def token() -> str:
        threads.append(threading.current_thread().name)
        return f"jwt-{len(threads)}"

    with client_of(appsync_server, AppSyncJWTAuthentication(appsync_server.host, token)) as client:
        client.subscribe(SUBSCRIPTION, overflow="raise")
        client.subscribe(SUBSCRIPTION, overflow="raise")
    given = [start["authorization"]["Authorization"] for start in appsync_server.seen("appsync_start")]
    given += [connect["authorization"]["Authorization"] for connect in appsync_server.seen("appsync_connect")]
    assert len(given) == len(set(given)) == 3
    assert set(threads) == {threading.current_thread().name}


def test_a10_no_start_before_the_ack(appsync_server: AppSyncServer) -> None:
    """``connection_init`` is sent first, and a start after its acknowledgement."""
    appsync_server.behave(ack=None)
    with client_of(appsync_server, ack_timeout=None) as client:
        thread = threading.Thread(target=client.subscribe, args=(SUBSCRIPTION,))
        thread.start()
        appsync_server.wait_for("ws_message", message={"type": "connection_init"})
        assert not messages(appsync_server, "start")
        appsync_server.act("acknowledge")
        thread.join(PATIENCE)
        assert not thread.is_alive()
    assert [entry["message"]["type"] for entry in appsync_server.seen("ws_message")][:2] == ["connection_init", "start"]


def test_a11_no_ack(appsync_server: AppSyncServer) -> None:
    """A server that does not acknowledge the connection is given up after ``ack_timeout``."""
    appsync_server.behave(ack=None)
    with client_of(appsync_server, ack_timeout=0.2) as client, pytest.raises(TransportTimeout) as caught:
        client.subscribe(SUBSCRIPTION)
    assert (caught.value.limit, caught.value.seconds) == ("ack_timeout", 0.2)


@pytest.mark.parametrize("overflow", ["block", "raise"])
def test_a11_no_start_ack(appsync_server: AppSyncServer, overflow: Any) -> None:
    """A subscription that is not confirmed is given up, and stopped in case the server runs it."""
    appsync_server.behave(start_ack=False)
    with client_of(appsync_server, ack_timeout=LIMIT) as client:
        with pytest.raises(TransportTimeout, match="did not confirm") as caught:
            client.subscribe(SUBSCRIPTION, overflow=overflow)
        assert (caught.value.limit, caught.value.seconds) == ("ack_timeout", LIMIT)
        (start,) = messages(appsync_server, "start")
        appsync_server.wait_for("ws_message", message={"type": "stop", "id": start["id"]})


def test_a12_silence_ends_the_connection(appsync_server: AppSyncServer) -> None:
    """The connection is given up after the time in the acknowledgement."""
    appsync_server.behave(ack={"connectionTimeoutMs": 3000})
    given_up = pytest.raises(TransportTimeout, match=r"sent nothing within keep_alive_timeout, 3 s")
    with client_of(appsync_server) as client, given_up:
        client.subscribe(SUBSCRIPTION).next(PATIENCE)


@in_loop
async def test_a12_keep_alives_keep_the_connection(appsync_server: AppSyncServer) -> None:
    """The server's ``ka`` messages end a silence."""

    def time() -> float:
        received.set()
        return asyncio.get_running_loop().time()

    received = asyncio.Event()
    transport = AppSyncWebsocketsTransport(appsync_server.url, api_key(appsync_server))
    try:
        await transport.connect()
        (connection,) = transport._pool.sockets
        keep_alive = connection._keep_alive
        assert keep_alive is not None
        keep_alive.time = time
        for _ in range(3):
            keep_alive.last_received = -1.0
            received.clear()
            await asyncio.to_thread(appsync_server.act, "send", message={"type": "ka"})
            await asyncio.wait_for(received.wait(), PATIENCE)
            assert keep_alive.last_received > 0
    finally:
        await transport.close()


def test_a12_the_users_limit_comes_first(appsync_server: AppSyncServer) -> None:
    """``keep_alive_timeout`` replaces the server's value."""
    given_up = pytest.raises(TransportTimeout, match=r"keep_alive_timeout, 2 s")
    with client_of(appsync_server, keep_alive_timeout=2) as client, given_up:
        client.subscribe(SUBSCRIPTION).next(PATIENCE)


def test_a13_refused_credentials_are_final(appsync_server: AppSyncServer) -> None:
    """There is one connection, and one error with AppSync's message."""
    auth = AppSyncApiKeyAuthentication(appsync_server.host, "da2-wrong")
    with client_of(appsync_server, auth, reconnect=AT_ONCE) as client:
        with pytest.raises(TransportAuthenticationError, match="You are not authorized") as caught:
            client.subscribe(SUBSCRIPTION)
        assert caught.value.errors is not None
        assert caught.value.errors[0]["errorType"] == "UnauthorizedException"
    assert len(appsync_server.seen("ws_connect")) == 1


@pytest.mark.parametrize(("status", "expected"), [(401, TransportAuthenticationError), (404, TransportServerError)])
def test_an_upgrade_that_is_refused(appsync_server: AppSyncServer, status: int, expected: type[Exception]) -> None:
    """The status determines the error."""
    appsync_server.behave(upgrade_status=status)
    with client_of(appsync_server) as client, pytest.raises(expected, match=f"HTTP {status}"):
        client.subscribe(SUBSCRIPTION)


def test_a14_an_error_ends_its_subscription_only(appsync_server: AppSyncServer) -> None:
    """An error instead of the confirmation raises from ``subscribe``; others on the socket continue."""
    with client_of(appsync_server) as client:
        subscription = client.subscribe(SUBSCRIPTION, overflow="raise")
        with pytest.raises(TransportQueryError, match="missing") as caught:
            client.subscribe("subscription { missing }", overflow="raise")
        assert caught.value.errors[0]["message"].startswith("Cannot query field 'missing'")
        appsync_server.publish("still here")
        assert text_of(subscription) == "still here"
    assert len(appsync_server.seen("ws_connect")) == 1


def test_a14_an_error_later_comes_from_the_iterator(appsync_server: AppSyncServer) -> None:
    """Events published before are delivered first."""
    with client_of(appsync_server) as client:
        subscription = client.subscribe(SUBSCRIPTION)
        appsync_server.publish("first")
        appsync_server.act("send", message={"id": "*", "type": "error", "payload": {"errors": [{"message": "gone"}]}})
        assert text_of(subscription) == "first"
        with pytest.raises(TransportQueryError, match="gone"):
            subscription.next(PATIENCE)


@pytest.mark.parametrize("payload", [{"errors": {"message": "no"}}, {"errors": [{"message": "no"}]}, {"message": "no"}])
def test_a15_shapes_of_errors(appsync_server: AppSyncServer, payload: dict[str, Any]) -> None:
    """The errors are a list or one object."""
    appsync_server.behave(start_error=payload)
    with client_of(appsync_server) as client, pytest.raises(TransportQueryError, match="no"):
        client.subscribe(SUBSCRIPTION)


def test_a15_errors_about_nothing(appsync_server: AppSyncServer) -> None:
    """Messages without an id, with an empty one, or of an unknown type do not end the subscription."""
    with client_of(appsync_server) as client:
        subscription = client.subscribe(SUBSCRIPTION)
        for message in ({"type": "error", "payload": None}, {"type": "error", "id": ""}, {"type": "new"}, "<", "[]"):
            appsync_server.act("send", message=message)
        appsync_server.publish("still here")
        assert text_of(subscription) == "still here"


def test_a16_data_before_start_ack(appsync_server: AppSyncServer) -> None:
    """The event counts as the confirmation, and is delivered."""
    appsync_server.behave(start_ack=False)
    with client_of(appsync_server) as client:
        subscriptions: list[Subscription[dict[str, Any]]] = []
        thread = threading.Thread(target=lambda: subscriptions.append(client.subscribe(SUBSCRIPTION)))
        thread.start()
        appsync_server.wait_for("appsync_start")
        data = {"onMessage": {"text": "early", "number": 1}}
        appsync_server.act("send", message={"id": "*", "type": "data", "payload": {"data": data}})
        thread.join(PATIENCE)
        assert text_of(subscriptions[0]) == "early"


def test_subscribe_returns_when_the_server_has_confirmed(appsync_server: AppSyncServer) -> None:
    """It does not return when the message was sent, because an event immediately afterwards would be missed."""
    appsync_server.behave(start_ack=False)
    with client_of(appsync_server) as client:
        thread = threading.Thread(target=client.subscribe, args=(SUBSCRIPTION,))
        thread.start()
        appsync_server.wait_for("appsync_start")
        thread.join(0.3)
        assert thread.is_alive()
        appsync_server.act("confirm")
        thread.join(PATIENCE)
        assert not thread.is_alive()


def test_a17_a_stop_waits_for_the_confirmation(appsync_server: AppSyncServer) -> None:
    """The server would ignore an earlier stop; the caller does not wait for it."""
    appsync_server.behave(start_ack=False)
    with client_of(appsync_server) as client:
        with pytest.raises(TransportTimeout) as caught:
            client.subscribe(SUBSCRIPTION, overflow="raise", timeout=LIMIT)
        assert caught.value.limit == "timeout"
        (start,) = messages(appsync_server, "start")
        assert not messages(appsync_server, "stop")
        appsync_server.act("confirm")
        appsync_server.wait_for("ws_message", message={"type": "stop", "id": start["id"]})
    assert len(messages(appsync_server, "stop")) == 1


def test_a18_complete(appsync_server: AppSyncServer) -> None:
    """An unexpected complete ends the iteration."""
    with client_of(appsync_server) as client:
        subscription = client.subscribe(SUBSCRIPTION)
        appsync_server.publish("last")
        appsync_server.act("complete")
        assert [event["onMessage"]["text"] for event in subscription] == ["last"]


def test_a03_the_query_string_is_sent_as_it_is(appsync_server: AppSyncServer) -> None:
    """No library decodes the percent-encoded text."""
    auth = AppSyncJWTAuthentication(appsync_server.host, "ey??>>~~.tok")
    refused = pytest.raises(TransportAuthenticationError)
    with client_of(appsync_server, auth, authorization_in="query") as client, refused:
        client.subscribe(SUBSCRIPTION)
    (connect,) = appsync_server.seen("appsync_connect")
    assert connect["query"] == header_query({"Authorization": "ey??>>~~.tok", "host": appsync_server.host})
    assert {"%2B", "%2F"} <= set(re.findall("%..", connect["query"]))


@pytest.mark.parametrize("document", ["{ hello }", 'mutation { publish(text: "x") { text } }'])
def test_a20_queries_and_mutations_are_refused(appsync_server: AppSyncServer, document: str) -> None:
    """The error is raised before connecting, and names what to use instead."""
    with client_of(appsync_server) as client:
        for use in (client.execute, client.subscribe):
            with pytest.raises(TransportError, match=r"AIOHTTPTransport\(url, auth=\.\.\.\)"):
                use(document)
    assert appsync_server.seen("ws_connect") == []


def test_a23_missing_credentials_are_noticed_before_connecting(
    appsync_server: AppSyncServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without ``auth=`` the credentials are those of AWS."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    transport = AppSyncWebsocketsTransport(appsync_server.url)
    with Client(transport=transport) as client:
        with pytest.raises(TransportCredentialsMissing, match="region"):
            client.subscribe(SUBSCRIPTION)
        monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        with pytest.raises(TransportCredentialsMissing, match="credentials"):
            client.subscribe(SUBSCRIPTION)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
        assert appsync_server.seen("ws_connect") == []
        client.subscribe(SUBSCRIPTION)
    assert appsync_server.seen("appsync_refused") == []


def test_a24_an_idle_connection_is_closed_after_a_while(appsync_server: AppSyncServer) -> None:
    """It is closed with 1000 after some time, in which the next subscription finds it open."""
    with client_of(appsync_server, idle_timeout=LIMIT) as client:
        client.subscribe(SUBSCRIPTION, overflow="raise").close()
        client.subscribe(SUBSCRIPTION, overflow="raise").close()
        assert appsync_server.seen("ws_close") == []
        closed = appsync_server.wait_for("ws_close")
        assert (closed["code"], closed["by"]) == (1000, "client")
    assert len(appsync_server.seen("ws_connect")) == 1
    assert len(messages(appsync_server, "stop")) == 2


def test_too_many_subscriptions_for_one_connection(appsync_server: AppSyncServer) -> None:
    """Further subscriptions continue on a second connection."""
    appsync_server.behave(max_subscriptions=2)
    with client_of(appsync_server) as client:
        subscriptions = [client.subscribe(SUBSCRIPTION, overflow="raise") for _ in range(5)]
        appsync_server.publish("to all")
        assert [text_of(subscription) for subscription in subscriptions] == ["to all"] * 5
    assert len(appsync_server.seen("ws_connect")) == 3


def test_a_subscription_that_is_not_allowed(appsync_server: AppSyncServer) -> None:
    """The exception is about credentials, and the connection stays open."""
    error = {"errorType": "Unauthorized", "message": "Not Authorized to access onMessage on type Subscription"}
    appsync_server.behave(start_error={"errors": [error]})
    with client_of(appsync_server) as client, pytest.raises(TransportAuthenticationError, match="Not Authorized"):
        client.subscribe(SUBSCRIPTION, overflow="raise")


def test_without_a_client_in_asyncio_code(appsync_server: AppSyncServer) -> None:
    """The transport's coroutines work without a client."""

    async def main() -> list[str]:
        transport = AppSyncWebsocketsTransport(appsync_server.url, iam(appsync_server))
        await transport.connect()
        assert transport.payloads["connection_ack"] == {"connectionTimeoutMs": 300_000}
        with pytest.raises(TransportError, match="only subscriptions"):
            await transport.execute("{ hello }")
        texts: list[str] = []
        events = transport.subscribe(SUBSCRIPTION)
        first = asyncio.ensure_future(anext(events))
        await asyncio.to_thread(appsync_server.wait_for, "appsync_start")
        await asyncio.to_thread(appsync_server.publish, "hello")
        texts.append((await first).data["onMessage"]["text"])
        await events.aclose()
        await transport.close()
        await transport.wait_closed()
        return texts

    assert asyncio.run(main()) == ["hello"]


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"auth": "da2-1"}, TypeError, "auth must be an AppSyncAuthentication, not str"),
        ({"url": "wss://x/graphql"}, ValueError, "http"),
        ({"realtime_url": "https://x"}, ValueError, "ws"),
        ({"authorization_in": "header"}, ValueError, "'subprotocol' or 'query'"),
        ({"ack_timeout": 0}, ValueError, "ack_timeout"),
        ({"session": object()}, TypeError, "session="),
        ({"reconnect": 3}, TypeError, "reconnect"),
    ],
)
def test_wrong_options(options: dict[str, Any], error: type[Exception], words: str) -> None:
    """Wrong options are reported immediately."""
    given = {"url": "https://x/graphql", "auth": AppSyncApiKeyAuthentication("x", "da2-1"), **options}
    with pytest.raises(error, match=words):
        AppSyncWebsocketsTransport(**given)
