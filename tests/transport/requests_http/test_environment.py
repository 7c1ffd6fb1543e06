"""with_environment: arguments take precedence over the proxies and certificates of the environment."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import trustme

from syncgql import Client, RequestsHTTPTransport, TransportConnectionFailed

from ...servers.wire import WireServer, always, answer

OK = {"ok": True}

BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")


def failure(client: Client, match: str) -> str:
    """Return the message of a call that must fail with a matching one."""
    with client, pytest.raises(TransportConnectionFailed, match=match) as caught:
        client.execute("{ ok }")
    return str(caught.value)


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
