"""A malformed body ends the call that reads it."""

from __future__ import annotations

import threading
from typing import Any

import aiohttp
import pytest

from syncgql import Client, TransportConnectionFailed

from ...servers.wire import PATIENCE, WireConnection, WireServer, always, answer

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
    """They arrive after the headers were read. The call raises an error at once, not when its time has expired."""
    has_headers = threading.Event()
    trace = aiohttp.TraceConfig()

    async def on_headers(*_: object) -> None:
        has_headers.set()

    trace.on_request_end.append(on_headers)

    def script(connection: WireConnection) -> None:
        connection.read_request()
        connection.send(BEGINNING)
        assert has_headers.wait(PATIENCE)
        connection.send(malformed)
        if not is_closed:
            connection.wait_for_end()

    options: dict[str, Any] = {"client_session_args": {"trace_configs": [trace]}, "execute_timeout": None}
    with WireServer(script, always(answer())) as server, Client(server.url, **options) as client:
        with pytest.raises(TransportConnectionFailed, match="is incomplete: it is not chunked as HTTP says"):
            client.execute("{ ok }")
        assert client.execute("{ ok }") == {"ok": True}
