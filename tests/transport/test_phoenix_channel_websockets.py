"""GraphQL over Phoenix channels, against a simulator of Absinthe in another process."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from syncgql import (
    Client,
    DocumentError,
    PhoenixChannelWebsocketsTransport,
    TransportAuthenticationError,
    TransportConnectionFailed,
    TransportProtocolError,
    TransportQueryError,
    TransportServerError,
    TransportTimeout,
)

from ..fix_phoenix import PhoenixServer
from ..fix_servers import PATIENCE
from .phoenix import CONTROL, SLEEP, SUBSCRIPTION, client_of, text_of, wait_for_heartbeats

LIMIT = 6.0
"""The seconds of limits that end a wait; long enough for a busy machine to do first what the test expects."""


def test_x01_the_url_of_the_socket(phoenix_server: PhoenixServer) -> None:
    """It gets ``/websocket`` and ``vsn``, and parameters that are encoded; no subprotocol and no origin are sent."""
    params = {"token": "a&b=c d/ü", "user": {"id": 7, "admin": True}}
    with client_of(phoenix_server, params=params) as client:
        assert client.execute("{ hello }") == {"hello": "Hello world!"}
    (connect,) = phoenix_server.seen("phoenix_connect")
    assert connect["query"] == {"vsn": "2.0.0", "token": "a&b=c d/ü", "user[id]": "7", "user[admin]": "true"}
    (upgrade,) = phoenix_server.seen("ws_connect")
    assert upgrade["path"] == f"/{phoenix_server.name}/socket/websocket"
    assert upgrade["subprotocols"] == []
    assert "origin" not in upgrade["headers"]


def test_x01_a_whole_url_is_unchanged(phoenix_server: PhoenixServer) -> None:
    """A path that ends with ``/websocket``, ``vsn``, and parameters."""
    url = f"{phoenix_server.socket_url}/websocket?a=1&vsn=2.0.0"
    with Client(transport=PhoenixChannelWebsocketsTransport(url)) as client:
        client.execute("{ hello }")
    assert phoenix_server.seen("phoenix_connect")[0]["query"] == {"a": "1", "vsn": "2.0.0"}


def test_x02_x18_the_join_is_first(phoenix_server: PhoenixServer) -> None:
    """Nothing is sent before its reply; a document has a query, and variables even if there are none."""
    phoenix_server.behave(joins=False)
    with client_of(phoenix_server, ack_timeout=LIMIT) as client:
        with pytest.raises(TransportTimeout) as caught:
            client.execute("{ hello }")
        assert caught.value.limit == "ack_timeout"
        assert [entry["message"] for entry in phoenix_server.seen("ws_message")] == [
            ["1", "1", CONTROL, "phx_join", {}]
        ]
        phoenix_server.behave(joins=True)
        client.execute("{ hello }")
        client.execute("query ($name: String!) { hello(name: $name) }", {"name": "Ada"})
    first, second = phoenix_server.frames("doc")
    assert first == ["1", "2", CONTROL, "doc", {"query": "{ hello }", "variables": {}}]
    assert second[4]["variables"] == {"name": "Ada"}


def test_x03_refused_upgrades(phoenix_server: PhoenixServer) -> None:
    """403 refuses the credentials; other statuses are what they say."""
    phoenix_server.behave(token="right")
    with client_of(phoenix_server, params={"token": "wrong-token"}) as client:
        with pytest.raises(TransportAuthenticationError) as caught:
            client.execute("{ hello }")
        assert caught.value.code == 403
        assert "wrong-token" not in str(caught.value)
    for status, kind in ((401, TransportAuthenticationError), (404, TransportServerError), (500, TransportServerError)):
        phoenix_server.behave(upgrade_status=status)
        with client_of(phoenix_server) as client, pytest.raises(kind) as refused:
            client.execute("{ hello }")
        assert refused.value.code == status


@pytest.mark.parametrize(
    ("response", "kind", "text"),
    [
        ({"reason": "unauthorized"}, TransportAuthenticationError, r"unauthorized\. Check .* and params=\.$"),
        ("Forbidden: no such user", TransportAuthenticationError, "Forbidden"),
        ({"reason": "too many channels joined"}, TransportConnectionFailed, "too many channels joined"),
        ({}, TransportConnectionFailed, "gave no reason"),
    ],
)
def test_x03_a_refused_join(phoenix_server: PhoenixServer, response: Any, kind: Any, text: str) -> None:
    """The reason is in the error of every operation that waits."""
    phoenix_server.behave(join_error=response)
    with client_of(phoenix_server) as client:
        for call in (client.execute, client.subscribe):
            with pytest.raises(kind, match=text):
                call("{ hello }")


def test_x03_no_such_channel(phoenix_server: PhoenixServer) -> None:
    """It is not tried again; the error names the channel and the option."""
    refused = pytest.raises(TransportConnectionFailed, match=r"no channel 'other', pass another channel_name=")
    with client_of(phoenix_server, channel_name="other", reconnect=True) as client, refused:
        client.execute("{ hello }")
    assert len(phoenix_server.seen("phoenix_connect")) == 1


def test_x04_replies_in_any_order(phoenix_server: PhoenixServer) -> None:
    """Each call gets the reply to its own document."""
    phoenix_server.behave(hold=True, reverse=True)
    with client_of(phoenix_server) as client:
        names = [f"name {number}" for number in range(5)]
        query = "query ($name: String!) { hello(name: $name) }"
        futures = [client.submit(query, {"name": name}) for name in names]
        phoenix_server.wait_until(lambda: len(phoenix_server.seen("phoenix_ran")) == 5)
        phoenix_server.act("release")
        assert [future.result(PATIENCE)["hello"] for future in futures] == [f"Hello {name}!" for name in names]


def test_x04_data_and_errors(phoenix_server: PhoenixServer) -> None:
    """A result with data and errors is whole; ``execute`` raises its errors."""
    with client_of(phoenix_server) as client:
        result = client.execute_result("{ hello fail }")
        assert result.data == {"hello": "Hello world!", "fail": None}
        assert [error["message"] for error in result.errors or ()] == ["It failed"]
        with pytest.raises(TransportQueryError, match="It failed") as caught:
            client.execute("{ hello fail }")
        assert caught.value.data == {"hello": "Hello world!", "fail": None}


@pytest.mark.parametrize(
    ("response", "message"),
    [
        ({"errors": [{"message": "one"}, {"message": "two"}]}, "one"),
        ({"error": "Could not parse variables as map"}, "Could not parse variables as map"),
        ({"reason": "not today"}, "not today"),
        ({"reason": {"code": 7}}, '{"code":7}'),
        ("no", "no"),
        (["first", "second"], "first"),
        ({}, "The server gave no reason."),
    ],
)
def test_x05_errors_of_every_shape(phoenix_server: PhoenixServer, response: Any, message: str) -> None:
    """They are readable, from ``execute``, ``execute_result`` and ``subscribe``."""
    with client_of(phoenix_server) as client:
        client.execute("{ hello }")
        phoenix_server.behave(doc_error=response)
        with pytest.raises(TransportQueryError) as caught:
            client.execute("{ hello }")
        assert (caught.value.errors[0]["message"], caught.value.sent) == (message, True)
        result = client.execute_result("{ hello }")
        assert (result.has_data, (result.errors or [])[0]["message"]) == (False, message)
        with pytest.raises(TransportQueryError):
            client.subscribe(SUBSCRIPTION)


def test_x06_events_by_their_topic(phoenix_server: PhoenixServer) -> None:
    """Several subscriptions on one socket receive their own events."""
    document = "subscription ($text: String) { onMessage(text: $text) { text } }"
    with client_of(phoenix_server) as client:
        texts = ["a", "b", "c"]
        subscriptions = [client.subscribe(document, {"text": text}, overflow="raise") for text in texts]
        for text in reversed(texts):
            client.execute("mutation ($text: String!) { publish(text: $text) { number } }", {"text": text})
        assert [text_of(subscription) for subscription in subscriptions] == texts
        assert len(phoenix_server.seen("ws_connect")) == 1


@pytest.mark.parametrize("overflow", ["block", "raise"])
def test_x07_events_before_the_reply(phoenix_server: PhoenixServer, overflow: Any) -> None:
    """They are delivered first, in order."""
    phoenix_server.behave(early=["one", "two", "three"])
    with client_of(phoenix_server) as client:
        subscription = client.subscribe(SUBSCRIPTION, overflow=overflow)
        phoenix_server.publish("four")
        assert [text_of(subscription) for _ in range(4)] == ["one", "two", "three", "four"]


def test_x08_equal_subscriptions(phoenix_server: PhoenixServer) -> None:
    """One event serves both, as an object of its own; the last one to end unsubscribes."""
    phoenix_server.behave(context_id="ctx")
    with client_of(phoenix_server) as client:
        first, second = (client.subscribe(SUBSCRIPTION, overflow="raise") for _ in range(2))
        phoenix_server.publish("for both")
        events = [subscription.next(PATIENCE) for subscription in (first, second)]
        assert events[0] == events[1] == {"onMessage": {"text": "for both", "number": 1}}
        assert events[0]["onMessage"] is not events[1]["onMessage"]
        first.close()
        phoenix_server.publish("for one")
        assert text_of(second) == "for one"
        assert phoenix_server.frames("unsubscribe") == []
        second.close()
        (frame,) = phoenix_server.wait_for_frames("unsubscribe")
        assert frame[4]["subscriptionId"].startswith("__absinthe__:doc:ctx:")


def test_x09_cancelling_before_the_reply(phoenix_server: PhoenixServer) -> None:
    """The subscription is unsubscribed when the reply names it."""
    with client_of(phoenix_server) as client:
        client.execute("{ hello }")
        phoenix_server.behave(hold=True)
        with pytest.raises(TransportTimeout):
            client.subscribe(SUBSCRIPTION, overflow="raise", timeout=LIMIT)
        assert phoenix_server.frames("unsubscribe") == []
        phoenix_server.act("release")
        (frame,) = phoenix_server.wait_for_frames("unsubscribe")
        assert frame[4]["subscriptionId"].startswith("__absinthe__:doc:")


def test_x09_cancelling_on_a_socket_of_its_own(phoenix_server: PhoenixServer) -> None:
    """The channel is left, which ends the subscription, too."""
    phoenix_server.behave(hold=True)
    with client_of(phoenix_server) as client:
        with pytest.raises(TransportTimeout):
            client.subscribe(SUBSCRIPTION, timeout=LIMIT)
        phoenix_server.wait_for_frames("phx_leave")
        phoenix_server.wait_for("ws_close", code=1000)


def test_x10_heartbeats(phoenix_server: PhoenixServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are sent repeatedly, also while nothing else is, in the form that keeps a socket open on the server."""
    wait_for_heartbeats(monkeypatch)
    with client_of(phoenix_server, heartbeat_interval=0.2) as client:
        subscription = client.subscribe(SUBSCRIPTION)
        heartbeats = phoenix_server.wait_for_frames("heartbeat", 3)
        assert heartbeats == [[None, frame[1], "phoenix", "heartbeat", {}] for frame in heartbeats]
        assert len({frame[1] for frame in heartbeats}) == len(heartbeats)
        phoenix_server.publish("still here")
        assert text_of(subscription) == "still here"


def test_x14_a_document_with_several_operations(phoenix_server: PhoenixServer) -> None:
    """Only the chosen one is sent, with the fragments that it uses; without a choice the request is refused."""
    text = """
        query A { ...F }
        query B { hello(name: "B") }
        fragment F on Query { hello(name: "A") }
    """
    with client_of(phoenix_server) as client:
        assert client.execute(text, operation_name="A") == {"hello": "Hello A!"}
        assert client.execute(text, operation_name="B") == {"hello": "Hello B!"}
        assert client.execute("query A { hello }", operation_name="A") == {"hello": "Hello world!"}
        with pytest.raises(DocumentError, match="name one with operation_name"):
            client.execute(text)
    queries = [frame[4]["query"] for frame in phoenix_server.frames("doc")]
    assert "query B" not in queries[0]
    assert "fragment F" not in queries[1]
    assert queries[2] == "query A { hello }"


def test_x15_version_1(phoenix_server: PhoenixServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its frames are objects, in both directions."""
    wait_for_heartbeats(monkeypatch)
    url = f"{phoenix_server.socket_url}?vsn=1.0.0"
    with Client(transport=PhoenixChannelWebsocketsTransport(url, heartbeat_interval=1.5)) as client:
        assert client.execute("{ hello }") == {"hello": "Hello world!"}
        with client.subscribe(SUBSCRIPTION, overflow="raise") as subscription:
            phoenix_server.publish("hello")
            assert text_of(subscription) == "hello"
        phoenix_server.wait_for_frames("unsubscribe")
        phoenix_server.wait_for_frames("heartbeat")
    assert phoenix_server.frames("phx_join")[0] == {
        "topic": CONTROL,
        "event": "phx_join",
        "payload": {},
        "ref": "1",
        "join_ref": "1",
    }


def test_x16_ignored_messages(phoenix_server: PhoenixServer) -> None:
    """Binary frames, unknown events and events of unknown subscriptions."""
    with client_of(phoenix_server) as client:
        subscription = client.subscribe(SUBSCRIPTION)
        phoenix_server.act("send_bytes", text="[1, 2]")
        frames: list[list[Any]] = [
            [None, None, "room:1", "presence_diff", {"joins": {}}],
            [None, None, "__absinthe__:doc:unknown", "subscription:data", {"result": {"data": None}}],
            ["1", "99", CONTROL, "phx_reply", {"status": "ok", "response": {}}],
            [None, None, None, None, None],
        ]
        for frame in frames:
            phoenix_server.act("send", message=frame)
        phoenix_server.publish("hello")
        assert text_of(subscription) == "hello"


@pytest.mark.parametrize("text", ["no JSON", "[1, 2, 3]", "{}", "null"])
def test_x16_messages_that_are_not_frames(phoenix_server: PhoenixServer, text: str) -> None:
    """It ends the connection with 1002, and the error says what a frame is."""
    with client_of(phoenix_server) as client:
        subscription = client.subscribe(SUBSCRIPTION)
        phoenix_server.act("send", message=text)
        with pytest.raises(
            TransportProtocolError, match=r"Phoenix channels protocol: a message must be (JSON|an array)"
        ):
            subscription.next(PATIENCE)
        assert phoenix_server.wait_for("ws_close")["code"] == 1002


def test_x17_closing(phoenix_server: PhoenixServer) -> None:
    """The channel is left, and the close frame has 1000."""
    with client_of(phoenix_server) as client:
        client.subscribe(SUBSCRIPTION)
    phoenix_server.wait_for_frames("phx_leave")
    assert phoenix_server.wait_for("ws_close")["code"] == 1000


def test_x17_break_unsubscribes(phoenix_server: PhoenixServer) -> None:
    """Leaving the loop stops the subscription on the server; the shared socket stays."""
    with client_of(phoenix_server) as client:
        phoenix_server.behave(early=["one"])
        for _ in client.subscribe(SUBSCRIPTION, overflow="raise"):
            break
        (frame,) = phoenix_server.wait_for_frames("unsubscribe")
        phoenix_server.act("send", message=[None, None, frame[4]["subscriptionId"], "subscription:data", {}])
        assert client.execute("{ hello }") == {"hello": "Hello world!"}
        assert len(phoenix_server.seen("ws_connect")) == 1


def test_a_query_may_take_longer_than_ack_timeout(phoenix_server: PhoenixServer) -> None:
    """Only the join is limited by that; and while a query runs, Absinthe confirms no subscription."""
    with client_of(phoenix_server, ack_timeout=LIMIT) as client:
        future = client.submit(SLEEP, {"s": LIMIT + 1})
        phoenix_server.wait_until(lambda: phoenix_server.seen("phoenix_ran"))
        subscription = client.subscribe(SUBSCRIPTION, overflow="raise")
        assert future.result(PATIENCE) == {"sleep": "slept"}
        phoenix_server.publish("hello")
        assert text_of(subscription) == "hello"


def test_a_query_that_exceeds_its_limit(phoenix_server: PhoenixServer) -> None:
    """The call ends at its limit; its late reply is ignored."""
    with client_of(phoenix_server) as client:
        client.execute("{ hello }")
        phoenix_server.behave(hold=True)
        with pytest.raises(TransportTimeout):
            client.execute("{ hello }", timeout=1.5)
        phoenix_server.behave(hold=False)
        phoenix_server.act("release")
        assert client.execute("{ hello }") == {"hello": "Hello world!"}


def test_a_slow_consumer_stops_the_reading(phoenix_server: PhoenixServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The buffer stays bounded, and every event arrives in the end, in order."""
    wait_for_heartbeats(monkeypatch)
    total = 30_000
    with client_of(phoenix_server, heartbeat_interval=1.0) as client:
        document = "subscription ($to: Int!) { count(to: $to) }"
        subscription = client.subscribe(document, {"to": total}, buffer_size=10)
        phoenix_server.wait_until(lambda: subscription.stats.received >= 10)
        assert client.execute("{ hello }") == {"hello": "Hello world!"}
        for number in range(1, total + 1):
            assert subscription.stats.received < number + 20
            assert subscription.next(PATIENCE)["count"] == number


def test_a_message_that_is_too_big(phoenix_server: PhoenixServer) -> None:
    """The error names the option."""
    with client_of(phoenix_server, max_message_size=2000) as client:
        subscription = client.subscribe(SUBSCRIPTION)
        phoenix_server.publish("x" * 3000)
        with pytest.raises(TransportConnectionFailed, match="larger than max_message_size, 2000 bytes"):
            subscription.next(PATIENCE)


def test_tokens_are_hidden(phoenix_server: PhoenixServer, caplog: pytest.LogCaptureFixture) -> None:
    """A token in the URL is in no message, repr or log record, even if the server repeats it."""
    caplog.set_level("DEBUG")
    token = "s3cret+token/=="
    phoenix_server.behave(doc_error={"reason": f"token {token} has expired"})
    url = f"{phoenix_server.socket_url}?api_key=s3cret-key"
    transport = PhoenixChannelWebsocketsTransport(url, params={"user": {"token": token}})
    refused = pytest.raises(TransportQueryError, match=r"token \*\*\* has expired")
    with Client(transport=transport) as client, refused:
        client.execute("{ hello }")
    phoenix_server.behave(join_error={"reason": f"unauthorized: {token} s3cret-key"})
    with Client(transport=transport) as client:
        with pytest.raises(TransportAuthenticationError, match=r"unauthorized: \*\*\* \*\*\*") as caught:
            client.execute("{ hello }")
        shown = [str(caught.value), repr(caught.value), repr(client), repr(transport), transport.url, caplog.text]
        assert "s3cret-key" not in "".join(shown)
        assert token not in "".join(shown)


def test_params_of_a_function(phoenix_server: PhoenixServer) -> None:
    """It is called in the calling thread; users with other parameters get another socket."""
    threads: list[str] = []
    current = "ada"

    def params() -> dict[str, str]:
        threads.append(threading.current_thread().name)
        return {"token": current}

    with client_of(phoenix_server, params=params) as client:
        client.execute("{ hello }")
        client.execute("{ hello }")
        assert len(phoenix_server.seen("phoenix_connect")) == 1
        current = "eve"
        client.execute("{ hello }")
    assert [connect["query"]["token"] for connect in phoenix_server.seen("phoenix_connect")] == ["ada", "eve"]
    assert set(threads) == {threading.current_thread().name}


def test_credentials_in_headers(phoenix_server: PhoenixServer) -> None:
    """User and password of the URL, ``auth=`` and ``headers=``."""
    url = phoenix_server.socket_url.replace("ws://", "ws://ada:pw@")
    for auth, expected in ((None, "Basic YWRhOnB3"), ("Bearer x", "Bearer x")):
        transport = PhoenixChannelWebsocketsTransport(url, headers={"X-A": "1"}, auth=auth)
        with Client(transport=transport) as client:
            client.execute("{ hello }")
        headers = phoenix_server.seen("ws_connect")[-1]["headers"]
        assert (headers["authorization"], headers["x-a"]) == (expected, "1")


def test_a_query_by_subscribe(phoenix_server: PhoenixServer) -> None:
    """It has one event."""
    with client_of(phoenix_server) as client:
        assert list(client.subscribe("{ hello }")) == [{"hello": "Hello world!"}]


@pytest.mark.parametrize(
    ("options", "kind", "text"),
    [
        ({"url": "http://example.com/socket"}, ValueError, "begins with ws:// or wss://"),
        ({"url": "ws://example.com/socket?vsn=3.0.0"}, ValueError, "vsn=3.0.0"),
        ({"channel_name": ""}, ValueError, "channel_name must not be empty"),
        ({"channel_name": 1}, TypeError, "channel_name must be a str"),
        ({"heartbeat_interval": 0}, ValueError, "heartbeat_interval must be more than 0"),
        ({"ack_timeout": "1"}, TypeError, "ack_timeout must be a number"),
        ({"params": "token=x"}, TypeError, "params must be a mapping"),
        ({"params": {"a": None}}, TypeError, "params: a must be text"),
        ({"params": {1: "a"}}, TypeError, "names of type str"),
        ({"params": {"vsn": "1.0.0"}}, ValueError, "pass it in the URL"),
        ({"params": lambda a: {}}, TypeError, "params must be a function without parameters"),
        ({"headers": 1}, TypeError, "headers must be"),
        ({"connect_args": {"nonsense": 1}}, TypeError, "nonsense"),
        ({"max_message_size": -1}, ValueError, "max_message_size"),
        ({"reconnect": 1}, TypeError, "reconnect must be"),
        ({"json_serialize": 1}, TypeError, "json_serialize"),
        ({"proxy_auth": ("a", "b")}, TypeError, "proxy_auth has no effect"),
    ],
)
def test_options_are_checked_by_the_constructor(options: dict[str, Any], kind: Any, text: str) -> None:
    """The error names the option."""
    with pytest.raises(kind, match=text):
        PhoenixChannelWebsocketsTransport(**{"url": "ws://example.com/socket", **options})


def test_the_result_of_a_function_for_params_is_checked(phoenix_server: PhoenixServer) -> None:
    """The error reaches the caller."""
    make: Any = lambda: ["token"]  # noqa: E731
    with client_of(phoenix_server, params=make) as client, pytest.raises(TypeError, match="must return a mapping"):
        client.execute("{ hello }")


def test_arguments_that_only_http_has(phoenix_server: PhoenixServer) -> None:
    """Headers of one call are refused by name."""
    with client_of(phoenix_server) as client, pytest.raises(Exception, match="no headers per request"):
        client.execute("{ hello }", headers={"a": "b"})
