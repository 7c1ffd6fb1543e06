"""Proxies with unusual responses to CONNECT, and the data that they receive."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

from syncgql import Client, RequestsHTTPTransport, TransportConnectionFailed, TransportError

from ..servers.wire import WireConnection, WireServer, always, answer

TARGET = "https://target.invalid/graphql"
SECRETS = {"Authorization": "Bearer hush", "Cookie": "hush=1", "X-Api-Key": "hush", "X-Own": "hush"}
USERINFO = "ada:pr0xy@"

HARMLESS = {"host", "user-agent", "proxy-authorization", "proxy-connection", "accept", "accept-encoding"}
"""The headers of CONNECT that reveal nothing about the request: those of the libraries, and the three required ones."""

Call = Callable[[str], object]


def with_userinfo(proxy: str) -> str:
    return proxy.replace("http://", f"http://{USERINFO}")


def by_aiohttp(proxy: str) -> object:
    options = {"proxy": with_userinfo(proxy)}
    with Client(TARGET, headers=SECRETS, client_session_args=options, ssl=False) as client:
        return client.execute("{ ok }")


def by_requests(proxy: str) -> object:
    transport = RequestsHTTPTransport(TARGET, headers=SECRETS, proxies={"https": with_userinfo(proxy)}, verify=False)
    with Client(transport=transport) as client:
        return client.execute("{ ok }")


def by_websocket(proxy: str) -> object:
    options = {"proxy": with_userinfo(proxy)}
    with Client(TARGET, headers=SECRETS, client_session_args=options, ssl=False, reconnect=False) as client:
        return client.subscribe("subscription { ok }")


every_way = pytest.mark.parametrize("call", [by_aiohttp, by_requests, by_websocket])


def connect_answered(call: Call, reply: bytes) -> tuple[TransportError, WireServer, WireServer]:
    """Return the error of a call whose CONNECT receives this response, the proxy, and the unreached server."""

    def script(connection: WireConnection) -> None:
        assert connection.read_request() is not None
        connection.send(reply.replace(b"ELSEWHERE", elsewhere.url.encode()))

    raises = pytest.raises(TransportError)
    with WireServer(always(answer())) as elsewhere, WireServer(script) as proxy, raises as caught:
        call(proxy.url.removesuffix("/graphql"))
    message = str(caught.value)
    assert "hush" not in message
    assert "pr0xy" not in message
    return caught.value, proxy, elsewhere


@every_way
def test_connect_answered_200_with_a_body(call: Call) -> None:
    """The body is not a response of the target: plain text from the proxy cannot be mistaken for its TLS."""
    error, _, _ = connect_answered(call, answer(b'{"data": {"ok": "forged"}}'))
    assert isinstance(error, TransportConnectionFailed)


@every_way
def test_connect_answered_200_with_a_response_behind_it(call: Call) -> None:
    """Bytes after the proxy's response are read as TLS, which they are not."""
    reply = b"HTTP/1.1 200 Connection established\r\n\r\n" + answer(b'{"data": {"ok": "forged"}}')
    error, _, _ = connect_answered(call, reply)
    assert isinstance(error, TransportConnectionFailed)


@every_way
def test_connect_answered_407(call: Call) -> None:
    """The proxy requires credentials: the error reports it, and the request is not sent directly."""
    challenge = answer(b"no", 'Proxy-Authenticate: Basic realm="x"', status="407 Proxy Authentication Required")
    error, proxy, _ = connect_answered(call, challenge)
    assert "407" in str(error)
    assert {request.method for request in proxy.requests} == {"CONNECT"}


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary Redirect"])
@every_way
def test_connect_answered_302(call: Call, status: str) -> None:
    """A proxy cannot redirect a request for another host."""
    error, proxy, elsewhere = connect_answered(call, answer(b"", "Location: ELSEWHERE", status=status))
    assert status[:3] in str(error)
    assert elsewhere.connections == 0
    assert {request.method for request in proxy.requests} == {"CONNECT"}


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\x00\xff" * 100, id="noise"),
        pytest.param(b"HTTP/1.1 200 OK\r\n" + b"X: " + b"x" * 200_000 + b"\r\n\r\n", id="a huge header"),
        pytest.param(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n", id="101"),
        pytest.param(b"HTTP/1.1 204 No Content\r\n\r\n", id="204"),
        pytest.param(answer(b"x" * 100_000, status="502 Bad Gateway"), id="502 with a long body"),
    ],
)
@every_way
def test_connect_answered_by_something_else(call: Call, reply: bytes) -> None:
    """Any other response is a short, typed error."""
    error, _, _ = connect_answered(call, reply)
    assert len(str(error)) < 3000


@every_way
def test_headers_of_the_origin_in_connect(call: Call) -> None:
    """A proxy sees the target of a tunnel and its own credentials, but nothing of the request."""
    _, proxy, _ = connect_answered(call, answer(b"", status="503 Service Unavailable"))
    request = proxy.requests[0]
    assert request.method == "CONNECT"
    assert urlsplit("//" + request.target).hostname == "target.invalid"
    assert {name for name, _ in request.headers} <= HARMLESS
    assert request.header("proxy-authorization") == "Basic YWRhOnByMHh5"
    assert "hush" not in str(request)
    assert "graphql" not in request.target


@every_way
def test_credentials_of_the_proxy_stay_with_it(call: Call) -> None:
    """Over plain HTTP the proxy receives them with the request; redirects of the target do not forward them."""
    seen: list[Any] = []

    def script(connection: WireConnection) -> None:
        request = connection.read_request()
        seen.append(request)
        connection.send(answer(b"", f"Location: {elsewhere.url}", status="307 Temporary Redirect"))

    with WireServer(always(answer())) as elsewhere, WireServer(script) as proxy, pytest.raises(TransportError):
        call(proxy.url.removesuffix("/graphql"))
    assert all(request.header("proxy-authorization") is None for request in elsewhere.requests)
