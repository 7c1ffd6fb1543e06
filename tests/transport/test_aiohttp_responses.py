"""AIOHTTPTransport: the handling of responses, and of calls that do not wait for them."""

from __future__ import annotations

import asyncio
import zlib

import pytest

from syncgql import (
    AIOHTTPTransport,
    Client,
    GraphQLRequest,
    TransportConnectionFailed,
    TransportProtocolError,
    TransportQueryError,
    TransportTimeout,
)

from ..fix_servers import Server
from ..servers.wire import WireConnection, WireServer, always, answer
from .asynchronous import in_loop

OK = {"ok": True}
ACCEPT = "application/graphql-response+json, application/json;q=0.9"


def test_response_belongs_to_its_call(any_server: Server) -> None:
    """Status, headers, url and elapsed time are those of each call, also for errors."""
    with Client(any_server.url) as client:
        result = client.execute_result("{ sleep(seconds: 0.2) }")
        with pytest.raises(TransportQueryError) as info:
            client.execute("{ nothing }")
    assert result.response is not None
    assert result.response.elapsed >= 0.2
    assert result.response.url == any_server.url
    assert result.response.headers["CONTENT-type"].startswith("application/json")
    assert info.value.response is not None
    assert info.value.response is not result.response


def test_response_of_ariadne_with_400(ariadne_server: Server) -> None:
    """Ariadne responds to invalid documents with 400 and plain JSON, which is read as its response."""
    with Client(ariadne_server.url) as client, pytest.raises(TransportQueryError, match="nothing") as info:
        client.execute("{ nothing }")
    assert info.value.response is not None
    assert info.value.response.status == 400


def test_h26_truncated_body() -> None:
    """A body that is shorter than announced is a lost connection, even if the received part can be read."""
    body = answer(length=False, content_type="application/json").replace(
        b"\r\n\r\n", b"\r\nContent-Length: 999\r\n\r\n"
    )
    check_loss(body)


@pytest.mark.parametrize("end", [b"", b"0\r\n", b"5\r\n"])
def test_n16_unfinished_chunks(end: bytes) -> None:
    """A chunked body without its last chunk is a lost connection."""
    check_loss(
        answer(b"16\r\n" + b'{"data": {"ok": true}}' + b"\r\n" + end, "Transfer-Encoding: chunked", length=False)
    )


def check_loss(wire: bytes) -> None:
    def script(connection: WireConnection) -> None:
        connection.read_request()
        connection.send(wire)

    with WireServer(script) as server, Client(server.url) as client:
        with pytest.raises(TransportConnectionFailed, match="closed before its end"):
            client.execute("{ ok }")
        assert len(server.requests) == 1


def test_h15_null_data_without_errors() -> None:
    """It violates the specification: an error of ``execute``, and a value of ``execute_result``."""
    with WireServer(always(answer(b'{"data": null}'))) as server, Client(server.url) as client:
        with pytest.raises(TransportProtocolError, match="null data and without an error"):
            client.execute("{ ok }")
        with pytest.raises(TransportProtocolError, match="Request 1 of 1: The server responded with null data"):
            client.execute_batch(["{ ok }"])
        with pytest.raises(TransportProtocolError, match="null data and without an error"):
            client.submit("{ ok }").result(30)
        result = client.execute_result("{ ok }")
        assert (result.data, result.has_data, result.errors) == (None, True, None)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "x-deflate-raw"])
def test_h27_compressed_responses(coding: str) -> None:
    """Responses may be compressed."""
    compressor = zlib.compressobj(wbits={"gzip": 31, "deflate": 15, "x-deflate-raw": -15}[coding])
    body = compressor.compress(b'{"data": {"ok": true}}') + compressor.flush()
    script = always(answer(body, f"Content-Encoding: {coding.partition('-')[2].partition('-')[0] or coding}"))
    with WireServer(script) as server, Client(server.url) as client:
        assert client.execute("{ ok }") == OK
    offered = server.requests[0].header("accept-encoding") or ""
    assert {"gzip", "deflate"} <= {name.strip() for name in offered.split(",")}


@pytest.mark.parametrize("coding", ["none", "identity", "unheard-of"])
def test_h27_unknown_codings(coding: str) -> None:
    """An invalid or unknown coding is ignored if the body can be read."""
    script = always(answer(b'{"data": {"ok": true}}', f"Content-Encoding: {coding}"))
    with WireServer(script) as server, Client(server.url) as client:
        assert client.execute("{ ok }") == OK


def test_h29_response_that_is_too_big() -> None:
    """A response beyond the limit is refused without reading all of it; one at the limit is read."""
    left: list[bool] = []

    def script(connection: WireConnection) -> None:
        connection.read_request()
        connection.send(
            answer(b'{"data": {"ok": true}}', length=False).replace(
                b"\r\n\r\n", b"\r\nContent-Length: 99999999\r\n\r\n"
            )
        )
        connection.wait_for_end()
        left.append(True)

    with WireServer(script) as server, Client(server.url, max_response_size=10) as client:
        with pytest.raises(TransportProtocolError, match="larger than max_response_size, 10 bytes") as info:
            client.execute("{ ok }")
        assert info.value.response is not None
        assert info.value.response.status == 200
    assert left == [True]
    body = b'{"data": {"ok": true}}'
    with WireServer(always(answer(body))) as server, Client(server.url, max_response_size=len(body)) as client:
        assert client.execute("{ ok }") == OK


def test_h29_limit_applies_to_the_decompressed_body() -> None:
    """A small response that expands to a large one is refused."""
    body = zlib.compress(b'{"data": {"ok": "' + 10_000_000 * b"x" + b'"}}')
    with WireServer(always(answer(body, "Content-Encoding: deflate"))) as server:
        with Client(server.url, max_response_size=100_000) as client, pytest.raises(TransportProtocolError):
            client.execute("{ ok }")
        assert len(body) < 100_000


def test_h30_timeout_closes_the_connection(any_server: Server) -> None:
    """When the time of a call is up, its request is aborted, and the server's work is cancelled."""
    with Client(any_server.url) as client:

        def call() -> None:
            with pytest.raises(TransportTimeout, match=r"^timeout expired after 1\.5 s") as info:
                client.execute("{ sleep(seconds: 600) }", timeout=1.5)
            assert (info.value.limit, info.value.seconds) == ("timeout", 1.5)

        any_server.until_seen("sleep_started", call)
        any_server.wait_for("aborted")
        any_server.wait_for("sleep_cancelled", seconds=600)
        assert client.execute("{ hello }") == {"hello": "Hello world!"}


@in_loop
async def test_n14_cancelling_closes_the_connection() -> None:
    """A caller that is interrupted while waiting leaves no request behind."""
    left = asyncio.Event()
    loop = asyncio.get_running_loop()
    asked = asyncio.Event()

    def script(connection: WireConnection) -> None:
        connection.read_request()
        loop.call_soon_threadsafe(asked.set)
        connection.wait_for_end()
        loop.call_soon_threadsafe(left.set)

    with WireServer(script) as server:
        transport = AIOHTTPTransport(server.url)
        call = asyncio.create_task(transport.execute(GraphQLRequest("{ ok }")))
        await asked.wait()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        await left.wait()
        await transport.close()
