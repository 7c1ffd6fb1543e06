"""A URL whose scheme does not match the port: the error explains it, with every transport."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from syncgql import Client, ReconnectPolicy, RequestsHTTPTransport, TransportConnectionFailed
from syncgql.transport.tls_hints import tls_hint

from ..fix_servers import Server
from ..ports import reserved_port
from ..servers.front import Front
from ..servers.wire import WireConnection, WireServer, always, answer

EVENTS = "subscription { count(to: 1) }"


def by_aiohttp(url: str) -> None:
    with Client(url) as client:
        client.execute("{ hello }")


def by_requests(url: str) -> None:
    with Client(transport=RequestsHTTPTransport(url)) as client:
        client.execute("{ hello }")


def by_websocket(url: str) -> None:
    with Client(url, reconnect=False) as client:
        client.subscribe(EVENTS)


def failure(call: Callable[[str], None], url: str) -> str:
    with pytest.raises(TransportConnectionFailed) as caught:
        call(url)
    return str(caught.value)


EVERY_WAY = [
    (by_aiohttp, "http://", "https://"),
    (by_requests, "http://", "https://"),
    (by_websocket, "http:// or ws://", "https:// or wss://"),
]


@pytest.mark.parametrize(("call", "plain", "secure"), EVERY_WAY)
def test_tls_to_a_plain_port(call: Callable[[str], None], plain: str, secure: str, any_server: Server) -> None:
    """The response to the handshake is not TLS, so the hint is certain; certificates are not mentioned."""
    message = failure(call, any_server.url.replace("http://", "https://"))
    assert message.endswith(f"does not speak TLS; if it speaks plain HTTP, the URL begins with {plain}.")
    assert "verify=" not in message


@pytest.mark.parametrize(("call", "plain", "secure"), EVERY_WAY)
def test_plain_http_to_a_tls_port(call: Callable[[str], None], plain: str, secure: str, tls_front: Front) -> None:
    """A server that expects TLS closes the connection silently; the hint says that this may be the reason."""
    message = failure(call, tls_front.url().replace("https://", "http://"))
    assert message.endswith(f"If that port expects TLS, the URL begins with {secure}.")


def test_tls_to_a_plain_port_is_not_tried_again() -> None:
    """The next handshake would fail in the same way, so a subscription fails with the first."""
    with WireServer(lambda connection: connection.send(answer())) as server:
        url = server.url.replace("http://", "https://")
        failed = pytest.raises(TransportConnectionFailed, match="does not speak TLS")
        with Client(url, reconnect=ReconnectPolicy(base=0, cap=0)) as client, failed:
            client.subscribe(EVENTS)
        assert server.connections == 1


@pytest.mark.parametrize("call", [by_aiohttp, by_requests])
def test_plain_http_answered_by_an_alert(call: Callable[[str], None]) -> None:
    """Some servers send a TLS alert."""

    def alert(connection: WireConnection) -> None:
        connection.read_request()
        connection.send(b"\x15\x03\x03\x00\x02\x02\x0a")

    with WireServer(alert) as server:
        assert "the URL begins with https://" in failure(call, server.url)


@pytest.mark.parametrize("call", [by_aiohttp, by_requests])
def test_no_hint_after_a_response(call: Callable[[str], None]) -> None:
    """A connection that broke during a response spoke HTTP."""

    def break_off(connection: WireConnection) -> None:
        connection.read_request()
        connection.send(answer()[:-5])

    with WireServer(break_off) as server:
        assert "TLS" not in failure(call, server.url)


@pytest.mark.parametrize("call", [by_aiohttp, by_requests, by_websocket])
def test_no_hint_without_a_connection(call: Callable[[str], None]) -> None:
    """A port without a listening server does not expect TLS."""
    with reserved_port() as port:
        assert failure(call, f"http://127.0.0.1:{port}/").endswith("Is the server running?")


def test_no_hint_for_a_connection_that_worked() -> None:
    """A mutation that is lost on a reused connection has another cause."""

    def stale(connection: WireConnection) -> None:
        connection.read_request()
        connection.send(answer())
        connection.read_request()

    with WireServer(stale, always(answer())) as server, Client(server.url) as client:
        client.execute("{ ok }")
        with pytest.raises(TransportConnectionFailed) as caught:
            client.execute("mutation { ok }")
    assert "TLS" not in str(caught.value)


def test_no_hint_for_tls() -> None:
    """There is no hint if the client already uses TLS."""
    assert tls_hint("https://example.test/") == ""
    assert tls_hint("wss://example.test/") == ""
