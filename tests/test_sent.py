"""TransportError.sent: whether the server got the request, wherever an error is made."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Callable, Iterator
from typing import Any

import aiohttp
import pytest

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

from .servers.scripted import Peer, ScriptedServer
from .servers.wire import Script, WireConnection, WireServer, always, answer
from .transport.conversations import SUBSCRIPTION, after_start, event

QUERY = "{ ok }"

Make = Callable[[str], AsyncTransport | BlockingTransport]


def over_requests(url: str) -> RequestsHTTPTransport:
    # Straight there: what the environment says of proxies is not what is tested.
    return RequestsHTTPTransport(url, trust_env=False)


@pytest.fixture(params=[AIOHTTPTransport, over_requests], ids=["aiohttp", "requests"])
def make(request: pytest.FixtureRequest) -> Make:
    """Make a transport over HTTP."""
    made: Make = request.param
    return made


def failure(make: Make, url: str, **options: Any) -> TransportError:
    """Return the error of one query."""
    with Client(transport=make(url)) as client, pytest.raises(TransportError) as info:
        client.execute(QUERY, **options)
    return info.value


@contextlib.contextmanager
def port_without_server() -> Iterator[int]:
    """Reserve a port without a listening server."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        yield holder.getsockname()[1]


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
    with port_without_server() as port:
        refused = failure(make, f"http://127.0.0.1:{port}/graphql")
    unknown = failure(make, "http://no-such-host.invalid/graphql")
    assert [type(error) for error in (refused, unknown)] == [TransportConnectionFailed] * 2
    assert (refused.sent, unknown.sent) == (False, False)
    assert (refused.attempts, refused.codes) == (1, ())


def test_no_tls(make: Make, server_context: ssl.SSLContext) -> None:
    """A certificate that is not trusted, and a server that speaks no TLS."""
    with WireServer(always(answer()), context=server_context) as server:
        untrusted = failure(make, server.url.replace("127.0.0.1", "localhost"))
    with WireServer(lambda connection: connection.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as server:
        plain = failure(make, server.url.replace("http:", "https:"))
    assert [type(error) for error in (untrusted, plain)] == [TransportConnectionFailed] * 2
    assert (untrusted.sent, plain.sent) == (False, False)


def test_no_way_through_a_proxy() -> None:
    """A proxy port without a listening server, and a proxy that refuses to connect."""
    with port_without_server() as port:
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
    """A connection that was lost leaves it open; an answer, or a part of one, shows that the server got the request."""
    with WireServer(script) as server:
        error = failure(make, server.url)
    assert type(error) is kind
    assert error.sent is sent


def test_no_answer_in_time(make: Make) -> None:
    """When a call runs out of time, the request may have arrived."""
    with WireServer(silent) as server:
        error = failure(make, server.url, timeout=0.2)
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
    """A server that has begun to answer has got the request."""

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
    with port_without_server() as port:
        url = f"http://127.0.0.1:{port}/graphql"
        transport = RequestsHTTPTransport(url, retries=1, retry_backoff_factor=0, trust_env=False)
        error = failure(lambda url: transport, url)
    assert (error.attempts, error.sent) == (2, False)


def test_query_that_is_sent_again_on_another_connection() -> None:
    """The first copy may have arrived before its connection, which was kept alive, was lost."""
    served: list[int] = []

    def script(connection: WireConnection) -> None:
        served.append(1)
        connection.read_request()
        if len(served) == 1:
            connection.send(answer())
            connection.read_request()
            server._listener.shutdown(socket.SHUT_RDWR)  # the second copy finds nobody
        connection.reset()

    with WireServer(script) as server, Client(server.url) as client:
        client.execute(QUERY)
        with pytest.raises(TransportConnectionFailed) as info:
            client.execute(QUERY)
    assert info.value.sent is None


# -- WebSockets


def socket_failure(script: Callable[[Peer], Any], document: str = SUBSCRIPTION) -> tuple[TransportError, list[Any]]:
    """Return what a subscription, or a query, ends with, and the events before that."""
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
    """Without an acknowledgement the operation was not sent, whatever the connection ended with."""
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
    """The message was written; whether it was read is not known."""

    async def close(peer: Peer, id: str) -> None:
        await peer.close(1011)

    error, _ = socket_failure(after_start(close), document)
    assert isinstance(error, TransportConnectionFailed)
    assert error.sent is None


def test_socket_that_was_lost_after_an_event() -> None:
    """An event shows that the server got the subscription."""

    async def close(peer: Peer, id: str) -> None:
        await peer.send(**event(id, 1))
        await peer.close(1011)

    error, events = socket_failure(after_start(close))
    assert events == [{"n": 1}]
    assert isinstance(error, TransportConnectionFailed)
    assert error.sent is True


def test_operation_that_the_server_ended() -> None:
    """Errors of the operation show that the server got it."""

    async def fail(peer: Peer, id: str) -> None:
        await peer.send("error", id=id, payload=[{"message": "m"}])

    error, _ = socket_failure(after_start(fail), QUERY)
    assert isinstance(error, TransportQueryError)
    assert error.sent is True


def test_no_event_in_time() -> None:
    """The subscription goes on."""

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


# -- what is not sent at all


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


def test_what_a_transport_cannot_send() -> None:
    """An option that the transport does not have is found before anything is sent."""
    with Client("ws://127.0.0.1:1/") as client, pytest.raises(TransportError, match="no headers per request") as info:
        client.execute(QUERY, headers={"a": "b"})
    assert info.value.sent is False


def test_bare_transport_that_cannot_connect() -> None:
    """Opening the socket alone sends no operation."""

    async def connect() -> TransportError:
        with port_without_server() as port:
            transport = AIOHTTPWebsocketsTransport(f"ws://127.0.0.1:{port}/")
            with pytest.raises(TransportConnectionFailed) as info:
                await transport.connect()
            await transport.close()
        return info.value

    assert asyncio.run(connect()).sent is False
