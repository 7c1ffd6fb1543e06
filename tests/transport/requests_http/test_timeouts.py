"""RequestsTimeouts: the limits of a call, and of each wait within it."""

from __future__ import annotations

import socket
import time

import pytest

from syncgql import Client, RequestsHTTPTransport, TransportTimeout
from tests.fix_servers import Server

from .one_call import execute
from .wire_server import HEAD, WireServer


def test_execute_timeout_covers_waiting(strawberry_server: Server) -> None:
    """A slow server exceeds ``execute_timeout`` or the ``timeout=`` of the call."""
    client = Client(transport=RequestsHTTPTransport(strawberry_server.url), execute_timeout=1.5)

    def call() -> None:
        with pytest.raises(TransportTimeout, match=r"execute_timeout expired after 1\.5 s") as caught:
            client.execute("{ sleep(seconds: 60) }")
        assert (caught.value.limit, caught.value.seconds) == ("execute_timeout", 1.5)

    strawberry_server.until_seen("sleep_started", call)
    with pytest.raises(TransportTimeout, match=r"^timeout expired after 0\.3 s; .* Pass a higher timeout=") as caught:
        client.execute_batch(["{ sleep(seconds: 60) }"], timeout=0.3)
    assert (caught.value.limit, caught.value.seconds) == ("timeout", 0.3)
    assert client.execute("{ sleep(seconds: 0.3) }", timeout=60) == {"sleep": 0.3}
    strawberry_server.wait_for("sleep_cancelled", seconds=60)


def test_timeout_limits_each_silence(strawberry_server: Server) -> None:
    """The transport's own limit applies to each wait, and the message names it."""
    transport = RequestsHTTPTransport(strawberry_server.url, timeout=(30, 0.2))
    with pytest.raises(TransportTimeout, match=r"sent nothing for 0.2 s") as caught:
        execute(transport, "{ sleep(seconds: 60) }")
    assert (caught.value.limit, caught.value.seconds) == ("timeout", 0.2)


@pytest.mark.parametrize("connection", [b"", b"Connection: close\r\n"], ids=["kept", "closed"])
def test_execute_timeout_covers_a_dripping_body(connection: bytes) -> None:
    """Continuous bytes do not extend the call, even if no single wait is long."""

    def drip(peer: socket.socket) -> None:
        peer.sendall(HEAD + connection + b"\r\n")
        while True:
            peer.sendall(b" ")
            time.sleep(0.01)

    with WireServer(drip) as server, pytest.raises(TransportTimeout, match=r"^timeout expired after 0.5 s"):
        execute(RequestsHTTPTransport(server.url), "{ hello }", timeout=0.5)


def test_execute_timeout_covers_a_body_that_stops() -> None:
    """The wait for the rest of a response is limited by the remaining time."""

    def stop(peer: socket.socket) -> None:
        peer.sendall(HEAD + b"\r\n{")
        peer.recv(1)  # until the client leaves

    with WireServer(stop) as server, pytest.raises(TransportTimeout, match=r"^timeout expired after 0.5 s"):
        execute(RequestsHTTPTransport(server.url), "{ hello }", timeout=0.5)
