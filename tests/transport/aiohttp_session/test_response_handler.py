"""A malformed body ends the call that reads it."""

from __future__ import annotations

import pytest

from syncgql import Client, TransportConnectionFailed

from ...servers.wire import WireConnection, WireServer, always, answer
from .headers_trace import HeadersTrace

BEGINNING = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n7\r\n{"data"\r\n'

MALFORMED = {
    "a chunk without a size": b"\r\n",
    "a size that is no number": b"zz\r\n",
    "a chunk that is too long": b"2\r\n...",
    "a trailer that is too long": b"0\r\nA: " + 100_000 * b"a" + b"\r\n\r\n",
}


@pytest.mark.parametrize("is_closed", [True, False], ids=["closed", "open"])
@pytest.mark.parametrize("malformed", MALFORMED.values(), ids=list(MALFORMED))
def test_malformed_chunks_end_the_call(malformed: bytes, is_closed: bool) -> None:
    """A call that has read the headers raises an error at once. It has no time limit that could end it."""
    headers = HeadersTrace()

    def script(connection: WireConnection) -> None:
        connection.read_request()
        connection.send(BEGINNING)
        headers.wait()
        connection.send(malformed)
        if not is_closed:
            connection.wait_for_end()

    with (
        WireServer(script, always(answer())) as server,
        Client(server.url, timeout=None, client_session_args=headers.client_session_args) as client,
    ):
        with pytest.raises(TransportConnectionFailed, match="is incomplete: it is not chunked as HTTP says"):
            client.execute("{ ok }")
        assert client.execute("{ ok }") == {"ok": True}
