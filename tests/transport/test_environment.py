"""Arguments take precedence over the environment, whose missing or malformed files are named."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import trustme

from syncgql import Client, RequestsHTTPTransport, TransportConnectionFailed, TransportError

from ..servers.front import Front
from ..servers.wire import WireConnection, WireServer, always, answer
from .both_transports import Make, by_requests

OK = {"ok": True}
FROM_NETRC = "Basic bmV0cmM6aHVzaA=="  # netrc:hush
BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")


@pytest.fixture
def netrc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's ~/.netrc."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("NETRC", raising=False)
    path = tmp_path / ".netrc"
    path.write_text("machine 127.0.0.1 login netrc password hush\n")
    path.chmod(0o600)
    return path


def by_aiohttp(url: str, **options: Any) -> Client:
    return Client(url, client_session_args={"trust_env": True}, **options)


both = pytest.mark.parametrize("make", [by_aiohttp, by_requests])


def authorization(make: Make, user: str = "", **options: Any) -> str | None:
    """Return the Authorization header that a server receives."""
    with WireServer(always(answer())) as server, make(server.url.replace("//", f"//{user}"), **options) as client:
        assert client.execute("{ ok }") == OK
        return server.requests[0].header("authorization")


def failure(client: Client, match: str) -> str:
    """Return the message of a call that must fail with a matching one."""
    with client, pytest.raises(TransportConnectionFailed, match=match) as caught:
        client.execute("{ ok }")
    return str(caught.value)


# -- ~/.netrc


@pytest.mark.usefixtures("netrc")
def test_netrc_is_not_read_by_default() -> None:
    """The environment's proxies are used by default, but not ~/.netrc, which has passwords for other programs."""
    assert authorization(Client) is None


@both
@pytest.mark.usefixtures("netrc")
def test_netrc_supplies_missing_credentials(make: Make) -> None:
    """If requested, netrc supplies the credentials for a host."""
    assert authorization(make) == FROM_NETRC


@both
@pytest.mark.usefixtures("netrc")
def test_given_credentials_take_precedence_over_netrc(make: Make) -> None:
    """A header, auth= and credentials in the URL take precedence."""
    assert authorization(make, headers={"authorization": "Bearer mine"}) == "Bearer mine"
    assert authorization(make, headers=lambda: {"Authorization": "Bearer mine"}) == "Bearer mine"
    assert authorization(make, auth=("me", "mine")) == "Basic bWU6bWluZQ=="
    assert authorization(make, user="me:mine@") == "Basic bWU6bWluZQ=="


@pytest.mark.usefixtures("netrc")
def test_given_credentials_of_a_session_take_precedence_over_netrc() -> None:
    """Credentials of aiohttp's session, and of a requests session, take precedence."""
    headers = {"Authorization": "Bearer mine"}
    of_aiohttp = lambda url: Client(url, client_session_args={"trust_env": True, "headers": headers})  # noqa: E731
    assert authorization(of_aiohttp) == "Bearer mine"

    def session() -> requests.Session:
        made = requests.Session()
        made.headers.update(headers)
        return made

    assert authorization(by_requests, session=session) == "Bearer mine"


@both
def test_netrc_is_not_for_another_origin(make: Make, netrc: Path) -> None:
    """A redirect to another origin sends no credentials, not even those of the default entry."""
    netrc.write_text("default login netrc password hush\n")
    with WireServer(always(answer())) as other:

        def script(connection: WireConnection) -> None:
            connection.read_request()
            connection.send(answer(b"", f"Location: {other.url}", status="307 Temporary Redirect"))

        with WireServer(script) as server, make(server.url) as client:
            assert client.execute("{ ok }") == OK
            assert server.requests[0].header("authorization") == FROM_NETRC
        assert other.requests[0].header("authorization") is None


@both
@pytest.mark.parametrize("text", ["machine 127.0.0.1 login netrc pasword hush\n", b"\xff\xfe"])
def test_a_broken_netrc(make: Make, netrc: Path, text: str | bytes) -> None:
    """The file is named, and its content is not shown."""
    netrc.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises((ValueError, TransportError), match=r"\.netrc") as caught, make("http://127.0.0.1:9/") as client:
        client.execute("{ ok }")
    assert "hush" not in str(caught.value)
    assert "trust_env=False" in str(caught.value)


@both
def test_a_missing_netrc(make: Make, netrc: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing file is no error, unless NETRC names it."""
    netrc.unlink()
    assert authorization(make) is None
    monkeypatch.setenv("NETRC", str(netrc))
    with pytest.raises((ValueError, TransportError), match=r"NETRC names .*cannot be read: No such file"):
        authorization(make)


# -- certificates


@pytest.fixture
def url(server_context: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A server whose authority is not trusted by default."""
    for name in BUNDLES:
        monkeypatch.delenv(name, raising=False)
    with WireServer(always(answer()), context=server_context) as server:
        yield server.url.replace("127.0.0.1", "localhost")


@pytest.fixture
def bundles(authority: trustme.CA, tmp_path: Path) -> dict[str, str]:
    """The right authority, another one, and a file that does not exist."""
    paths = {name: str(tmp_path / f"{name}.pem") for name in ("right", "other", "gone")}
    authority.cert_pem.write_to_path(paths["right"])
    trustme.CA().cert_pem.write_to_path(paths["other"])
    return paths


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
@pytest.mark.parametrize(
    ("given", "environment", "works"),
    [
        (True, "right", True),
        (True, "other", False),
        (False, "other", True),
        (False, "gone", True),
        ("right", "other", True),
        ("right", "gone", True),
        ("other", "right", False),
    ],
)
def test_verify_takes_precedence_over_a_bundle_of_the_environment(
    url: str, bundles: dict[str, str], monkeypatch: pytest.MonkeyPatch, variable: str, given: Any, environment: str,
    works: bool,
) -> None:  # fmt: skip
    """The environment is used only if the caller passes nothing."""
    monkeypatch.setenv(variable, bundles[environment])
    with Client(transport=RequestsHTTPTransport(url, verify=bundles.get(given, given))) as client:
        if works:
            with pytest.warns() if given is False else pytest.MonkeyPatch.context():
                assert client.execute("{ ok }") == OK
        else:
            with pytest.raises(TransportConnectionFailed, match="certificate"):
                client.execute("{ ok }")


def test_a_bundle_that_does_not_exist(url: str, bundles: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The error has the variable or the option that names it."""
    by_option = Client(transport=RequestsHTTPTransport(url, verify=bundles["gone"]))
    failure(by_option, "the file of verify= is missing")
    for variable in ("CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE"):
        monkeypatch.setenv(variable, bundles["gone"])
        by_variable = Client(transport=RequestsHTTPTransport(url))
        failure(by_variable, rf"{variable} names .*gone\.pem.*does not exist")
    monkeypatch.setenv("SSL_CERT_FILE", bundles["gone"])
    failure(Client(url), r"SSL_CERT_FILE names .*gone\.pem.*does not exist")


# -- proxies of requests


def test_given_proxies_take_precedence_by_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of the transport, of one call and of a session, with any key, take precedence over HTTP_PROXY."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with WireServer(always(answer())) as proxy:
        address = f"http://127.0.0.1:{proxy.port}"

        def session() -> requests.Session:
            made = requests.Session()
            made.proxies["all"] = address
            return made

        transports = [
            RequestsHTTPTransport("http://api.test/", proxies={"http": address}),
            RequestsHTTPTransport("http://api.test/", proxies={"all": address}),
            RequestsHTTPTransport("http://api.test/", session=session),
        ]
        for transport in transports:
            with Client(transport=transport) as client:
                assert client.execute("{ ok }") == OK
        with Client(transport=RequestsHTTPTransport("http://api.test/")) as client:
            assert client.execute("{ ok }", extra_args={"proxies": {"all": address}}) == OK
            with pytest.raises(TransportConnectionFailed, match="proxy could not connect"):
                client.execute("{ ok }")
        assert len(proxy.requests) == 4


def test_no_proxy_by_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty proxy, and NO_PROXY, mean a direct connection."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with WireServer(always(answer())) as server:
        with Client(transport=RequestsHTTPTransport(server.url, proxies={"http": ""})) as client:
            assert client.execute("{ ok }") == OK
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        with Client(transport=RequestsHTTPTransport(server.url)) as client:
            assert client.execute("{ ok }") == OK


@pytest.mark.parametrize("url", ["http://me:hush@/", "http://me:hush@127.0.0.1:port/", " http://me:hush@127.0.0.1 "])
def test_a_malformed_proxy_by_requests(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """The variables are named, and credentials are not shown."""
    monkeypatch.setenv("HTTP_PROXY", url)
    client = Client(transport=RequestsHTTPTransport("http://api.test/"))
    assert "hush" not in failure(client, r"proxy for http://api\.test/ is malformed.*HTTP_PROXY")


@pytest.mark.parametrize("number", [0, 1])
def test_a_client_certificate_that_does_not_exist_by_requests(tmp_path: Path, number: int) -> None:
    """The file is named, when the transport is created or by the call that it was passed to."""
    cert = [__file__, __file__]
    cert[number] = str(tmp_path / "gone.pem")
    with pytest.raises(ValueError, match=r"^cert: there is no file '.*gone\.pem'\.$"):
        RequestsHTTPTransport("https://api.test/", cert=(cert[0], cert[1]))
    client = Client(transport=RequestsHTTPTransport("https://api.test/"))
    with client, pytest.raises(TransportError, match=r"requests could not send .*gone\.pem") as caught:
        client.execute("{ ok }", extra_args={"cert": tuple(cert)})
    assert caught.value.sent is False


def test_client_certificate_by_path(
    any_server: Any, authority: trustme.CA, server_context: ssl.SSLContext, tmp_path: Path
) -> None:
    """cert= is a path or a pair of paths, and can be combined with ssl=False."""
    server_context.verify_mode = ssl.CERT_REQUIRED
    authority.configure_trust(server_context)
    mine = authority.issue_cert("me@example.test")
    mine.private_key_and_cert_chain_pem.write_to_path(str(tmp_path / "both.pem"))
    mine.private_key_pem.write_to_path(str(tmp_path / "key.pem"))
    mine.cert_chain_pems[0].write_to_path(str(tmp_path / "cert.pem"))
    with Front(any_server.url, context=server_context) as front:
        for cert in (tmp_path / "both.pem", str(tmp_path / "both.pem"), (tmp_path / "cert.pem", tmp_path / "key.pem")):
            with Client(front.url(), ssl=False, cert=cert) as client:
                assert client.execute("{ hello }") == {"hello": "Hello world!"}
                assert list(client.subscribe("subscription { count(to: 1) }")) == [{"count": 1}]
        assert "me@example.test" in repr(front.certificates)
