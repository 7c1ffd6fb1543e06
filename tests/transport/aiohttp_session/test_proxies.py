"""The environment's proxies: the URLs that they apply to, and the precedence of arguments."""

from __future__ import annotations

import os
import urllib.request
from collections.abc import Iterator
from typing import Any

import aiohttp
import pytest
from yarl import URL

from syncgql import AIOHTTPTransport, AIOHTTPWebsocketsTransport, Client, TransportConnectionFailed, TransportError
from syncgql.transport.aiohttp_session import proxies
from syncgql.transport.aiohttp_session.proxies import EnvironmentProxies, NoProxy
from syncgql.transport.base import AsyncTransport

from ...fix_proxy import PASSWORD, USER
from ...fix_servers import Server
from ...servers.wire import WireConnection, WireServer, always, answer

OK = {"ok": True}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment without proxies, which the test may modify."""
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    return monkeypatch


@pytest.fixture
def proxy() -> Iterator[WireServer]:
    """A server that responds to every request itself, whatever its URL."""
    with WireServer(always(answer())) as server:
        yield server


def address(server: WireServer) -> str:
    return f"127.0.0.1:{server.port}"


# -- NO_PROXY


@pytest.mark.parametrize(
    ("no_proxy", "direct", "by_proxy"),
    [
        ("", [], ["a.test", "127.0.0.1"]),
        ("*", ["a.test", "127.0.0.1", "::1"], []),
        ("other.test, *", ["a.test"], []),
        ("a.test", ["a.test", "A.test", "b.a.test", "a.test."], ["aa.test", "test"]),
        (".a.test", ["a.test", "b.a.test"], ["ba.test"]),
        ("*.a.test", ["b.a.test"], ["ba.test"]),
        ("A.TEST.", ["a.test"], []),
        ("a.test,b.test  c.test", ["a.test", "b.test", "c.test"], ["d.test"]),
        ("a.test:8080", ["a.test:8080", "b.a.test:8080"], ["a.test", "a.test:80"]),
        ("127.0.0.1", ["127.0.0.1", "127.0.0.1:8080"], ["127.0.0.2", "localhost"]),
        ("127.0.0.1:80", ["127.0.0.1:80"], ["127.0.0.1:8080"]),
        ("10.0.0.0/8,192.168.1.0/255.255.255.0", ["10.1.2.3", "192.168.1.9"], ["11.0.0.1", "192.168.2.1"]),
        ("10.1.2.3/8", ["10.9.9.9"], []),
        ("::1", ["::1"], ["::2", "127.0.0.1"]),
        ("[::1]:8080,fd00::/8", ["[::1]:8080", "fd12::1"], ["[::1]:80"]),
        ("0.0.1", [], ["127.0.0.1"]),
        (",., :80,", [], ["a.test", "127.0.0.1"]),
    ],
)
def test_no_proxy(no_proxy: str, direct: list[str], by_proxy: list[str]) -> None:
    """Names with their subdomains, addresses, networks, and ports, as in curl, requests and Go."""
    hosts = NoProxy(no_proxy)

    def matches(host: str) -> bool:
        url = URL(f"http://[{host}]/" if host.count(":") > 1 and "[" not in host else f"http://{host}/")
        return hosts.matches(url.raw_host or "", url.port)

    assert [host for host in (*direct, *by_proxy) if matches(host)] == direct


# -- which proxy


def proxy_for(url: str) -> str | None:
    found = EnvironmentProxies().proxy_for(URL(url))
    return None if found is None else str(found)


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"HTTP_PROXY": "http://p:1"}, {"http": "http://p:1", "ws": "http://p:1", "https": None, "wss": None}),
        ({"https_proxy": "http://p:1"}, {"https": "http://p:1", "wss": "http://p:1", "http": None}),
        ({"all_proxy": "http://p:1"}, dict.fromkeys(("http", "https", "ws", "wss"), "http://p:1")),
        ({"HTTP_PROXY": "http://p:1", "ALL_PROXY": "http://q:1"}, {"http": "http://p:1", "https": "http://q:1"}),
        ({"http_proxy": "http://low:1", "HTTP_PROXY": "http://up:1"}, {"http": "http://low:1"}),
        ({"HTTP_PROXY": "http://p:1", "WS_PROXY": "http://q:1"}, {"ws": "http://q:1"}),
        ({"HTTP_PROXY": "p.test:3128"}, {"http": "http://p.test:3128"}),
        ({"HTTP_PROXY": "//p.test:3128"}, {"http": "http://p.test:3128"}),
        ({"HTTPS_PROXY": "http://me:p%40ss@p.test:3128"}, {"https": "http://me:p%40ss@p.test:3128"}),
        ({"HTTP_PROXY": "http://p:1", "NO_PROXY": "a.test"}, {"http": None}),
        ({"HTTP_PROXY": "http://p:1", "REQUEST_METHOD": "GET"}, {"http": None}),  # a CGI script, CVE-2016-1000110
        ({"HTTP_PROXY": "http://p:1", "ALL_PROXY": "socks5://p:1"}, {"http": "http://p:1"}),
        ({"FTP_PROXY": "http://p:1"}, {"http": None}),
    ],
)
def test_precedence_of_variables(
    environment: pytest.MonkeyPatch, variables: dict[str, str], expected: dict[str, str | None]
) -> None:
    """Lower case takes precedence, as in urllib and requests; WebSockets use the proxies of HTTP and HTTPS."""
    for name, value in variables.items():
        environment.setenv(name, value)
    assert {scheme: proxy_for(f"{scheme}://a.test/") for scheme in expected} == expected


def test_settings_of_the_system(environment: pytest.MonkeyPatch) -> None:
    """Without variables, macOS and Windows use their settings, with their own exceptions."""
    environment.setattr(proxies, "getproxies", lambda: {"http": "http://p:1"})
    environment.setattr(proxies, "bypassed_by_the_system", lambda host: host == "local.test")
    assert proxy_for("http://a.test/") == "http://p:1"
    assert proxy_for("http://local.test/") is None
    assert urllib.request.getproxies_environment() == {}


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("socks5://me:hush@p.test:1080", "HTTP_PROXY must be .*aiohttp-socks"),
        ("http://me:hush@:80", "HTTP_PROXY .*Correct it, or pass proxy= or trust_env=False"),
        ("http://p test", "HTTP_PROXY is not a valid URL: its host name contains a space"),
    ],
)
def test_a_variable_that_names_no_proxy(environment: pytest.MonkeyPatch, value: str, message: str) -> None:
    """It is an error that names the variable and hides credentials, for requests and WebSockets."""
    environment.setenv("HTTP_PROXY", value)
    for url in ("http://a.test/", "ws://a.test/"):
        with Client(url, reconnect=False) as client:
            with pytest.raises(TransportConnectionFailed, match=message) as caught:
                client.execute("{ ok }")
            assert "hush" not in str(caught.value)
    environment.setenv("NO_PROXY", "*")
    assert proxy_for("http://a.test/") is None


# -- clients


def test_requests_use_the_proxy_of_the_environment(environment: pytest.MonkeyPatch, proxy: WireServer) -> None:
    """This is the default; the variables are read when the client first connects, and not again."""
    client = Client("http://api.test/graphql")
    environment.setenv("HTTP_PROXY", f"http://{USER}:{PASSWORD}@{address(proxy)}")
    with client:
        assert client.execute("{ ok }") == OK
        environment.delenv("HTTP_PROXY")
        assert client.execute("{ ok }") == OK
    assert [request.target for request in proxy.requests] == 2 * ["http://api.test/graphql"]
    assert (proxy.requests[0].header("proxy-authorization") or "").startswith("Basic ")


def test_no_proxy_of_a_client(environment: pytest.MonkeyPatch, proxy: WireServer) -> None:
    """Hosts in NO_PROXY, with their ports, are reached directly."""
    environment.setenv("HTTP_PROXY", f"http://{address(proxy)}")
    with WireServer(always(answer())) as server:
        environment.setenv("NO_PROXY", f"127.0.0.1:{server.port}")
        with Client(server.url) as client:
            assert client.execute("{ ok }") == OK
        assert [request.target for request in server.requests] == ["/graphql"]
    assert not proxy.requests


@pytest.mark.parametrize(
    "options",
    [
        {"trust_env": False},
        {"client_session_args": {"trust_env": False}},
        {"client_session_args": {"connector": lambda: Connector()}},
        {"session": aiohttp.ClientSession},
    ],
)
def test_an_environment_that_is_ignored(environment: pytest.MonkeyPatch, options: dict[str, Any]) -> None:
    """It is disabled, or the client has another way to connect."""
    environment.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with WireServer(always(answer())) as server, Client(server.url, **options) as client:
        assert client.execute("{ ok }") == OK


class Connector(aiohttp.TCPConnector):
    """A connector with its own way to connect, as for SOCKS."""


def test_given_proxies_take_precedence(environment: pytest.MonkeyPatch, proxy: WireServer) -> None:
    """A proxy of the client, its session or one call takes precedence; NO_PROXY does not apply to it."""
    environment.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    environment.setenv("NO_PROXY", "api.test")
    given: list[dict[str, Any]] = [
        {"proxy": f"http://{address(proxy)}"},
        {"proxy": URL(f"http://{address(proxy)}")},
        {"client_session_args": {"proxy": f"http://{address(proxy)}"}},
    ]
    for options in given:
        with Client("http://api.test/graphql", **options) as client:
            assert client.execute("{ ok }") == OK
    with Client("http://api.test/graphql") as client:
        assert client.execute("{ ok }", extra_args={"proxy": f"http://{address(proxy)}"}) == OK
    assert len(proxy.requests) == 4


def test_redirects_to_another_origin(environment: pytest.MonkeyPatch) -> None:
    """Another origin is reached through the environment's proxy as well."""

    def script(connection: WireConnection) -> None:
        connection.read_request()
        connection.send(answer(b"", "Location: http://b.test/", status="307 Temporary Redirect"))

    with WireServer(script, always(answer())) as proxy:
        environment.setenv("HTTP_PROXY", f"http://{address(proxy)}")
        with Client("http://a.test/") as client:
            assert client.execute("{ ok }") == OK
        assert [request.target for request in proxy.requests] == ["http://a.test/", "http://b.test/"]


def test_proxy_twice() -> None:
    """Two proxies are refused."""
    with pytest.raises(TypeError, match="two proxies"):
        Client("http://a.test/", proxy="http://p:1", client_session_args={"proxy": "http://q:1"})


@pytest.mark.parametrize("scheme", ["http", "ws"])
@pytest.mark.parametrize("by", ["environment", "proxy", "transport"])
def test_subscriptions_pass_a_real_proxy(
    environment: pytest.MonkeyPatch, any_server: Server, http_proxy: str, scheme: str, by: str
) -> None:
    """A WebSocket without TLS uses a tunnel, with the credentials of the proxy."""
    url = any_server.url.replace("http", scheme)
    with_credentials = http_proxy.replace("//", f"//{USER}:{PASSWORD}@")
    options: dict[str, Any] = {"reconnect": False}
    if by == "environment":
        environment.setenv("HTTP_PROXY", with_credentials)
    elif by == "proxy":
        options["proxy"] = with_credentials
    else:
        socket = AIOHTTPWebsocketsTransport(any_server.ws_url, proxy=http_proxy, proxy_auth=(USER, PASSWORD))
        options = {"subscriptions": socket}
    with Client(url, **options) as client:
        assert list(client.subscribe("subscription { count(to: 2) }")) == [{"count": 1}, {"count": 2}]
    assert "proxy-authorization" not in any_server.wait_for("ws_connect")["headers"]


def test_a_proxy_that_refuses_the_tunnel(http_proxy: str) -> None:
    """The error has the status; the proxy's address and credentials are not those of the target."""
    refused = pytest.raises(TransportError, match=r"The proxy refused to connect to ws://a\.test/: HTTP 407")
    with Client("ws://a.test/", proxy=http_proxy, reconnect=False) as client, refused:
        client.execute("{ ok }")


@pytest.mark.parametrize("said", [b"nonsense\r\n\r\n", b""])
def test_a_proxy_that_does_not_speak_http(said: bytes) -> None:
    """Any other response is a failed connection."""

    def script(connection: WireConnection) -> None:
        connection.read_head()
        connection.send(said)

    failed = pytest.raises(TransportConnectionFailed, match=r"ws://a\.test/")
    with WireServer(script) as server, Client("ws://a.test/", proxy=server.url, reconnect=False) as client, failed:
        client.execute("{ ok }")


def test_transports_of_the_user(environment: pytest.MonkeyPatch, proxy: WireServer) -> None:
    """trust_env is also an option of transports."""
    environment.setenv("HTTP_PROXY", f"http://{address(proxy)}")
    with Client(transport=AIOHTTPTransport("http://api.test/graphql")) as client:
        assert client.execute("{ ok }") == OK
    alone: list[AsyncTransport] = [
        AIOHTTPTransport("http://api.invalid/", trust_env=False),
        AIOHTTPWebsocketsTransport("ws://api.invalid/", trust_env=False),
    ]
    for transport in alone:
        with Client(transport=transport) as client, pytest.raises(TransportConnectionFailed, match="host name"):
            client.execute("{ ok }")
