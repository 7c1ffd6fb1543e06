"""Subscriptions over Phoenix channels that outlive their channel or their socket."""

from __future__ import annotations

import contextlib
import logging
import re
from typing import Any

import pytest

from syncgql import (
    TransportAuthenticationError,
    TransportConnectionFailed,
    TransportTimeout,
)

from ..fix_phoenix import PhoenixServer
from ..fix_servers import PATIENCE
from .phoenix import AT_ONCE, CONTROL, SLEEP, SUBSCRIPTION, client_of, text_of


@pytest.mark.parametrize("overflow", ["block", "raise"])
@pytest.mark.parametrize("fault", ["crash", "close_channel"])
def test_x11_the_end_of_a_channel(phoenix_server: PhoenixServer, fault: str, overflow: Any) -> None:
    """It is joined again over the same socket, and subscriptions continue after a gap."""
    gaps: list[float] = []
    with client_of(phoenix_server, reconnect=AT_ONCE) as client:
        subscriptions = [
            client.subscribe(SUBSCRIPTION, overflow=overflow, on_reconnect=lambda seconds: gaps.append(seconds))
            for _ in range(2)
        ]
        phoenix_server.publish("before")
        phoenix_server.act(fault)
        phoenix_server.wait_until(lambda: len(phoenix_server.seen("phoenix_ran")) == 4)
        phoenix_server.publish("after")
        for subscription in subscriptions:
            assert [text_of(subscription), text_of(subscription)] == ["before", "after"]
            assert subscription.stats.reconnects == 1
        assert len(gaps) == 2
        sockets = 1 if overflow == "raise" else 2
        assert len(phoenix_server.seen("ws_connect")) == sockets
        joins = phoenix_server.frames("phx_join")
        assert len(joins) == 2 * sockets
        assert all(join[0] == join[1] for join in joins)


def test_x11_operations_that_run_when_a_channel_ends(phoenix_server: PhoenixServer) -> None:
    """Queries and mutations fail, because they may have run; the next call joins the channel again."""
    with client_of(phoenix_server) as client:
        futures = [client.submit(SLEEP, {"s": 600}), client.submit("mutation { sleep(seconds: 600) }")]
        phoenix_server.wait_for_frames("doc", 2)
        phoenix_server.act("crash")
        for future in futures:
            with pytest.raises(TransportConnectionFailed, match=r"its channel .* crashed \(phx_error\)") as caught:
                future.result(PATIENCE)
            assert caught.value.sent is None
        assert client.execute("{ hello }") == {"hello": "Hello world!"}
        assert len(phoenix_server.seen("ws_connect")) == 1
        assert len(phoenix_server.frames("phx_join")) == 2


def test_x11_a_channel_ends_without_reconnect(phoenix_server: PhoenixServer) -> None:
    """The subscription raises an error with the reason."""
    with client_of(phoenix_server) as client:
        subscription = client.subscribe(SUBSCRIPTION)
        phoenix_server.act("close_channel")
        with pytest.raises(TransportConnectionFailed, match=r"was closed \(phx_close\)"):
            subscription.next(PATIENCE)


def test_x11_the_rejoin_is_refused_once(phoenix_server: PhoenixServer) -> None:
    """The socket is closed then, and the subscription continues on the next one."""
    with client_of(phoenix_server, reconnect=AT_ONCE) as client:
        subscription = client.subscribe(SUBSCRIPTION)
        phoenix_server.behave(join_error={"reason": "not now"}, join_errors=1)
        phoenix_server.act("crash")
        phoenix_server.wait_until(lambda: len(phoenix_server.seen("phoenix_ran")) == 2)
        phoenix_server.publish("after")
        assert text_of(subscription) == "after"
        assert len(phoenix_server.seen("ws_connect")) == 2
        assert subscription.stats.reconnects == 1


def test_x11_the_rejoin_has_no_response(phoenix_server: PhoenixServer) -> None:
    """After ``ack_timeout`` another socket is opened."""
    with client_of(phoenix_server, reconnect=AT_ONCE, ack_timeout=6.0) as client:
        subscription = client.subscribe(SUBSCRIPTION)
        phoenix_server.behave(joins=False)
        phoenix_server.act("crash")
        phoenix_server.wait_for_frames("phx_join", 2)
        phoenix_server.behave(joins=True)
        phoenix_server.wait_until(lambda: len(phoenix_server.seen("phoenix_ran")) == 2)
        phoenix_server.publish("after")
        assert text_of(subscription) == "after"


def test_x11_the_rejoin_is_unauthorized(phoenix_server: PhoenixServer) -> None:
    """Fixed credentials are not tried again."""
    with client_of(phoenix_server, reconnect=AT_ONCE) as client:
        subscription = client.subscribe(SUBSCRIPTION)
        phoenix_server.behave(join_error={"reason": "unauthorized"})
        phoenix_server.act("crash")
        with pytest.raises(TransportAuthenticationError, match="unauthorized"):
            subscription.next(PATIENCE)


def test_x11_documents_to_a_channel_that_is_gone(phoenix_server: PhoenixServer) -> None:
    """``unmatched topic`` means the same as the end of the channel that the server did not report."""
    with client_of(phoenix_server, reconnect=AT_ONCE) as client:
        subscription = client.subscribe(SUBSCRIPTION, overflow="raise")
        phoenix_server.behave(hold=True)
        future = client.submit("{ hello }")
        phoenix_server.wait_until(lambda: len(phoenix_server.seen("phoenix_ran")) == 2)
        phoenix_server.behave(hold=False)
        ref = phoenix_server.frames("doc")[-1][1]
        reply = {"status": "error", "response": {"reason": "unmatched topic"}}
        phoenix_server.act("send", message=[None, ref, CONTROL, "phx_reply", reply])
        with pytest.raises(TransportConnectionFailed, match="unmatched topic"):
            future.result(PATIENCE)
        phoenix_server.wait_until(lambda: len(phoenix_server.seen("phoenix_ran")) == 3)
        phoenix_server.publish("after")
        assert text_of(subscription) == "after"


def test_x12_a_stale_join_ref(phoenix_server: PhoenixServer) -> None:
    """Messages of an earlier join are ignored."""
    with client_of(phoenix_server, reconnect=AT_ONCE) as client:
        subscription = client.subscribe(SUBSCRIPTION)
        phoenix_server.act("crash")
        phoenix_server.wait_until(lambda: len(phoenix_server.seen("phoenix_ran")) == 2)
        for event in ("phx_close", "phx_error"):
            phoenix_server.act("send", message=["1", "1", CONTROL, event, {}])
        ref = phoenix_server.frames("doc")[-1][1]
        reply = {"status": "error", "response": {"reason": "stale"}}
        phoenix_server.act("send", message=["1", ref, CONTROL, "phx_reply", reply])
        phoenix_server.publish("after")
        assert text_of(subscription) == "after"
        assert len(phoenix_server.frames("phx_join")) == 2


@pytest.mark.parametrize("overflow", ["block", "raise"])
@pytest.mark.parametrize("code", [1000, 1001, 1011, 1012])
def test_x13_a_lost_socket(phoenix_server: PhoenixServer, code: int, overflow: Any) -> None:
    """The next one joins and subscribes again, with new ids; a mutation that may have run fails."""
    tokens = iter(range(100))
    with client_of(phoenix_server, reconnect=AT_ONCE, params=lambda: {"token": str(next(tokens))}) as client:
        subscription = client.subscribe(SUBSCRIPTION, overflow=overflow)
        phoenix_server.publish("before")
        future = client.submit("mutation { sleep(seconds: 600) }")
        phoenix_server.wait_for_frames("doc", 2)
        phoenix_server.act("close", code=code)
        with pytest.raises(TransportConnectionFailed) as caught:
            future.result(PATIENCE)
        assert (caught.value.code, caught.value.sent) == (code, None)
        phoenix_server.wait_for_frames("doc", 3)
        phoenix_server.wait_until(lambda: len(phoenix_server.seen("phoenix_ran")) == 3)
        phoenix_server.publish("after")
        assert [text_of(subscription), text_of(subscription)] == ["before", "after"]
        assert subscription.stats.reconnects == 1
        subscription.close()
    used = [connect["query"]["token"] for connect in phoenix_server.seen("phoenix_connect")]
    assert len(set(used)) == len(used) >= 2


@pytest.mark.parametrize("code", [1002, 1003, 1007, 1008, 1009])
def test_x13_fatal_close_codes(phoenix_server: PhoenixServer, code: int) -> None:
    """These codes mean that the next connection would end likewise."""
    with client_of(phoenix_server, reconnect=AT_ONCE) as client:
        subscription = client.subscribe(SUBSCRIPTION)
        phoenix_server.act("close", code=code)
        with pytest.raises(TransportConnectionFailed, match=str(code)):
            subscription.next(PATIENCE)
        assert len(phoenix_server.seen("ws_connect")) == 1


def test_x13_a_log_out(phoenix_server: PhoenixServer) -> None:
    """The server closes with 1000 and refuses the next connection."""
    with client_of(phoenix_server, reconnect=AT_ONCE) as client:
        subscription = client.subscribe(SUBSCRIPTION)
        phoenix_server.behave(token="another")
        phoenix_server.act("close", code=1000)
        with pytest.raises(TransportAuthenticationError) as caught:
            subscription.next(PATIENCE)
        assert caught.value.code == 403


def test_x10_no_reply_to_a_heartbeat(phoenix_server: PhoenixServer) -> None:
    """The connection counts as lost, and the error names the option."""
    phoenix_server.behave(heartbeats=False)
    with client_of(phoenix_server, heartbeat_interval=1.0) as client:
        with pytest.raises(TransportTimeout, match="sent nothing within heartbeat_interval") as caught:
            client.subscribe(SUBSCRIPTION).next(PATIENCE)
        assert (caught.value.limit, caught.value.seconds) == ("heartbeat_interval", 1.0)
        assert phoenix_server.wait_for_frames("heartbeat")


def test_x10_a_missing_reply_reconnects(phoenix_server: PhoenixServer) -> None:
    """Another connection carries the subscription, once the server responds again."""
    phoenix_server.behave(heartbeats=False)
    with client_of(phoenix_server, heartbeat_interval=3.0, reconnect=AT_ONCE) as client:
        subscription = client.subscribe(SUBSCRIPTION)
        phoenix_server.wait_until(lambda: len(phoenix_server.seen("ws_connect")) >= 2)
        phoenix_server.behave(heartbeats=True)
        delivered = None
        while delivered is None:  # messages that are published without a connection are missing
            phoenix_server.publish("hello")
            with contextlib.suppress(TransportTimeout):
                delivered = subscription.next(0.2)
        assert delivered["onMessage"]["text"] == "hello"
        assert subscription.stats.reconnects >= 1


def test_secrets_are_not_logged_while_reconnecting(
    phoenix_server: PhoenixServer, caplog: pytest.LogCaptureFixture
) -> None:
    """The log has the events and the URL, without its parameters."""
    caplog.set_level(logging.DEBUG, "syncgql")
    with client_of(phoenix_server, reconnect=AT_ONCE, params={"token": "s3cret-token"}) as client:
        subscription = client.subscribe(SUBSCRIPTION)
        phoenix_server.act("crash")
        phoenix_server.wait_until(lambda: len(phoenix_server.seen("phoenix_ran")) == 2)
        phoenix_server.act("close", code=1001, reason="token s3cret-token")
        phoenix_server.wait_until(lambda: len(phoenix_server.seen("phoenix_ran")) == 3)
        subscription.close()
    assert re.search(r"crashed \(phx_error\)", caplog.text)
    assert "s3cret" not in caplog.text
