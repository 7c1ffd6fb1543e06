"""translate: the errors of the requests library as errors of this package."""

from __future__ import annotations

import socket

import pytest
from urllib3.exceptions import NewConnectionError

from syncgql import RequestsHTTPTransport, TransportConnectionFailed

from .one_call import execute
from .wire_server import HEAD, WireServer


def test_no_server() -> None:
    """A refused connection is reported as such; only the path of the URL is shown."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/?key=secret"
        with pytest.raises(TransportConnectionFailed, match=r"Could not connect to .*: Connection refused") as caught:
            execute(RequestsHTTPTransport(url))
    assert "secret" not in str(caught.value)
    assert isinstance(caught.value.__cause__, NewConnectionError)


def test_h26_a_truncated_body_is_a_lost_connection() -> None:
    """The data read until then is not a response, even if it can be parsed."""

    def cut(peer: socket.socket) -> None:
        peer.sendall(HEAD + b'\r\n{"data": {}}')

    with WireServer(cut) as server, pytest.raises(TransportConnectionFailed, match="before the response was complete"):
        execute(RequestsHTTPTransport(server.url))
