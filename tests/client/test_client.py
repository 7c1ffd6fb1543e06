"""Client: its options, what it says about itself, and failures, against real servers."""

from __future__ import annotations

import socket
import threading
from collections.abc import AsyncGenerator, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from syncgql import (
    AIOHTTPTransport,
    AIOHTTPWebsocketsTransport,
    AsyncTransport,
    BlockingTransport,
    Client,
    ClientClosed,
    ExecutionResult,
    GraphQLRequest,
    ReconnectPolicy,
    RequestsHTTPTransport,
    RoundTrip,
    TransportConnectionFailed,
    TransportError,
    TransportQueryError,
)

from ..fix_servers import Server


@pytest.fixture
def client(any_server: Server) -> Iterator[Client]:
    with Client(any_server.url) as client:
        yield client


def test_headers_and_cookies_reach_the_server(strawberry_server: Server) -> None:
    """Headers of the client are sent; those of the call take precedence, in any case."""
    query = "query ($name: String!) { header(name: $name) }"
    with Client(strawberry_server.url, headers={"X-A": "client"}, cookies={"crumb": "1"}) as client:
        assert client.execute(query, {"name": "x-a"}) == {"header": "client"}
        assert client.execute(query, {"name": "x-a"}, headers={"x-a": "call"}) == {"header": "call"}
        assert client.execute(query, {"name": "cookie"}) == {"header": "crumb=1"}


def test_header_functions_run_in_the_calling_thread(strawberry_server: Server) -> None:
    """A function for headers is called for every request, in the caller's thread."""
    threads: list[int] = []

    def headers() -> dict[str, str]:
        threads.append(threading.get_ident())
        return {"X-Count": str(len(threads))}

    with Client(strawberry_server.url, headers=headers) as client:
        assert client.execute('{ header(name: "x-count") }') == {"header": "1"}
        assert client.execute('{ header(name: "x-count") }') == {"header": "2"}
    assert threads == [threading.get_ident()] * 2


def test_eight_threads_share_one_client(client: Client) -> None:
    """Threads need neither their own clients nor a lock."""

    def greet(number: int) -> Any:
        return client.execute("query ($name: String!) { hello(name: $name) }", {"name": str(number)})["hello"]

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(greet, range(80))) == [f"Hello {number}!" for number in range(80)]


def test_everything_over_a_websocket(any_server: Server) -> None:
    """A ws:// URL sends queries, mutations and subscriptions over WebSocket."""
    with Client(any_server.ws_url) as client:
        assert client.execute("{ hello }") == {"hello": "Hello world!"}
        with pytest.raises(TransportQueryError):
            client.execute("{ fail }")
        assert [event["count"] for event in client.subscribe("subscription { count(to: 2) }")] == [1, 2]


def test_subscriptions_may_have_another_endpoint(strawberry_server: Server, ariadne_server: Server) -> None:
    """subscriptions= is another endpoint, here another server."""
    with Client(strawberry_server.url, subscriptions=ariadne_server.ws_url) as client:
        assert list(client.subscribe("subscription { count(to: 1) }")) == [{"count": 1}]
        assert client.execute("{ hello }") == {"hello": "Hello world!"}
        assert strawberry_server.seen("ws_connect") == []


def test_a_transport_may_be_given(strawberry_server: Server) -> None:
    """A client works with a transport of one's own; this server runs a subscription over plain HTTP as a query."""
    with Client(transport=AIOHTTPTransport(strawberry_server.url)) as client:
        assert client.execute("{ hello }") == {"hello": "Hello world!"}
        with pytest.raises(TransportError, match="Cannot return null"):
            next(client.subscribe("subscription { count(to: 1) }"))


def test_making_a_client_does_nothing_yet() -> None:
    """Creating a client starts no thread and opens no connection."""
    before = set(threading.enumerate())  # one of them may end meanwhile
    clients = [Client("http://127.0.0.1:1/") for _ in range(100)]
    assert set(threading.enumerate()) <= before
    assert repr(clients[0]) == "<Client http://127.0.0.1:1/>"


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({}, TypeError, "either a url or transport"),
        ({"url": "http://a/", "transport": AIOHTTPTransport("http://a/")}, TypeError, "either a url or transport"),
        ({"url": "localhost:8000"}, ValueError, "must be an absolute URL"),
        ({"url": "ftp://localhost"}, ValueError, "begins with http:// or https://"),
        ({"url": "http://localhost:port/"}, ValueError, "not a valid URL"),
        ({"url": 1}, TypeError, "url must be a str"),
        ({"url": "http://a/", "nope": 1}, TypeError, "nope"),
        ({"url": "http://a/", "headers": ["a"]}, TypeError, "headers must be a mapping"),
        ({"url": "http://a/", "headers": {"a": 1}}, TypeError, "'a' maps to int"),
        ({"url": "http://a/", "headers": {"a": "b\r\nc: d"}}, ValueError, "line break"),
        ({"url": "http://a/", "execute_timeout": 0}, ValueError, "more than 0"),
        ({"url": "http://a/", "execute_timeout": "10"}, TypeError, "execute_timeout must be a number"),
        ({"url": "http://a/", "subscriptions": 1}, TypeError, "subscriptions must be a URL"),
        ({"url": "http://a/", "subscriptions": "a"}, ValueError, "must be an absolute URL"),
        ({"url": "http://a/", "init_payload": 1}, TypeError, "init_payload must be a mapping"),
        ({"transport": "http://a/"}, TypeError, "transport must be an AsyncTransport"),
    ],
)
def test_a_wrong_option_is_an_error_at_once(arguments: dict[str, Any], error: type[Exception], message: str) -> None:
    """An invalid option is reported when the client is created, not by the first call."""
    with pytest.raises(error, match=message):
        Client(**arguments)


class Asynchronous(AsyncTransport):
    """A user-defined transport."""

    async def connect(self) -> None: ...

    async def close(self) -> None: ...

    async def execute(self, request: GraphQLRequest, *, extra_args: Mapping[str, Any] | None = None) -> ExecutionResult:
        return ExecutionResult({})

    async def subscribe(self, request: GraphQLRequest) -> AsyncGenerator[ExecutionResult, None]:
        yield ExecutionResult({})


class Blocking(BlockingTransport):
    """A user-defined transport that blocks."""

    def connect(self) -> None: ...

    def close(self) -> None: ...

    def round_trip(
        self,
        request: GraphQLRequest,
        *,
        headers: Mapping[str, str] | None = None,
        extra_args: Mapping[str, Any] | None = None,
    ) -> RoundTrip[Any, ExecutionResult]:
        return RoundTrip(None, lambda request, deadline: None, lambda response: ExecutionResult({}))


@pytest.mark.parametrize(
    ("transport", "shown"),
    [
        (AIOHTTPTransport("http://me:secret@a/b?key=secret"), "AIOHTTPTransport('http://a/b')"),
        (RequestsHTTPTransport("http://me:secret@a/b?key=secret"), "RequestsHTTPTransport('http://a/b')"),
        (AIOHTTPWebsocketsTransport("ws://me:secret@a/b?key=secret"), "AIOHTTPWebsocketsTransport('ws://a/b')"),
        (Asynchronous(), "<Asynchronous>"),
        (Blocking(), "<Blocking>"),
    ],
)
def test_client_names_its_transport(transport: AsyncTransport | BlockingTransport, shown: str) -> None:
    """Its repr contains neither an address in memory nor secrets in the URL."""
    assert repr(Client(transport=transport)) == f"<Client {shown}>"


def test_passwords_in_urls_are_not_shown() -> None:
    """Neither repr nor errors show the user name, password or query string of a URL."""
    assert repr(Client("http://me:secret@localhost/graphql?key=secret")) == "<Client http://localhost/graphql>"
    with pytest.raises(ValueError, match="absolute URL") as caught:
        Client("ftp://me:secret@localhost/?key=secret")
    assert "secret" not in str(caught.value)


def test_a_closed_client_raises(strawberry_server: Server) -> None:
    """After close() every call raises ClientClosed; closing twice does nothing."""
    client = Client(strawberry_server.url)
    client.execute("{ hello }")
    client.close()
    client.close()
    assert client.closed
    for call in (client.execute, client.execute_result, client.subscribe, client.subscribe_results):
        with pytest.raises(ClientClosed, match="create a new one"):
            call("{ hello }")


def test_an_unreachable_server_is_a_connection_failure() -> None:
    """The error has the URL and asks whether the server is running; the cause is chained."""
    policy = ReconnectPolicy(base=0.01, cap=0.01)
    with (
        socket.socket() as unused,
        Client(f"http://127.0.0.1:{_free_port(unused)}/graphql", reconnect=policy) as client,
    ):
        for call in (client.execute, client.subscribe):
            with pytest.raises(
                TransportConnectionFailed, match=r"Could not connect to .* Is the server running"
            ) as caught:
                call("{ hello }")
            assert caught.value.__cause__ is not None


def _free_port(unused: socket.socket) -> int:
    unused.bind(("127.0.0.1", 0))
    port: int = unused.getsockname()[1]
    return port
