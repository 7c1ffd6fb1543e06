"""The connections of aiohttp are reused only after a response that ended with the last byte received."""

from __future__ import annotations

import asyncio
import logging
import ssl
import threading
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, wait
from types import SimpleNamespace
from typing import Any, NamedTuple

import aiohttp
import pytest
import trustme

from syncgql import AIOHTTPTransport, Client, GraphQLRequest, TransportServerError
from syncgql.transport import single_use
from syncgql.transport.aiohttp_session.response_guard import ResponseGuard
from syncgql.transport.single_use import SingleUseServers

from ...servers.unruly import EARLY_HINTS, IDLE_TIMEOUT, IdleSender, chunked
from ...servers.wire import PATIENCE, WireConnection, WireServer, always, answer
from .headers_trace import HeadersTrace

OK = {"ok": True}
BODY = b'{"data": {"ok": true}}'
FOREIGN = b'{"data": {"ok": "foreign"}}'
QUERY, MUTATION = "{ ok }", "mutation { ok }"

PLAIN, CHUNKED = answer(BODY), chunked(BODY)
ANSWERS = [PLAIN, CHUNKED, EARLY_HINTS * 3 + PLAIN, EARLY_HINTS + CHUNKED]
UNSOLICITED = [answer(FOREIGN), chunked(FOREIGN), answer(FOREIGN)[:30], b"\r\n", b"H"]


@pytest.fixture(autouse=True)
def keep_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    """Never stop keeping connections, so that each one is checked separately."""
    monkeypatch.setattr(single_use, "PERIOD", 0.0)


def twice(server: WireServer, document: str = MUTATION, **options: Any) -> None:
    """Send two requests, whose responses must be right, each sent once."""
    with Client(server.url, **options) as client:
        assert client.execute(document) == OK
        assert client.execute(document) == OK
    assert len(server.requests) == 2


@pytest.mark.parametrize("own", ANSWERS)
def test_a_connection_is_reused_after_a_complete_response(own: bytes) -> None:
    """This holds for all framings of the response, and any interim response before it."""
    with WireServer(always(own)) as server:
        twice(server)
        assert server.connections == 1


def test_a_big_response_is_counted_to_its_end() -> None:
    """The connection of a response in many segments is reused."""
    body = b'{"data": {"ok": true, "text": "' + b"x" * 3_000_000 + b'"}}'
    with WireServer(always(answer(body), PLAIN)) as server, Client(server.url) as client:
        assert len(client.execute(QUERY)["text"]) == 3_000_000
        assert client.execute(QUERY) == OK
        assert server.connections == 1


@pytest.mark.parametrize("own", [PLAIN, CHUNKED], ids=["plain", "chunked"])
@pytest.mark.parametrize("behind", UNSOLICITED)
def test_bytes_after_a_response_close_the_connection(own: bytes, behind: bytes) -> None:
    """A complete response, the beginning of one, or a single byte."""
    with WireServer(always(own + behind)) as server:
        twice(server)
        assert server.connections == 2


@pytest.mark.parametrize("frame", [answer, chunked])
def test_bytes_after_a_response_in_segments_close_the_connection(
    frame: Callable[[bytes], bytes], caplog: pytest.LogCaptureFixture
) -> None:
    """The pool releases the connection while the segment with the end, and more, is being read."""
    headers = HeadersTrace()

    def script(connection: WireConnection) -> None:
        connection.read_request()
        connection.send(frame(BODY)[:-5])
        headers.wait()
        connection.send(frame(BODY)[-5:] + frame(FOREIGN))
        connection.wait_for_end()

    with WireServer(script, always(PLAIN)) as server:
        twice(server, client_session_args=headers.client_session_args)
        assert server.connections == 2
    assert caplog.text.count("sent bytes without a request") == 1


class Server(NamedTuple):
    """The part of aiohttp's connection key that the guard needs."""

    host: str = "a.test"
    port: int = 80


class Handler:
    """The part of aiohttp's protocol that the guard needs."""

    should_close = False
    transport: Any = None

    def force_close(self) -> None:
        self.should_close = True

    def is_connected(self) -> bool:
        return True

    def data_received(self, data: bytes) -> None:
        pass


@pytest.mark.parametrize("own", ANSWERS)
@pytest.mark.parametrize("step", range(1, 12))
def test_responses_in_pieces(own: bytes, step: int) -> None:
    """A response is counted to its end wherever it is cut, and one byte too few or too many is detected."""
    request: Any = SimpleNamespace(connection_key=Server())
    for data, is_whole in ((own, True), (own[:-1], False), (own + b"H", False)):
        handler: Any = Handler()
        guard = ResponseGuard(handler, asyncio.Transport(), request, SingleUseServers())
        for number in range(2):
            has_begun = guard.begin()
            assert has_begun is (is_whole or number == 0)
            if not has_begun:
                break
            for start in range(0, len(data), step):
                guard.data_received(data[start : start + step])
            guard.end()
            assert handler.should_close is not is_whole


@pytest.mark.parametrize("unsolicited", [*UNSOLICITED, IDLE_TIMEOUT])
@pytest.mark.parametrize("is_own", [False, True], ids=["default", "own-connector"])
def test_bytes_on_an_idle_connection(unsolicited: bytes, is_own: bool) -> None:
    """The next call immediately uses another connection, whether the loop has read the bytes or not."""
    idle = IdleSender(unsolicited)
    options: Any = {"client_session_args": {"connector": aiohttp.TCPConnector}} if is_own else {}
    with WireServer(idle.script, always(PLAIN)) as server, Client(server.url, **options) as client:
        assert client.execute(MUTATION) == OK
        idle.send()
        assert client.execute(MUTATION) == OK
        assert (server.connections, len(server.requests)) == (2, 2)


def test_bytes_that_the_loop_has_not_read() -> None:
    """Data that waits in the socket is detected as well."""
    idle = IdleSender(answer(FOREIGN))

    async def main() -> None:
        transport = AIOHTTPTransport(server.url)
        await transport.execute(GraphQLRequest(MUTATION))
        idle.send()  # on the loop, which therefore cannot read
        assert (await transport.execute(GraphQLRequest(MUTATION))).data == OK
        await transport.close()

    with WireServer(idle.script, always(PLAIN)) as server:
        asyncio.run(main())
        assert (server.connections, len(server.requests)) == (2, 2)


def test_bytes_on_an_idle_connection_with_tls(authority: trustme.CA, client_context: ssl.SSLContext) -> None:
    """The same holds for TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    idle = IdleSender(answer(FOREIGN))
    servers = WireServer(idle.script, always(PLAIN), context=context)
    with servers as server, Client(server.url, ssl=client_context) as client:
        assert client.execute(MUTATION) == OK
        idle.send()
        assert client.execute(MUTATION) == client.execute(MUTATION) == OK
        assert (server.connections, len(server.requests)) == (2, 3)


def meets_the_request(connection: WireConnection) -> None:
    """Respond once, and to the next request with the 408 for the idle connection."""
    connection.read_request()
    connection.send(PLAIN)
    connection.read_request()
    connection.send(IDLE_TIMEOUT)


def test_408_that_meets_a_query() -> None:
    """The query is resent on another connection."""
    with WireServer(meets_the_request, always(PLAIN)) as server, Client(server.url) as client:
        assert client.execute(QUERY) == client.execute(QUERY) == OK
        assert (server.connections, len(server.requests)) == (2, 3)


def test_408_that_meets_a_mutation() -> None:
    """A mutation is not resent: the server may have read it after the 408."""
    with WireServer(meets_the_request, always(PLAIN)) as server, Client(server.url) as client:
        assert client.execute(MUTATION) == OK
        with pytest.raises(TransportServerError, match="408"):
            client.execute(MUTATION)
        assert len(server.requests) == 2


def test_408_on_a_new_connection() -> None:
    """It is the response."""
    with WireServer(always(IDLE_TIMEOUT)) as server, Client(server.url) as client:
        with pytest.raises(TransportServerError, match="408"):
            client.execute(QUERY)
        assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("first", "connections"), [(PLAIN + answer(FOREIGN), 3), (PLAIN, 1)], ids=["unsolicited", "orderly"]
)
def test_a_server_that_sent_unsolicited_bytes_receives_new_connections(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, first: bytes, connections: int
) -> None:
    """For some time each request uses a separate connection; the log names the server once."""
    monkeypatch.setattr(single_use, "PERIOD", 600.0)
    with WireServer(always(first), always(PLAIN)) as server, Client(server.url) as client:
        for _ in range(3):
            assert client.execute(QUERY) == OK
        assert server.connections == connections
    warnings = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert len(warnings) == (connections > 1)
    for warning in warnings:
        assert warning.startswith(f"127.0.0.1:{server.port} sent bytes without a request.")


def test_connections_that_were_idle_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that sent bytes on one connection is not trusted with another open one."""
    monkeypatch.setattr(single_use, "PERIOD", 600.0)
    both = threading.Barrier(2)
    is_idle, closed = threading.Event(), threading.Event()

    def script(connection: WireConnection) -> None:
        connection.read_request()
        if both.wait(PATIENCE) == 0:
            connection.send(PLAIN)
            connection.wait_for_end()
        else:
            is_idle.wait(PATIENCE)
            connection.send(PLAIN + b"H")
            connection.wait_for_end()
            closed.set()

    with WireServer(script, script, always(PLAIN)) as server, Client(server.url) as client:
        calls = [client.submit(QUERY) for _ in range(2)]
        wait(calls, PATIENCE, FIRST_COMPLETED)
        is_idle.set()
        assert [call.result() for call in calls] == [OK, OK]
        assert closed.wait(PATIENCE)
        assert client.execute(QUERY) == OK
        assert server.connections == 3


def test_408_on_an_idle_connection_is_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Servers and load balancers end idle connections in this way."""
    monkeypatch.setattr(single_use, "PERIOD", 600.0)
    idle = IdleSender(IDLE_TIMEOUT)
    with WireServer(idle.script, always(PLAIN)) as server, Client(server.url) as client:
        assert client.execute(QUERY) == OK
        idle.send()
        for _ in range(3):
            assert client.execute(QUERY) == OK
        assert server.connections == 2
