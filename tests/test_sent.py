"""TransportError.sent: whether the server received the request, for all errors."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from typing import Any

import aiohttp
import pytest
import requests

from syncgql import (
    AIOHTTPTransport,
    AIOHTTPWebsocketsTransport,
    AsyncTransport,
    BlockingTransport,
    Client,
    RequestsHTTPTransport,
    TransportAuthenticationError,
    TransportClosed,
    TransportConnectionFailed,
    TransportError,
    TransportProtocolError,
    TransportQueryError,
    TransportRateLimited,
    TransportServerError,
    TransportTimeout,
    gql,
)

from .ports import reserved_port
from .servers.scripted import Peer, ScriptedServer
from .servers.wire import Script, WireConnection, WireServer, always, answer
from .transport.conversations import SUBSCRIPTION, after_start, event

QUERY = "{ ok }"

Make = Callable[[str], AsyncTransport | BlockingTransport]


def over_requests(url: str) -> RequestsHTTPTransport:
    # Direct connections: proxies of the environment are not tested here.
    return RequestsHTTPTransport(url, trust_env=False)


@pytest.fixture(params=[AIOHTTPTransport, over_requests], ids=["aiohttp", "requests"])
def make(request: pytest.FixtureRequest) -> Make:
    """Create a transport over HTTP."""
    made: Make = request.param
    return made


def failure(make: Make, url: str, **options: Any) -> TransportError:
    """Return the error of one query."""
    with Client(transport=make(url)) as client, pytest.raises(TransportError) as info:
        client.execute(QUERY, **options)
    return info.value


def reset_after_request(connection: WireConnection) -> None:
    connection.read_request()
    connection.reset()


def break_off(connection: WireConnection) -> None:
    connection.read_request()
    connection.send(answer(b'{"data":', "Content-Length: 99", length=False))


def silent(connection: WireConnection) -> None:
    connection.wait_for_end()


# -- HTTP


def test_no_connection(make: Make) -> None:
    """A port without a listening server, and a host that does not exist."""
    with reserved_port() as port:
        refused = failure(make, f"http://127.0.0.1:{port}/graphql")
    unknown = failure(make, "http://no-such-host.invalid/graphql")
    assert [type(error) for error in (refused, unknown)] == [TransportConnectionFailed] * 2
    assert (refused.sent, unknown.sent) == (False, False)
    assert (refused.attempts, refused.codes) == (1, ())


def test_no_tls(make: Make, server_context: ssl.SSLContext) -> None:
    """A certificate that is not trusted, and a server that does not speak TLS."""
    with WireServer(always(answer()), context=server_context) as server:
        untrusted = failure(make, server.url.replace("127.0.0.1", "localhost"))
    with WireServer(lambda connection: connection.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as server:
        plain = failure(make, server.url.replace("http:", "https:"))
    assert [type(error) for error in (untrusted, plain)] == [TransportConnectionFailed] * 2
    assert (untrusted.sent, plain.sent) == (False, False)


def test_no_tls_in_a_session_of_the_user(server_context: ssl.SSLContext) -> None:
    """The progress of such a call is unknown; only a certificate that is not trusted leaves no doubt."""

    def transport(url: str) -> RequestsHTTPTransport:
        session = requests.Session()
        session.trust_env = False
        return RequestsHTTPTransport(url, session=lambda: session)

    with WireServer(always(answer()), context=server_context) as server:
        untrusted = failure(transport, server.url.replace("127.0.0.1", "localhost"))
    with WireServer(cut_off) as server:
        lost = failure(transport, server.url.replace("http:", "https:"))
    assert [type(error) for error in (untrusted, lost)] == [TransportConnectionFailed] * 2
    assert (untrusted.sent, lost.sent) == (False, None)


def test_no_way_through_a_proxy() -> None:
    """A proxy port without a listening server, and a proxy that refuses to connect."""
    with reserved_port() as port:
        proxies = {"https": f"http://127.0.0.1:{port}"}
        transport = RequestsHTTPTransport("https://api.test/", proxies=proxies)
        assert failure(lambda url: transport, "").sent is False
        extra_args = {"proxy": proxies["https"]}
        assert failure(AIOHTTPTransport, "https://api.test/", extra_args=extra_args).sent is False
    with WireServer(always(answer(b"", status="403 Forbidden"))) as server:
        proxies = {"https": server.url}
        transport = RequestsHTTPTransport("https://api.test/", proxies=proxies)
        assert failure(lambda url: transport, "").sent is False
        assert failure(AIOHTTPTransport, "https://api.test/", extra_args={"proxy": server.url}).sent is False


def cut_off(connection: WireConnection) -> None:
    connection.discard(1)
    connection.reset()


def talk_nonsense(connection: WireConnection) -> None:
    connection.discard(1)
    connection.send(b"SSH-2.0-nonsense\r\n\r\n")


@contextlib.contextmanager
def full_port() -> Iterator[int]:
    """Reserve a port that answers no attempt to connect, because its backlog is full."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(3):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                waiting.connect(listener.getsockname())
        yield listener.getsockname()[1]


@pytest.mark.parametrize(
    ("script", "timeout", "kind"),
    [
        (silent, 0.3, TransportTimeout),
        (cut_off, 10, TransportConnectionFailed),
        (talk_nonsense, 10, TransportConnectionFailed),
    ],
)
def test_connection_that_is_not_established(
    make: Make, script: Script, timeout: float, kind: type[TransportError]
) -> None:
    """A server that fails in the TLS handshake, and a proxy that fails when it is asked to connect."""
    with WireServer(script) as server:
        in_tls = failure(make, server.url.replace("http:", "https:"), timeout=timeout)
        argument = {"proxies": {"https": server.url}} if make is over_requests else {"proxy": server.url}
        by_proxy = failure(make, "https://api.test/", timeout=timeout, extra_args=argument)
    assert [type(error) for error in (in_tls, by_proxy)] == [kind, kind]
    assert (in_tls.sent, by_proxy.sent) == (False, False)
    assert "before the response was complete" not in f"{in_tls} {by_proxy}"


@pytest.mark.parametrize(
    ("transport", "limit"),
    [
        (lambda url: AIOHTTPTransport(url, timeout=aiohttp.ClientTimeout(sock_connect=0.3)), "sock_connect"),
        (lambda url: AIOHTTPTransport(url, timeout=aiohttp.ClientTimeout(connect=0.3)), "connect"),
        (lambda url: AIOHTTPTransport(url, timeout=aiohttp.ClientTimeout(total=0.3)), "total"),
        (lambda url: RequestsHTTPTransport(url, timeout=(0.3, 5), trust_env=False), "timeout"),
    ],
    ids=["sock_connect", "connect", "total", "requests"],
)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_limit_that_expires_while_connecting(transport: Make, limit: str, scheme: str) -> None:
    """TCP takes too long, or the TLS handshake; the error names the limit that expired."""
    with contextlib.ExitStack() as stack:
        if scheme == "http":
            url = f"http://127.0.0.1:{stack.enter_context(full_port())}/graphql"
        else:
            url = stack.enter_context(WireServer(silent)).url.replace("http:", "https:")
        error = failure(transport, url)
    assert isinstance(error, TransportTimeout)
    assert (error.limit, error.seconds, error.sent) == (limit, 0.3, False)


def test_call_that_times_out_while_connecting(make: Make) -> None:
    """The limit of the call expires before there is a connection, to the server or to a proxy."""
    with full_port() as port:
        direct = failure(make, f"http://127.0.0.1:{port}/graphql", timeout=0.3)
        proxy = f"http://127.0.0.1:{port}"
        argument = {"proxies": {"https": proxy}} if make is over_requests else {"proxy": proxy}
        by_proxy = failure(make, "https://api.test/", timeout=0.3, extra_args=argument)
    assert [type(error) for error in (direct, by_proxy)] == [TransportTimeout] * 2
    assert (direct.sent, by_proxy.sent) == (False, False)
    assert f"127.0.0.1:{port}" in str(direct)


def test_blocking_call_that_times_out_before_it_begins() -> None:
    """A function for headers may use up the time."""

    def headers() -> dict[str, str]:
        time.sleep(0.02)
        return {}

    transport = RequestsHTTPTransport("http://127.0.0.1:1/", headers=headers)
    error = failure(lambda url: transport, "", timeout=0.01)
    assert isinstance(error, TransportTimeout)
    assert error.sent is False


def test_bare_transport_that_received_a_response_before() -> None:
    """The response to one call says nothing about the next."""

    def script(connection: WireConnection) -> None:
        connection.read_request()
        connection.send(answer())
        reset_after_request(connection)

    with WireServer(script) as server:
        transport = RequestsHTTPTransport(server.url, trust_env=False)
        transport.execute(gql(QUERY))
        with pytest.raises(TransportConnectionFailed) as info:
            transport.execute(gql(QUERY))
        transport.close()
    assert info.value.sent is None


def test_call_that_times_out_within_the_response(make: Make) -> None:
    """The limit of the call expires after the response has begun."""

    def script(connection: WireConnection) -> None:
        connection.read_request()
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n")
        connection.wait_for_end()

    with WireServer(script) as server:
        error = failure(make, server.url, timeout=1.5)
        while error.sent is not True:  # The machine was so busy that the response began too late.
            error = failure(make, server.url, timeout=1.5)
    assert isinstance(error, TransportTimeout)


@pytest.mark.parametrize(
    ("script", "kind", "sent"),
    [
        (reset_after_request, TransportConnectionFailed, None),
        (break_off, TransportConnectionFailed, True),
        (always(answer(b"plain", "Content-Encoding: gzip")), TransportProtocolError, True),
        (always(answer(b"<p>")), TransportProtocolError, True),
        (always(answer(b'{"data": null}')), TransportProtocolError, True),
        (always(answer(b"", status="500 Oops")), TransportServerError, True),
        (always(answer(b"", status="401 Who")), TransportAuthenticationError, True),
        (always(answer(b"", status="429 Slow")), TransportRateLimited, True),
        (always(answer(b"", "Location: /", status="302 Found")), TransportServerError, True),
        (always(answer(b'{"errors": [{"message": "m"}]}')), TransportQueryError, True),
    ],
)
def test_http(make: Make, script: Script, kind: type[TransportError], sent: bool | None) -> None:
    """A lost connection leaves it unknown; a response, or a part of one, shows that the request was received."""
    with WireServer(script) as server:
        error = failure(make, server.url)
    assert type(error) is kind
    assert error.sent is sent


def test_no_response_in_time(make: Make) -> None:
    """When the time of a call is up, the request may have arrived."""
    with WireServer(silent) as server:
        error = failure(make, server.url, timeout=1.5)
        while error.sent is False:  # The machine was so busy that the request was not sent in time.
            error = failure(make, server.url, timeout=1.5)
    assert isinstance(error, TransportTimeout)
    assert error.sent is None


@pytest.mark.parametrize(
    "transport",
    [
        lambda url: AIOHTTPTransport(url, timeout=aiohttp.ClientTimeout(sock_read=0.2)),
        lambda url: RequestsHTTPTransport(url, timeout=(5, 0.2)),
    ],
)
@pytest.mark.parametrize(("begun", "sent"), [(b"", None), (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", True)])
def test_silence(transport: Make, begun: bytes, sent: bool | None) -> None:
    """A server that has begun to respond has received the request."""

    def script(connection: WireConnection) -> None:
        connection.read_request()
        connection.send(begun)
        connection.wait_for_end()

    with WireServer(script) as server:
        error = failure(transport, server.url)
    assert isinstance(error, TransportTimeout)
    assert error.sent is sent


def test_retries_of_requests_count() -> None:
    """An attempt that may have arrived counts, even if the last one did not; each attempt is counted."""

    def script(connection: WireConnection) -> None:
        reset_after_request(connection)

    with WireServer(script) as server:
        transport = RequestsHTTPTransport(server.url, retries=2, retry_backoff_factor=0, trust_env=False)
        error = failure(lambda url: transport, server.url)
    assert (error.attempts, error.sent) == (3, None)
    with reserved_port() as port:
        url = f"http://127.0.0.1:{port}/graphql"
        transport = RequestsHTTPTransport(url, retries=1, retry_backoff_factor=0, trust_env=False)
        error = failure(lambda url: transport, url)
    assert (error.attempts, error.sent) == (2, False)


def test_query_that_is_sent_again_on_another_connection() -> None:
    """The first copy may have arrived before its kept connection was lost."""
    served: list[int] = []

    def script(connection: WireConnection) -> None:
        served.append(1)
        connection.read_request()
        if len(served) == 1:
            connection.send(answer())
            connection.read_request()
            server._listener.shutdown(socket.SHUT_RDWR)  # there is no server for the second copy
        connection.reset()

    with WireServer(script) as server, Client(server.url) as client:
        client.execute(QUERY)
        with pytest.raises(TransportConnectionFailed) as info:
            client.execute(QUERY)
    assert info.value.sent is None


# -- WebSockets


def socket_failure(script: Callable[[Peer], Any], document: str = SUBSCRIPTION) -> tuple[TransportError, list[Any]]:
    """Return the error that ends a subscription or a query, and the events before it."""
    events: list[Any] = []

    def run(client: Client) -> None:
        if document == SUBSCRIPTION:
            events.extend(client.subscribe(document))
        else:
            client.execute(document)

    with (
        ScriptedServer(script) as server,
        Client(server.ws_url, reconnect=False) as client,
        pytest.raises(TransportError) as info,
    ):
        run(client)
    return info.value, events


async def _close_before_the_ack(peer: Peer) -> None:
    await peer.accept()
    await peer.expect("connection_init")
    await peer.close(4403)


@pytest.mark.parametrize("document", [SUBSCRIPTION, QUERY])
def test_socket_that_was_never_ready(document: str) -> None:
    """Without an acknowledgement the operation was not sent, whatever ended the connection."""
    error, _ = socket_failure(_close_before_the_ack, document)
    assert isinstance(error, TransportAuthenticationError)
    assert error.sent is False


@pytest.mark.parametrize(("status", "kind"), [(404, TransportServerError), (429, TransportRateLimited)])
def test_socket_that_was_refused(status: int, kind: type[TransportError]) -> None:
    """A response to the upgrade is not a response to the operation."""

    async def refuse(peer: Peer) -> None:
        await peer.refuse(status, Retry_After="3")

    error, _ = socket_failure(refuse)
    assert type(error) is kind
    assert isinstance(error, TransportServerError)
    assert (error.sent, error.retry_after) == (False, 3)


@pytest.mark.parametrize("document", [SUBSCRIPTION, QUERY])
def test_socket_that_was_lost_after_the_message(document: str) -> None:
    """The message was written; whether it was read is unknown."""

    async def close(peer: Peer, id: str) -> None:
        await peer.close(1011)

    error, _ = socket_failure(after_start(close), document)
    assert isinstance(error, TransportConnectionFailed)
    assert error.sent is None


def test_socket_that_was_lost_after_an_event() -> None:
    """An event shows that the server received the subscription."""

    async def close(peer: Peer, id: str) -> None:
        await peer.send(**event(id, 1))
        await peer.close(1011)

    error, events = socket_failure(after_start(close))
    assert events == [{"n": 1}]
    assert isinstance(error, TransportConnectionFailed)
    assert error.sent is True


def test_operation_that_the_server_ended() -> None:
    """Errors of the operation show that the server received it."""

    async def fail(peer: Peer, id: str) -> None:
        await peer.send("error", id=id, payload=[{"message": "m"}])

    error, _ = socket_failure(after_start(fail), QUERY)
    assert isinstance(error, TransportQueryError)
    assert error.sent is True


def test_no_event_in_time() -> None:
    """The subscription continues."""

    async def wait(peer: Peer, id: str) -> None:
        """Send nothing."""

    with (
        ScriptedServer(after_start(wait)) as server,
        Client(server.ws_url) as client,
        client.subscribe(SUBSCRIPTION) as events,
        pytest.raises(TransportTimeout) as info,
    ):
        events.next(timeout=0.05)
    assert info.value.sent is True


# -- requests that are not sent


def test_closed_transports() -> None:
    """A transport that is closed sends nothing."""

    async def use(transport: AsyncTransport) -> TransportError:
        await transport.connect()
        await transport.close()
        with pytest.raises(TransportClosed) as info:
            await transport.execute(gql(QUERY))
        return info.value

    assert asyncio.run(use(AIOHTTPTransport("http://127.0.0.1:1/"))).sent is False
    blocking = RequestsHTTPTransport("http://127.0.0.1:1/")
    blocking.close()
    with pytest.raises(TransportClosed) as info:
        blocking.execute(gql(QUERY))
    assert info.value.sent is False


def test_requests_that_a_transport_cannot_send() -> None:
    """An option that the transport does not support is reported before sending."""
    with Client("ws://127.0.0.1:1/") as client, pytest.raises(TransportError, match="no headers per request") as info:
        client.execute(QUERY, headers={"a": "b"})
    assert info.value.sent is False


def test_bare_transport_that_cannot_connect() -> None:
    """Opening the socket alone sends no operation."""

    async def connect() -> TransportError:
        with reserved_port() as port:
            transport = AIOHTTPWebsocketsTransport(f"ws://127.0.0.1:{port}/")
            with pytest.raises(TransportConnectionFailed) as info:
                await transport.connect()
            await transport.close()
        return info.value

    assert asyncio.run(connect()).sent is False
