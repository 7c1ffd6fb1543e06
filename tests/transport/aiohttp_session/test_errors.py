"""All ways in which a connection can really fail, and their errors."""

from __future__ import annotations

import contextlib
import datetime
import inspect
import socket
import ssl
import threading
import traceback
from collections.abc import Iterator
from typing import Any

import aiohttp
import pytest
import trustme

from syncgql import (
    Client,
    ClientClosed,
    TransportConnectionFailed,
    TransportError,
    TransportProtocolError,
    TransportTimeout,
)
from syncgql.transport.aiohttp_session.errors import translate

from ...ports import reserved_port
from ...servers.wire import Script, WireConnection, WireServer, always, answer

QUERY = "{ ok }"
BAD_CHUNK = answer(b"5\r\nhello\r\nzz\r\n", "Transfer-Encoding: chunked", length=False)


def failure(url: str, **options: Any) -> TransportError:
    """Return the error of one query."""
    with Client(url, **options) as client, pytest.raises(TransportError) as info:
        client.execute(QUERY)
    return info.value


def wire_failure(script: Script, **options: Any) -> TransportError:
    with WireServer(script) as server:
        return failure(server.url, **options)


def after_request(wire: bytes, *, reset: bool = False) -> Script:
    """A script that sends these bytes and ends the connection."""

    def script(connection: WireConnection) -> None:
        connection.read_request()
        connection.send(wire)
        if reset:
            connection.reset()

    return script


def silent(connection: WireConnection) -> None:
    """A script that never responds."""
    connection.wait_for_end()


def until(event: threading.Event) -> Script:
    """A script that neither reads nor sends until an event."""

    def script(connection: WireConnection) -> None:
        event.wait(30)

    return script


# -- connecting


def test_dns_failure() -> None:
    """A host that does not exist is named."""
    error = failure("http://user:secret@no-such-host.invalid/graphql?key=secret")
    assert isinstance(error, TransportConnectionFailed)
    assert "The host name of http://no-such-host.invalid/graphql was not found" in str(error)
    assert isinstance(error.__cause__, aiohttp.ClientConnectorDNSError)


def test_connection_refused() -> None:
    """A port without a listening server."""
    with reserved_port() as port:
        error = failure(f"http://127.0.0.1:{port}/graphql")
    assert isinstance(error, TransportConnectionFailed)
    assert "Is the server running?" in str(error)


def test_plain_http_to_a_server_with_tls() -> None:
    """A server that does not speak TLS."""
    with WireServer(lambda connection: connection.send(answer())) as server:
        error = failure(server.url.replace("http://", "https://"))
    assert isinstance(error, TransportConnectionFailed)
    assert "The TLS handshake" in str(error)


def serve_tls(certificate: trustme.LeafCert) -> contextlib.AbstractContextManager[WireServer]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return WireServer(always(answer()), context=context)


def local(server: WireServer) -> str:
    return server.url.replace("127.0.0.1", "localhost")


def test_certificate_of_an_unknown_authority(authority: trustme.CA) -> None:
    """An untrusted certificate, such as a self-signed one; ssl=False accepts it."""
    with serve_tls(authority.issue_cert("localhost")) as server:
        error = failure(local(server))
        assert isinstance(error, TransportConnectionFailed)
        assert "is not trusted: unable to get local issuer certificate. See ssl=." in str(error)
        assert isinstance(error.__cause__, aiohttp.ClientConnectorCertificateError)
        with Client(local(server), ssl=False) as client:
            client.execute(QUERY)


def test_certificate_for_another_name(authority: trustme.CA, client_context: ssl.SSLContext) -> None:
    """A certificate for another host."""
    with serve_tls(authority.issue_cert("other.test")) as server:
        error = failure(local(server), ssl=client_context)
    assert isinstance(error, TransportConnectionFailed)
    assert "not trusted: Hostname mismatch" in str(error)


def test_certificate_that_has_expired(authority: trustme.CA, client_context: ssl.SSLContext) -> None:
    """An expired certificate."""
    past = datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc)
    with serve_tls(authority.issue_cert("localhost", not_after=past)) as server:
        error = failure(local(server), ssl=client_context)
    assert "not trusted: certificate has expired" in str(error)


def test_certificate_with_another_fingerprint(authority: trustme.CA) -> None:
    """A certificate other than the pinned one."""
    with serve_tls(authority.issue_cert("localhost")) as server:
        error = failure(local(server), ssl=aiohttp.Fingerprint(bytes(32)))
    assert isinstance(error, TransportConnectionFailed)
    assert "a certificate that does not have the fingerprint" in str(error)


def test_a_connection_with_another_fingerprint_is_closed(authority: trustme.CA) -> None:
    """It does not outlive the client, although the server never closes its side; the leak fixtures would complain."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    client_closed = threading.Event()
    with WireServer(until(client_closed), context=context) as server:
        error = failure(local(server), ssl=aiohttp.Fingerprint(bytes(32)))
        client_closed.set()
    assert isinstance(error, TransportConnectionFailed)


# -- the answer


@pytest.mark.parametrize(
    ("wire", "reset", "message"),
    [
        (b"", False, "closed the connection before it responded"),
        (b"", True, "was lost before the response was complete: Connection reset by peer"),
        (b"HTTP/1.1 200 OK\r\nContent-Ty", False, "closed the connection before it responded"),
        (answer()[:-5], False, "is incomplete: the connection was closed before its end"),
        (answer()[:-5], True, "is incomplete: the connection was closed before its end"),
        (BAD_CHUNK, False, "Invalid character in chunk size"),
        (b"220 mail.example.test ESMTP\r\n\r\n", False, "something that is not HTTP"),
        (b"HTTP/1.1 2xx OK\r\n\r\n", False, "something that is not HTTP"),
        (answer(b"", "X-Big: " + 70_000 * "x"), False, "beyond the limits for headers"),
        pytest.param(
            answer(b"", *(f"X-{number}: 1" for number in range(5000))), False, "beyond the limits for headers",
            marks=pytest.mark.skipif(
                "max_headers" not in inspect.signature(aiohttp.ClientSession).parameters,
                reason="this aiohttp has no limit for the number of headers",
            ),
        ),
    ],
    ids=["end", "reset", "end-in-head", "end-in-body", "reset-in-body", "bad-chunk", "no-http", "bad-status",
         "long-header", "many-headers"],
)  # fmt: skip
def test_response_that_breaks_off(wire: bytes, reset: bool, message: str) -> None:
    """A truncated or unreadable response is a lost connection, and the message has the reason."""
    error = wire_failure(after_request(wire, reset=reset))
    assert isinstance(error, TransportConnectionFailed)
    assert message in str(error)


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_response_that_does_not_match_its_content_encoding(coding: str) -> None:
    """A body that cannot be decompressed violates the protocol."""
    error = wire_failure(always(answer(b"this is plain text", f"Content-Encoding: {coding}")))
    assert isinstance(error, TransportProtocolError)
    assert "its body is not compressed as Content-Encoding says" in str(error)
    assert error.rule == "the body is compressed as Content-Encoding says"


def test_limits_for_headers_can_be_raised() -> None:
    """The limits that the message names are options."""
    options = {"max_line_size": 300_000, "max_field_size": 300_000}
    script = always(answer(b'{"data": {}}', "X-Big: " + 200_000 * "x"))
    with WireServer(script) as server, Client(server.url, client_session_args=options) as client:
        assert client.execute(QUERY) == {}


# -- timeouts


@contextlib.contextmanager
def full_backlog() -> Iterator[str]:
    """An address at which connecting never succeeds, because the queue of the listener is full."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(3):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/graphql"


@pytest.mark.parametrize(
    ("timeout", "limit", "seconds"),
    [
        (aiohttp.ClientTimeout(sock_connect=0.2), "sock_connect", 0.2),
        (aiohttp.ClientTimeout(connect=0.2), "connect", 0.2),
        (aiohttp.ClientTimeout(connect=30, sock_connect=0.2), "sock_connect", 0.2),
        (aiohttp.ClientTimeout(connect=0.2, sock_connect=30), "connect", 0.2),
        (aiohttp.ClientTimeout(total=0.2), "total", 0.2),
        (0.2, "timeout", 0.2),
    ],
    ids=str,
)
def test_timeout_while_connecting(timeout: Any, limit: str, seconds: float) -> None:
    """The error has the name and the value of the limit that expired."""
    with full_backlog() as url:
        error = failure(url, timeout=timeout)
    check_timeout(error, limit, seconds)
    assert error.sent is False


@pytest.mark.parametrize(
    ("timeout", "limit", "seconds"),
    [
        (aiohttp.ClientTimeout(sock_read=1.5), "sock_read", 1.5),
        (aiohttp.ClientTimeout(total=1.5, sock_read=30), "total", 1.5),
        (1.5, "total", 1.5),
    ],
    ids=str,
)
@pytest.mark.parametrize("begun", [False, True], ids=["no-answer", "half-an-answer"])
@pytest.mark.parametrize("where", ["option", "extra_args", "client_session_args"])
def test_timeout_while_reading(timeout: Any, limit: str, seconds: float, begun: bool, where: str) -> None:
    """This holds for a server that does not respond, or not completely, and for all places of the limit.

    A number as an option of the client is the limit of a call, and not aiohttp's.
    """
    if where == "option" and timeout == 1.5:
        limit = "timeout"

    def script(connection: WireConnection) -> None:
        connection.read_request()
        connection.send(answer()[:-5] if begun else b"")
        connection.wait_for_end()

    with WireServer(script) as server:
        if where == "extra_args":
            with Client(server.url) as client, pytest.raises(TransportTimeout) as info:
                client.execute(QUERY, extra_args={"timeout": timeout})
            error: TransportError = info.value
        elif where == "client_session_args":
            error = failure(server.url, client_session_args={"timeout": timeout})
        else:
            error = failure(server.url, timeout=timeout)
    check_timeout(error, limit, seconds)
    assert error.sent is (True if begun else None)


def check_timeout(error: TransportError, limit: str, seconds: float) -> None:
    assert isinstance(error, TransportTimeout)
    assert isinstance(error, TimeoutError)
    assert (error.limit, error.seconds) == (limit, seconds)
    assert f"{limit} expired after {seconds:g} s" in str(error)


def test_timeout_while_waiting_for_the_pool() -> None:
    """Waiting for a free connection only counts for ``connect``."""
    asked = threading.Event()

    def script(connection: WireConnection) -> None:
        connection.read_request()
        asked.set()
        connection.wait_for_end()

    def wait_for_the_end() -> None:
        with contextlib.suppress(ClientClosed):
            client.execute(QUERY)

    options = {"connector": lambda: aiohttp.TCPConnector(limit=1)}
    with WireServer(script) as server, Client(server.url, client_session_args=options) as client:
        first = threading.Thread(target=wait_for_the_end)
        first.start()
        assert asked.wait(30)
        with pytest.raises(TransportTimeout) as info:
            client.execute(QUERY, extra_args={"timeout": aiohttp.ClientTimeout(connect=0.2, sock_connect=30)})
        check_timeout(info.value, "connect", 0.2)
        assert info.value.sent is False
        assert server.connections == 1
        client.close()
        first.join()


# -- secrets


def test_no_secret_in_any_message_or_traceback() -> None:
    """Neither messages nor their causes show credentials, the query string of the URL or the variables."""
    secrets: dict[str, Any] = {"headers": {"Authorization": "hush-1", "X-Key": "hush-2"}, "cookies": {"c": "hush-3"}}
    variables = {"v": "hush-9"}
    scripts = [
        after_request(b""),
        after_request(b"", reset=True),
        after_request(answer()[:-5]),
        after_request(b"no http\r\n\r\n"),
        after_request(answer(b"", "X-Big: " + 70_000 * "x")),
        always(answer(b"<p>", status="500 Error")),
        always(answer(b"<p>", "Location: http://u:hush-5@127.0.0.1/?hush-6", status="302 Found")),
        silent,
    ]
    for script in scripts:
        for use_get in (False, True):
            with WireServer(script) as server:
                url = server.url.replace("http://", "http://user:hush-7@") + "?key=hush-8"
                limits = aiohttp.ClientTimeout(total=0.3)
                with Client(url, timeout=limits, use_get_for_queries=use_get, **secrets) as client:
                    with pytest.raises(TransportError) as info:
                        client.execute("query ($v: String) { ok }", variables)
                    shown = "".join(traceback.format_exception(info.value)) + repr(info.value) + repr(client)
                    assert "hush" not in shown


@pytest.mark.parametrize(
    "error",
    [
        aiohttp.ServerDisconnectedError(),
        aiohttp.ClientPayloadError("x"),
        aiohttp.ClientConnectionError("Connector is closed."),
        aiohttp.ClientOSError(104, "Connection reset by peer"),
        aiohttp.InvalidURL("http://hush"),
        aiohttp.SocketTimeoutError("x"),
        aiohttp.ConnectionTimeoutError("x"),
        TimeoutError(),
        OSError(24, "Too many open files"),
    ],
    ids=repr,
)
def test_everything_has_a_translation(error: Exception) -> None:
    """Any exception of aiohttp becomes a TransportError with the URL."""
    translated = translate(error, "http://user:hush@example.test/graphql?hush")
    assert isinstance(translated, TransportError)
    assert "http://example.test/graphql" in str(translated)
    assert "hush" not in str(translated)
