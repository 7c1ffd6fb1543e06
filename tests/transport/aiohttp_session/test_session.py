"""The session: aiohttp's features in blocking code, and connections outside the pool."""

from __future__ import annotations

import asyncio
import hashlib
import http.cookies
import socket
import ssl
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import trustme
from aiohttp.abc import AbstractResolver, ResolveResult
from cryptography.hazmat.primitives import serialization

import syncgql
from syncgql import (
    AIOHTTPTransport,
    Client,
    GraphQLRequest,
    RequestsHTTPTransport,
    TransportConnectionFailed,
    TransportError,
)

from ...fix_servers import Server
from ...servers.front import Front
from ...servers.wire import WireConnection, WireServer, always, answer
from ..asynchronous import in_loop

HELLO = {"hello": "Hello world!"}
OK = {"ok": True}


def hello(url: str, **options: Any) -> None:
    """Send two requests, and check both responses."""
    with Client(url, **options) as client:
        for _ in range(2):
            assert client.execute("{ hello }") == HELLO


# -- WebSockets and the pool


@pytest.mark.parametrize("limit", [1, 100], ids=["own-connector", "default"])
def test_n13_subscriptions_use_no_connection_of_the_pool(any_server: Server, limit: int) -> None:
    """A hundred subscriptions never delay a query, however small the pool is."""
    options = {} if limit == 100 else {"connector": lambda: aiohttp.TCPConnector(limit=limit, limit_per_host=limit)}
    with Client(any_server.url, client_session_args=options) as client:
        count = 101 if limit == 100 else 3
        subscriptions = [client.subscribe("subscription { count(delay: 600) }") for _ in range(count)]
        for _ in range(3):
            assert client.execute("{ hello }") == HELLO
        assert len(any_server.seen("ws_connect")) == count
        for subscription in subscriptions:
            subscription.close()


def test_n10_the_total_limit_does_not_apply_to_subscriptions(any_server: Server) -> None:
    """The limit of a whole request does not apply to a subscription."""
    limits = aiohttp.ClientTimeout(total=1.5)
    with Client(any_server.url, timeout=limits, client_session_args={"timeout": 1.5}) as client:
        events = client.subscribe("subscription { count(to: 4, delay: 0.5) }")
        assert [event["count"] for event in events] == [1, 2, 3, 4]


def test_n10_nothing_has_a_limit_of_300_seconds() -> None:
    """A session only limits connecting; the client sets deadlines."""
    from syncgql.transport.aiohttp_session.session import SharedSession

    async def main() -> None:
        shared = SharedSession()
        assert shared.acquire().timeout == aiohttp.ClientTimeout(total=None, sock_connect=30)
        await shared.release()

    asyncio.run(main())


# -- connectors


def test_limit_of_the_pool() -> None:
    """TCPConnector(limit=...) limits the connections of concurrent requests."""
    busy = threading.Semaphore(0)
    let_go = threading.Event()

    def script(connection: WireConnection) -> None:
        while connection.read_request():
            busy.release()
            let_go.wait(30)
            connection.send(answer())

    options = {"connector": lambda: aiohttp.TCPConnector(limit=2)}
    with WireServer(script) as server, Client(server.url, client_session_args=options) as client:
        with ThreadPoolExecutor(8) as threads:
            calls = [threads.submit(client.execute, "{ ok }") for _ in range(8)]
            assert busy.acquire(timeout=30)
            assert busy.acquire(timeout=30)
            let_go.set()
            assert [call.result() for call in calls] == 8 * [OK]
        assert server.connections == 2


def test_pool_size() -> None:
    """pool_size= limits the connections of requests without an object of aiohttp."""
    busy, let_go = threading.Semaphore(0), threading.Event()

    def script(connection: WireConnection) -> None:
        while connection.read_request():
            busy.release()
            let_go.wait(30)
            connection.send(answer())

    with WireServer(script) as server, Client(server.url, pool_size=2) as client:
        with ThreadPoolExecutor(6) as threads:
            calls = [threads.submit(client.execute, "{ ok }") for _ in range(6)]
            assert busy.acquire(timeout=30)
            assert busy.acquire(timeout=30)
            let_go.set()
            assert [call.result() for call in calls] == 6 * [OK]
        assert server.connections == 2


@pytest.mark.parametrize(("options", "connections"), [({}, 1), ({"force_close": True}, 2)], ids=["keep-alive", "close"])
def test_keep_alive(options: Any, connections: int) -> None:
    """Connections are kept and reused, unless the connector is configured otherwise."""
    arguments = {"connector": lambda: aiohttp.TCPConnector(**options)}
    with WireServer(always(answer())) as server, Client(server.url, client_session_args=arguments) as client:
        assert client.execute("{ ok }") == client.execute("{ ok }") == OK
        assert server.connections == connections


def test_local_address(any_server: Server) -> None:
    """local_addr selects the address of connections."""
    connector = lambda: aiohttp.TCPConnector(local_addr=("127.0.0.2", 0))  # noqa: E731
    hello(any_server.url, client_session_args={"connector": connector})


class Resolver(AbstractResolver):
    """Resolves every name to this machine."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def resolve(self, host: str, port: int = 0, family: Any = socket.AF_INET) -> list[ResolveResult]:
        self.asked.append(host)
        return [{"hostname": host, "host": "127.0.0.1", "port": port, "family": socket.AF_INET, "proto": 0, "flags": 0}]

    async def close(self) -> None:
        pass


@pytest.mark.parametrize(("cache", "count"), [(True, 1), (False, 2)])
def test_resolver_and_dns_cache(any_server: Server, cache: bool, count: int) -> None:
    """A resolver finds names, and the cache keeps them."""
    resolver = Resolver()
    connector = lambda: aiohttp.TCPConnector(resolver=resolver, use_dns_cache=cache, force_close=True)  # noqa: E731
    hello(any_server.url.replace("127.0.0.1", "books.test"), client_session_args={"connector": connector})
    assert resolver.asked == count * ["books.test"]


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="the platform has no Unix sockets")
def test_unix_socket(any_server: Server, tmp_path: Path) -> None:
    """UnixConnector reaches a server at a Unix socket, also for subscriptions."""
    path = str(tmp_path / "socket")
    options = {"connector": lambda: aiohttp.UnixConnector(path)}
    with Front(any_server.url, path=path), Client("http://localhost/graphql", client_session_args=options) as client:
        assert client.execute("{ hello }") == HELLO
        assert list(client.subscribe("subscription { count(to: 2) }")) == [{"count": 1}, {"count": 2}]
    with pytest.raises(TransportConnectionFailed, match="No such file"):
        hello("http://localhost/graphql", client_session_args={"connector": lambda: aiohttp.UnixConnector(path + "x")})


def test_connector_that_is_not_ours_to_close(any_server: Server) -> None:
    """connector_owner=False leaves the connector open."""
    made: list[aiohttp.TCPConnector] = []

    def connector() -> aiohttp.TCPConnector:
        made.append(aiohttp.TCPConnector())
        return made[0]

    @in_loop
    async def use() -> None:
        transport = AIOHTTPTransport(
            any_server.url, client_session_args={"connector": connector, "connector_owner": False}
        )
        assert (await transport.execute(GraphQLRequest("{ hello }"))).data == HELLO
        await transport.close()
        assert not made[0].closed
        await made[0].close()

    use()


@in_loop
async def test_connector_object_in_asyncio_code(any_server: Server) -> None:
    """In asyncio code, a connector created on the loop is accepted."""
    options = {"connector": aiohttp.TCPConnector(limit=1), "cookie_jar": aiohttp.DummyCookieJar()}
    transport = AIOHTTPTransport(any_server.url, client_session_args=options)
    assert (await transport.execute(GraphQLRequest("{ hello }"))).data == HELLO
    await transport.close()


# -- TLS


def test_https(tls_front: Front, client_context: ssl.SSLContext) -> None:
    """Queries and subscriptions over TLS, with an SSLContext that trusts the server's authority."""
    with Client(tls_front.url(), ssl=client_context) as client:
        assert client.execute("{ hello }") == HELLO
        assert list(client.subscribe("subscription { count(to: 2) }")) == [{"count": 1}, {"count": 2}]


def test_client_certificate(
    any_server: Server, authority: trustme.CA, server_context: ssl.SSLContext, client_context: ssl.SSLContext
) -> None:
    """An SSLContext with a client certificate shows it to a server that asks for one."""
    server_context.verify_mode = ssl.CERT_REQUIRED
    authority.configure_trust(server_context)
    with Front(any_server.url, context=server_context) as front:
        with pytest.raises(TransportError):
            hello(front.url(), ssl=client_context)
        authority.issue_cert("me@example.test").configure_cert(client_context)
        hello(front.url(), ssl=client_context)
        assert "me@example.test" in repr(front.certificates)


def test_fingerprint(any_server: Server, authority: trustme.CA) -> None:
    """A certificate that is pinned by its fingerprint needs no authority."""
    certificate = authority.issue_cert("localhost")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(certificate.cert_chain_pems[0].bytes().decode())).digest()
    with Front(any_server.url, context=context) as front:
        hello(front.url(), ssl=aiohttp.Fingerprint(digest))


def test_closing_takes_bounded_time_over_tls(tls_front: Front, client_context: ssl.SSLContext) -> None:
    """Closing does not wait for the server to end TLS."""
    with Client(tls_front.url(), ssl=client_context, ssl_close_timeout=0.5) as client:
        client.execute("{ hello }")


# -- cookies


def set_cookie(*cookies: str) -> Callable[[WireConnection], None]:
    return always(answer(b'{"data": {"ok": true}}', *(f"Set-Cookie: {cookie}" for cookie in cookies)))


def test_cookies_are_kept_and_sent_back() -> None:
    """Initial cookies are sent, and so are those that the server sets, for the lifetime of the client."""
    jar = lambda: aiohttp.CookieJar(unsafe=True)  # noqa: E731  # unsafe: also from hosts that are IP addresses
    with WireServer(set_cookie("session=s1; Path=/; HttpOnly")) as server:
        with Client(server.url, cookies={"begin": "b"}, client_session_args={"cookie_jar": jar}) as client:
            client.execute("{ ok }")
            client.execute("{ ok }")
        sent = [http.cookies.SimpleCookie(request.header("cookie")) for request in server.requests]
    assert [{name: morsel.value for name, morsel in cookies.items()} for cookies in sent] == [
        {"begin": "b"},
        {"begin": "b", "session": "s1"},
    ]


def test_dummy_cookie_jar() -> None:
    """A DummyCookieJar stores nothing."""
    with WireServer(set_cookie("session=s1")) as server:
        with Client(server.url, client_session_args={"cookie_jar": aiohttp.DummyCookieJar}) as client:
            client.execute("{ ok }")
            client.execute("{ ok }")
        assert [request.header("cookie") for request in server.requests] == [None, None]


def test_cookies_that_are_persisted(tmp_path: Path) -> None:
    """A saved jar is available to the next client."""
    jars: list[aiohttp.CookieJar] = []

    def jar() -> aiohttp.CookieJar:
        jars.append(aiohttp.CookieJar(unsafe=True))
        if (tmp_path / "jar").exists():
            jars[-1].load(tmp_path / "jar")
        return jars[-1]

    with WireServer(set_cookie("session=s1; Max-Age=3600")) as server:
        for _ in range(2):
            with Client(server.url, client_session_args={"cookie_jar": jar}) as client:
                client.execute("{ ok }")
            jars[-1].save(tmp_path / "jar")
        assert [request.header("cookie") for request in server.requests] == [None, "session=s1"]


# -- hooks


def test_trace_config(any_server: Server) -> None:
    """A TraceConfig receives the events on the loop."""
    events: list[str] = []

    async def on_end(session: Any, context: Any, params: Any) -> None:
        events.append(f"{params.method} {params.response.status}")

    trace = aiohttp.TraceConfig()
    trace.on_request_end.append(on_end)
    hello(any_server.url, client_session_args={"trace_configs": [trace]})
    assert events == ["POST 200", "POST 200"]


def test_client_middleware() -> None:
    """Aiohttp's client middlewares wrap every request."""

    async def sign(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
        request.headers["X-Signed"] = "yes"
        return await handler(request)

    with WireServer(always(answer())) as server:
        with Client(server.url, client_session_args={"middlewares": [sign]}) as client:
            client.execute("{ ok }")
        assert server.requests[0].header("x-signed") == "yes"


def test_requests_are_spared_the_middleware_of_upgrades(any_server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each middleware costs time; the one for upgrades does not run for queries."""
    seen: list[str] = []

    async def note(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
        seen.append(request.method)
        return await handler(request)

    monkeypatch.setattr("syncgql.transport.aiohttp_session.session.refuse_upgrade", note)
    with Client(any_server.url) as client:
        client.execute("{ hello }")
        assert seen == []
        client.subscribe("subscription { bookAdded { id } }").close()
        assert seen == ["GET"]


# -- whole sessions


def test_session_from_a_function(any_server: Server) -> None:
    """A function may create the session; it is called once, on the loop, and the session is closed with the client."""
    made: list[aiohttp.ClientSession] = []

    def session() -> aiohttp.ClientSession:
        made.append(aiohttp.ClientSession(headers={"X-Session": "mine"}, raise_for_status=True))
        return made[-1]

    with Client(any_server.url, session=session) as client:
        assert client.execute("{ hello }") == HELLO
        assert client.execute('{ header(name: "x-session") }') == {"header": "mine"}
        assert list(client.subscribe("subscription { count(to: 1) }")) == [{"count": 1}]
        assert not made[0].closed
    assert len(made) == 1
    assert made[0].closed


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"session": "session"}, "session must be a function that creates an aiohttp.ClientSession.*not str"),
        ({"session": aiohttp.ClientSession, "cookies": {"a": "b"}}, "has its own cookies"),
        ({"client_session_args": {"conector": None}}, r"does not know\. Did you mean 'connector'\?"),
        (
            {"client_session_args": {"raise_for_status": True}},
            "cannot have 'raise_for_status': the client also evaluates",
        ),
        ({"client_session_args": {"loop": None}}, "cannot have 'loop'"),
        ({"client_session_args": {"timeout": "1"}}, "timeout must be a number of seconds, None or an"),
        ({"client_session_args": {"proxy_auth": ("a", "b")}}, "pass proxy= as well"),
        ({"client_session_args": {"trust_env": 1}}, "trust_env in client_session_args must be"),
        ({"trust_env": "no"}, "trust_env must be"),
        ({"pool_size": "3"}, "pool_size must be"),
        ({"pool_size": 3, "client_session_args": {"connector": aiohttp.TCPConnector}}, "its own limit="),
        ({"session": aiohttp.ClientSession, "proxy": "http://127.0.0.1"}, "has its own cookies"),
        ({"cert": 3}, "cert must be a path"),
        ({"cert": "me.pem", "ssl": ssl.create_default_context()}, r"load_cert_chain\(\)"),
    ],
)
def test_bad_arguments_are_refused_at_once(options: Any, message: str) -> None:
    """Invalid arguments are reported when the client is created."""
    with pytest.raises(TypeError, match=message):
        Client("http://127.0.0.1/", **options)


def test_user_agent() -> None:
    """The User-Agent names the client before aiohttp, unless the caller sets it."""
    name = f"syncgql/{syncgql.__version__} {aiohttp.http.SERVER_SOFTWARE}"
    given: list[tuple[dict[str, Any], str]] = [
        ({}, name),
        ({"client_session_args": {"headers": {"X-A": "1"}}}, name),
        ({"client_session_args": {"headers": {"user-agent": "mine"}}}, "mine"),
        ({"headers": {"user-agent": "mine"}}, "mine"),
    ]
    for options, expected in given:
        with WireServer(always(answer())) as server, Client(server.url, **options) as client:
            client.execute("{ ok }")
            assert server.requests[0].header("user-agent") == expected
    with WireServer(always(answer())) as server, Client(transport=RequestsHTTPTransport(server.url)) as client:
        client.execute("{ ok }")
        agent = server.requests[0].header("user-agent") or ""
    assert agent.startswith(f"syncgql/{syncgql.__version__} python-requests/")


@pytest.mark.parametrize("make", [AIOHTTPTransport, RequestsHTTPTransport])
def test_long_headers_of_an_response(make: Any) -> None:
    """A header may have up to 64 KiB, enough for many cookies and policies."""
    short, long = (always(answer(b'{"data": {"ok": true}}', "X-Policy: " + size * "x")) for size in (60_000, 70_000))
    with WireServer(short) as server, Client(transport=make(server.url)) as client:
        assert client.execute("{ ok }") == OK
    failed = pytest.raises(TransportConnectionFailed)
    with WireServer(long) as server, Client(transport=make(server.url)) as client, failed:
        client.execute("{ ok }")


@pytest.mark.parametrize(
    ("cert", "message"),
    [
        ("gone.pem", r"cert: 'gone\.pem' cannot be used: No such file"),
        (("certificate.pem", "gone.pem"), r"cert: 'certificate\.pem' and 'gone\.pem' cannot be used: No such file"),
        ("empty.pem", r"cert: 'empty\.pem' cannot be used"),
        (("certificate.pem", "encrypted.pem"), "the key is encrypted"),
    ],
)
def test_client_certificates_that_cannot_be_used(
    cert: Any, message: str, authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error is raised when the client is created, and OpenSSL does not prompt for a password."""
    monkeypatch.chdir(tmp_path)
    mine = authority.issue_cert("me@example.test")
    mine.cert_chain_pems[0].write_to_path("certificate.pem")
    key = serialization.load_pem_private_key(mine.private_key_pem.bytes(), None)
    encryption = serialization.BestAvailableEncryption(b"hush")
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)
    Path("encrypted.pem").write_bytes(pem)
    Path("empty.pem").touch()
    with pytest.raises(ValueError, match=message):
        Client("https://127.0.0.1/", cert=cert)


def test_session_arguments(any_server: Server) -> None:
    """Arguments of the session apply to every request; credentials in them become a header."""
    options = {"headers": {"X-Session": "mine"}, "auth": ("user", "password"), "skip_auto_headers": ["User-Agent"]}
    hello(any_server.url, client_session_args=options)
    headers = any_server.wait_for("request")["headers"]
    assert headers["x-session"] == "mine"
    assert headers["authorization"] == "Basic dXNlcjpwYXNzd29yZA=="
    assert "user-agent" not in headers


@pytest.mark.parametrize(
    ("auth", "userinfo", "expected"),
    [
        (("user", "password"), "", "Basic dXNlcjpwYXNzd29yZA=="),
        (lambda: "Bearer token", "", "Bearer token"),
        (None, "user:password@", "Basic dXNlcjpwYXNzd29yZA=="),
        (None, "", "from the headers"),
    ],
    ids=["pair", "function", "url", "headers"],
)
def test_credentials_go_with_upgrades_too(any_server: Server, auth: Any, userinfo: str, expected: str) -> None:
    """Credentials of the client are also sent for its WebSockets."""
    url = any_server.url.replace("http://", f"http://{userinfo}")
    headers = None if auth or userinfo else {"authorization": "from the headers"}
    with Client(url, auth=auth, headers=headers) as client:
        assert list(client.subscribe("subscription { count(to: 1) }")) == [{"count": 1}]
    assert any_server.wait_for("ws_connect")["headers"]["authorization"] == expected
