"""Redirects, and requests that are resent."""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from collections.abc import Iterator, Mapping
from typing import Any

import aiohttp
import pytest

from syncgql import Client, TransportConnectionFailed, TransportServerError

from ...servers.wire import WireConnection, WireServer, always, answer

QUERY, MUTATION = "query { ok }", "mutation { ok }"
OK = {"ok": True}

CREDENTIALS: dict[str, Any] = {
    "headers": {"Authorization": "secret", "X-Api-Key": "secret", "Accept": "secret/secret", "User-Agent": "mine"},
    "cookies": {"session": "secret"},
    "client_session_args": {"headers": {"X-Session": "secret"}},
}


@contextlib.contextmanager
def redirecting(
    target: str, status: str = "307 Temporary Redirect", **options: Any
) -> Iterator[tuple[WireServer, Client]]:
    script = always(answer(b"moved", f"Location: {target}", status=status))
    with WireServer(script) as server, Client(server.url, **options) as client:
        yield server, client


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other"])
def test_h22_redirect_of_a_post_is_not_followed(status: str) -> None:
    """301, 302 and 303 would change a POST; the error has the target."""
    with redirecting("http://127.0.0.1:1/new", status) as (server, client):
        with pytest.raises(TransportServerError, match=r"redirect to http://127\.0\.0\.1:1/new") as info:
            client.execute(QUERY)
        assert info.value.code == int(status[:3])
        assert len(server.requests) == 1


@pytest.mark.parametrize("status", ["307 Temporary Redirect", "308 Permanent Redirect"])
@pytest.mark.parametrize("size", [10, 2_000_000])
def test_h22_redirect_that_keeps_the_post_is_followed(status: str, size: int) -> None:
    """307 and 308 are followed with the same body and, to the same origin, the same headers."""
    script = always(answer(b"", "Location: /new?b=2", status=status), answer())
    with WireServer(script) as server, Client(server.url + "?a=1", headers={"X-Api-Key": "k"}) as client:
        result = client.execute_result(MUTATION, {"x": size * "x"}, extra_args={"params": {"p": "1"}})
    first, second = server.requests
    assert (first.target, second.target) == ("/graphql?a=1&p=1", "/new?b=2")
    assert first.body == second.body
    assert first.method == second.method == "POST"
    assert second.header("x-api-key") == "k"
    assert result.response is not None
    assert result.response.url.endswith("/new?b=2")


def test_h22_get_follows_every_redirect() -> None:
    """A GET follows all redirects and stays a GET."""
    script = always(
        answer(b"", "Location: /a", status="301 Moved"), answer(b"", "Location: b", status="303 See Other"), answer()
    )
    with WireServer(script) as server, Client(server.url, use_get_for_queries=True) as client:
        assert client.execute(QUERY) == OK
    assert [(request.method, request.target) for request in server.requests[1:]] == [("GET", "/a"), ("GET", "/b")]


def test_h23_no_credentials_to_another_origin() -> None:
    """Another origin receives the request and none of the caller's data, and so do its own redirects."""
    with WireServer(always(answer())) as last:
        first_hop = always(
            answer(b"", f"Location: {last.url}", "Set-Cookie: theirs=1", status="308 Permanent Redirect")
        )
        with WireServer(first_hop) as foreign, redirecting(foreign.url, **CREDENTIALS) as (server, client):
            extra = {"cookies": {"extra": "secret"}, "params": {"key": "secret"}}
            assert client.execute(MUTATION, headers={"X-Request": "secret"}, extra_args=extra) == OK
            assert client.execute(MUTATION) == OK
        (home, *_) = server.requests
        assert {name for name, value in home.headers if "secret" in value} == {
            "authorization", "x-api-key", "accept", "cookie", "x-session", "x-request",
        }  # fmt: skip
        for request in foreign.requests + last.requests:
            assert "secret" not in repr(request.headers) + request.target
            assert "mine" not in repr(request.headers)
            assert request.header("cookie") is None
            assert request.header("content-type") == "application/json"
            assert json.loads(request.body) == {"query": MUTATION}


def test_h23_redirect_back_to_the_origin_has_no_credentials() -> None:
    """After a redirect away and back, the origin is foreign, because the other origin chose this request."""
    home: list[WireServer] = []

    def back(connection: WireConnection) -> None:
        connection.read_request()
        connection.send(answer(b"", f"Location: {home[0].url}/back", status="307 Temporary Redirect"))
        connection.wait_for_end()

    def script(connection: WireConnection) -> None:
        while request := connection.read_request():
            target = f"Location: {foreign.url}"
            connection.send(answer() if request.target.endswith("back") else answer(b"", target, status="307 Redirect"))

    with WireServer(back) as foreign, WireServer(script) as server:
        home.append(server)
        with Client(server.url, headers={"X-Api-Key": "secret"}) as client:
            assert client.execute(QUERY) == OK
    assert [request.header("x-api-key") for request in server.requests] == ["secret", None]


def test_h23_session_of_the_user_is_not_used_for_other_origins() -> None:
    """A user's session may send unknown data, so it is not used for another origin."""
    with (
        WireServer(always(answer())) as foreign,
        redirecting(foreign.url, session=aiohttp.ClientSession) as (_, client),
    ):
        with pytest.raises(TransportServerError, match="your own session"):
            client.execute(QUERY)
        assert foreign.connections == 0


def test_redirects_without_end() -> None:
    """Redirects are followed up to the limit; the caller may allow fewer, or none."""
    with redirecting("/graphql") as (server, client):
        for extra, count in (({}, 6), ({"max_redirects": 2}, 3), ({"allow_redirects": False}, 1)):
            before = len(server.requests)
            with pytest.raises(TransportServerError, match="HTTP 307"):
                client.execute(QUERY, extra_args=extra)
            assert len(server.requests) - before == count


# -- a keep-alive connection that went stale


def stale(ends: str = "close") -> Any:
    """A script that responds once and lets the connection become stale: it ends when the next request arrives."""

    def script(connection: WireConnection) -> None:
        connection.read_request()
        connection.send(answer())
        connection.read_request()
        if ends == "reset":
            connection.reset()
        elif ends == "partial":
            connection.send(b"HTTP/1.1 200 OK\r\nContent-Le")

    return script


@pytest.mark.parametrize("ends", ["close", "reset"])
@pytest.mark.parametrize("use_get", [False, True])
def test_n11_query_on_a_stale_connection(ends: str, use_get: bool) -> None:
    """A query whose connection was closed is resent once, without an error."""
    with WireServer(stale(ends), always(answer())) as server, Client(server.url, use_get_for_queries=use_get) as client:
        assert client.execute(QUERY) == OK
        assert client.execute(QUERY) == OK
    assert (server.connections, len(server.requests)) == (2, 3)


class Tokens:
    """Returns a new token each time and records the calling threads."""

    def __init__(self) -> None:
        self.threads: list[str] = []

    def headers(self) -> dict[str, str]:
        return {"X-Token": self.get()}

    def get(self) -> str:
        self.threads.append(threading.current_thread().name)
        return str(len(self.threads))

    def get_headers(self, data: str | None = None, headers: Mapping[str, str] | None = None) -> dict[str, str]:
        assert data is not None
        return {"X-Token": self.get(), "X-Size": str(len(data))}


def expect_new_tokens(tokens: Tokens, name: str, **options: Any) -> None:
    with WireServer(stale("close"), always(answer())) as server, Client(server.url, **options) as client:
        for _ in range(2):
            assert client.execute(QUERY) == OK
        sent = [request.header(name) for request in server.requests]
    assert sent == ["1", "2", "3"]
    here = threading.current_thread().name
    assert tokens.threads[:2] == [here, here]
    assert tokens.threads[2] not in (here, "syncgql-loop")  # the loop thread must not wait for a function


def test_n11_headers_are_made_for_each_attempt() -> None:
    """A function for headers is called again, not on the loop, for a query that is resent."""
    tokens = Tokens()
    expect_new_tokens(tokens, "X-Token", headers=tokens.headers)


def test_n11_credentials_are_made_for_each_attempt() -> None:
    """Functions for credentials, and signatures, are called again as well."""
    tokens = Tokens()
    expect_new_tokens(tokens, "Authorization", auth=tokens.get)
    tokens = Tokens()
    expect_new_tokens(tokens, "X-Token", auth=tokens)


def test_n11_redirect_after_another_attempt_has_its_headers() -> None:
    """A resent and then redirected request keeps the newer headers; to another origin it has none."""
    tokens = Tokens()
    with WireServer(always(answer())) as foreign:
        away = answer(b"", f"Location: {foreign.url}", status="307 Temporary Redirect")
        near = answer(b"", "Location: /near", status="307 Temporary Redirect")
        with WireServer(stale("close"), always(near, away)) as server:
            with Client(server.url, headers=tokens.headers) as client:
                for _ in range(2):
                    assert client.execute(QUERY) == OK
            assert [request.header("X-Token") for request in server.requests] == ["1", "2", "3", "3"]
        assert [request.header("X-Token") for request in foreign.requests] == [None]


@pytest.mark.parametrize("ends", ["close", "reset"])
def test_n11_mutation_on_a_stale_connection(ends: str) -> None:
    """A mutation that may have reached the server is not resent; the loss is reported."""
    with WireServer(stale(ends), always(answer())) as server, Client(server.url) as client:
        client.execute(QUERY)
        with pytest.raises(TransportConnectionFailed, match=r"closed the connection before|was lost before"):
            client.execute(MUTATION)
        assert len(server.requests) == 2
        assert client.execute(MUTATION) == OK


@pytest.mark.parametrize("document", [QUERY, MUTATION])
def test_n11_connection_that_closed_while_idle(document: str) -> None:
    """A connection that the server closed while it was idle is not reused, not even for a mutation."""

    def once(connection: WireConnection) -> None:
        connection.read_request()
        connection.send(answer())

    with WireServer(once) as server, Client(server.url) as client:
        for _ in range(5):
            assert client.execute(document) == OK
            server.wait_for_scripts()
        assert len(server.requests) == 5


def test_n11_mutation_that_was_not_written() -> None:
    """A mutation whose connection closed before anything was written is resent."""

    def once(connection: WireConnection) -> None:
        connection.read_request()
        connection.send(answer())
        reused.wait(30)

    reused = threading.Event()

    async def wait_for_the_end(session: Any, context: Any, params: Any) -> None:
        reused.set()  # now the server closes the connection, which the pool is about to return
        await asyncio.sleep(0.5)

    trace = aiohttp.TraceConfig()
    trace.on_connection_reuseconn.append(wait_for_the_end)
    with WireServer(once, always(answer())) as server:
        with Client(server.url, client_session_args={"trace_configs": [trace]}) as client:
            client.execute(MUTATION)
            assert client.execute(MUTATION) == OK
        assert len(server.requests) == 2
    assert reused.is_set()


def test_query_on_a_new_connection_is_not_sent_again() -> None:
    """A server that closes a new connection without a response has received the query; a retry would not help."""
    with WireServer(lambda connection: (connection.read_request(), None)[1]) as server, Client(server.url) as client:
        with pytest.raises(TransportConnectionFailed, match="closed the connection before it responded"):
            client.execute(QUERY)
        assert len(server.requests) == 1


def test_query_is_sent_again_only_once() -> None:
    """A second stale connection is an error."""

    def script(connection: WireConnection) -> None:
        connection.read_request()
        connection.send(answer())
        connection.read_request()

    with (
        WireServer(script, lambda connection: (connection.read_request(), None)[1]) as server,
        Client(server.url) as client,
    ):
        client.execute(QUERY)
        with pytest.raises(TransportConnectionFailed):
            client.execute(QUERY)
        assert len(server.requests) == 3


def test_request_is_not_resent_after_the_response_began() -> None:
    """If a byte of the response was read, the loss is reported."""

    def script(connection: WireConnection) -> None:
        connection.read_request()
        connection.send(answer())
        connection.read_request()
        connection.send(answer()[:-3])

    with WireServer(script, always(answer())) as server, Client(server.url) as client:
        client.execute(QUERY)
        with pytest.raises(TransportConnectionFailed, match="closed before its end"):
            client.execute(QUERY)
        assert len(server.requests) == 2


@pytest.mark.parametrize("status", ["502 Bad Gateway", "500 Internal Server Error", "503 Service Unavailable"])
def test_h25_mutation_is_not_repeated_after_a_status(status: str) -> None:
    """Whatever the status, a mutation is sent once."""
    with WireServer(always(answer(b"", status=status))) as server, Client(server.url) as client:
        with pytest.raises(TransportServerError):
            client.execute(MUTATION)
        assert len(server.requests) == 1


def test_h25_mutation_is_not_repeated_after_a_loss() -> None:
    """A connection lost while waiting for the response to a mutation is reported."""
    with WireServer(lambda connection: (connection.read_request(), None)[1]) as server, Client(server.url) as client:
        with pytest.raises(TransportConnectionFailed):
            client.execute(MUTATION)
        assert len(server.requests) == 1
