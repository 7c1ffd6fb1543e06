"""A real forward proxy, for queries and subscriptions, with and without TLS."""

from __future__ import annotations

import os
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import trustme

from syncgql import Client, TransportConnectionFailed, TransportServerError

from ..fix_servers import PATIENCE, Server
from ..servers.front import Front
from ..servers.wire import WireServer, always, answer

HELLO = {"hello": "Hello world!"}
CREDENTIALS = ("user", "p:ss")


@pytest.fixture(scope="module", params=["open", "locked"])
def proxy(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Any]]:
    """The proxy's URL and the credentials that it requires, if any."""
    folder = tmp_path_factory.mktemp("proxy")
    port_file = folder / "port"
    arguments = ["--hostname", "127.0.0.1", "--port", "0", "--port-file", str(port_file), "--num-workers", "1"]
    arguments += ["--num-acceptors", "1", "--data-dir", str(folder)]
    credentials = CREDENTIALS if request.param == "locked" else None
    if credentials is not None:
        arguments += ["--basic-auth", ":".join(credentials)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "proxy", *arguments],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment, start_new_session=True,
    )  # fmt: skip
    try:
        yield f"http://127.0.0.1:{wait_for(port_file, process)}", credentials
    finally:
        process.terminate()
        process.wait(PATIENCE)


def wait_for(port_file: Path, process: subprocess.Popen[bytes]) -> int:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        if port_file.exists() and (text := port_file.read_text().strip()):
            return int(text)
        time.sleep(0.05)
    pytest.fail("The proxy did not start.")


def arguments(proxy: tuple[str, Any], **more: Any) -> dict[str, Any]:
    url, credentials = proxy
    return {"proxy": url, **({} if credentials is None else {"proxy_auth": credentials}), **more}


def test_proxy_of_the_session(any_server: Server, proxy: tuple[str, Any]) -> None:
    """A proxy of the session carries every request."""
    with Client(any_server.url, client_session_args=arguments(proxy)) as client:
        assert client.execute("{ hello }") == HELLO
    assert "proxy.py" in any_server.wait_for("request")["headers"]["via"]


def test_proxy_of_one_request(any_server: Server, proxy: tuple[str, Any]) -> None:
    """A proxy may be passed for one request."""
    with Client(any_server.url) as client:
        assert client.execute("{ hello }", extra_args=arguments(proxy)) == HELLO
        assert client.execute("{ hello }") == HELLO
    assert ["via" in entry["headers"] for entry in any_server.seen("request")] == [True, False]


def test_proxy_for_tls(tls_front: Front, client_context: ssl.SSLContext, proxy: tuple[str, Any]) -> None:
    """A request over TLS uses a tunnel, and so does a subscription; proxy_headers are sent to the proxy."""
    options = arguments(proxy)
    with Client(tls_front.url(), ssl=client_context, client_session_args=options) as client:
        assert client.execute("{ hello }") == HELLO
        extra = {**options, "proxy_headers": {"X-Proxy": "1"}}
        assert client.execute('{ header(name: "x-proxy") }', extra_args=extra) == {"header": None}
        assert list(client.subscribe("subscription { count(to: 2) }")) == [{"count": 1}, {"count": 2}]


def test_proxy_of_the_environment(any_server: Server, proxy: tuple[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """trust_env uses the proxy in the environment; without it the environment is ignored."""
    url, credentials = proxy
    userinfo = "" if credentials is None else "user:p%3Ass@"
    monkeypatch.setenv("HTTP_PROXY", url.replace("http://", f"http://{userinfo}"))
    monkeypatch.setenv("NO_PROXY", "")
    for trust, expected in ((True, True), (False, False)):
        with Client(any_server.url, client_session_args={"trust_env": trust}) as client:
            assert client.execute("{ hello }") == HELLO
        assert ("via" in any_server.seen("request")[-1]["headers"]) is expected


@pytest.mark.parametrize("proxy", ["locked"], indirect=True)
def test_proxy_that_refuses(
    any_server: Server, tls_front: Front, client_context: ssl.SSLContext, proxy: tuple[str, Any]
) -> None:
    """For a proxy that requires credentials, the error has its status, 407, and the advice to pass them."""
    refused = pytest.raises(TransportServerError, match=r"HTTP 407: the proxy requires credentials.*the URL of proxy=")
    with Client(any_server.url, client_session_args={"proxy": proxy[0]}) as client, refused as plain:
        client.execute("{ hello }")
    options = {"proxy": proxy[0], "proxy_auth": ("user", "secret")}
    refused = pytest.raises(TransportServerError, match=r"The proxy refused.*HTTP 407.*the URL of proxy=")
    with Client(tls_front.url(), ssl=client_context, client_session_args=options) as client, refused as tunnel:
        client.execute("{ hello }")
    assert plain.value.code == tunnel.value.code == 407
    assert "secret" not in str(tunnel.value)


def failure(url: str, proxy: str) -> str:
    """Return the errors of a query and a subscription, which must name the target."""
    with Client(url, client_session_args={"proxy": proxy}, reconnect=False) as client:
        with pytest.raises(TransportConnectionFailed) as query:
            client.execute("{ hello }")
        with pytest.raises(TransportConnectionFailed) as subscription:
            client.subscribe("subscription { count(to: 1) }")
    said = str(query.value)
    assert f" for {url}" in said
    assert str(subscription.value) == said.replace(url, url.replace("http", "ws"))
    assert "hush" not in said
    return said


def test_proxy_that_is_not_there() -> None:
    """A proxy that cannot be reached is distinguished from the server, even at the same address."""
    said = failure("http://127.0.0.1:9/", "http://ada:hush@127.0.0.1:9/?hush")
    assert said.startswith("Could not connect to the proxy 127.0.0.1:9 for ")
    assert "server" not in said


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/graphql", "https://127.0.0.1:9/graphql"])
def test_proxy_with_an_unknown_host(url: str) -> None:
    """The name of the proxy is wrong, not that of the target."""
    said = failure(url, "http://ada:hush@proxy.invalid:8080")
    assert said.startswith(f"The host name of the proxy proxy.invalid:8080 for {url} was not found: ")


def test_proxy_without_tls_called_by_https() -> None:
    """The scheme of the proxy is wrong; the message does not mention that of the target."""
    with WireServer(lambda connection: connection.send(answer())) as server:
        said = failure("http://target.invalid/graphql", server.url.replace("http://", "https://ada:hush@"))
        port = urlsplit(server.url).port
    assert said.startswith(
        f"The TLS handshake with the proxy 127.0.0.1:{port} for http://target.invalid/graphql failed: "
    )
    assert said.endswith("if it speaks plain HTTP, proxy= begins with http://.")


def test_proxy_with_an_unknown_certificate(authority: trustme.CA) -> None:
    """The proxy's certificate is not trusted."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    with WireServer(always(answer()), context=context) as server:
        port = urlsplit(server.url).port
        said = failure("http://target.invalid/graphql", f"https://localhost:{port}")
    assert said.startswith(
        f"The certificate of the proxy localhost:{port} for http://target.invalid/graphql is not trusted"
    )


@pytest.mark.parametrize("proxy", ["open"], indirect=True)
def test_target_without_tls_behind_a_proxy(any_server: Server, proxy: tuple[str, Any]) -> None:
    """A failure behind the proxy is attributed to the target."""
    url = any_server.url.replace("http://", "https://")
    failed = pytest.raises(
        TransportConnectionFailed, match=f"The TLS handshake with {url} failed: .*the URL begins with"
    )
    with Client(url, client_session_args=arguments(proxy)) as client, failed:
        client.execute("{ hello }")
