"""Certificates that must not be accepted, and settings of one client that must not affect another."""

from __future__ import annotations

import datetime
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import trustme

from syncgql import Client, RequestsHTTPTransport, TransportConnectionFailed

from ..fix_servers import Server
from ..servers.front import Front
from ..servers.wire import WireServer, always, answer

HELLO = {"hello": "Hello world!"}

Call = Callable[..., object]


def by_aiohttp(url: str, context: ssl.SSLContext, **options: Any) -> object:
    with Client(url, ssl=context, **options) as client:
        return client.execute("{ hello }")


def by_websocket(url: str, context: ssl.SSLContext, **options: Any) -> object:
    with Client(url, ssl=context, reconnect=False, **options) as client:
        return client.subscribe("subscription { count(to: 1) }").next(30)


def by_requests(bundle: str) -> Call:
    def call(url: str, context: ssl.SSLContext) -> object:
        with Client(transport=RequestsHTTPTransport(url, verify=bundle, trust_env=False)) as client:
            return client.execute("{ hello }")

    return call


@pytest.fixture(params=["aiohttp", "websocket", "requests"])
def call(request: pytest.FixtureRequest, authority: trustme.CA, tmp_path: Any) -> Call:
    """Each way to send a request to a server, trusting the authority."""
    bundle = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(bundle))
    ways: dict[str, Call] = {"aiohttp": by_aiohttp, "websocket": by_websocket, "requests": by_requests(str(bundle))}
    return ways[request.param]


def refused(call: Call, url: str, context: ssl.SSLContext) -> str:
    """Return the error that a certificate causes."""
    with pytest.raises(TransportConnectionFailed, match="certificate") as caught:
        call(url, context)
    return str(caught.value)


def context_of(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def test_wrong_host(call: Call, authority: trustme.CA, client_context: ssl.SSLContext) -> None:
    """A certificate for another host, signed by the trusted authority, is refused."""
    with WireServer(always(answer()), context=context_of(authority.issue_cert("other.example"))) as server:
        refused(call, server.url.replace("127.0.0.1", "localhost"), client_context)
    assert server.requests == []


def test_expired(call: Call, authority: trustme.CA, client_context: ssl.SSLContext) -> None:
    """An expired certificate is refused, and the error names the reason."""
    past = datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc)
    certificate = authority.issue_cert("localhost", not_before=past, not_after=past + datetime.timedelta(days=1))
    with WireServer(always(answer()), context=context_of(certificate)) as server:
        message = refused(call, server.url.replace("127.0.0.1", "localhost"), client_context)
    assert "expired" in message
    assert server.requests == []


def test_self_signed(call: Call, client_context: ssl.SSLContext) -> None:
    """A certificate from an unknown authority is refused."""
    stranger = trustme.CA()
    with WireServer(always(answer()), context=context_of(stranger.issue_cert("localhost"))) as server:
        refused(call, server.url.replace("127.0.0.1", "localhost"), client_context)
    assert server.requests == []


@pytest.fixture
def names() -> list[str | None]:
    """The server names (SNI) that clients sent."""
    return []


@pytest.fixture
def ip_front(any_server: Server, authority: trustme.CA, names: list[str | None]) -> Iterator[Front]:
    """Each server in turn, with a certificate for 127.0.0.1."""
    context = context_of(authority.issue_cert("127.0.0.1"))

    def note(sock: ssl.SSLObject, name: str | None, context: ssl.SSLContext) -> None:
        names.append(name)

    context.sni_callback = note
    with Front(any_server.url, context=context) as front:
        yield front


def test_sni_with_an_ip(call: Call, ip_front: Front, client_context: ssl.SSLContext, names: list[str | None]) -> None:
    """An address is not a server name (RFC 6066, section 3); its certificate is checked against the address."""
    assert call(ip_front.url("127.0.0.1"), client_context) in (HELLO, {"count": 1})
    assert set(names) == {None}


def test_certificate_of_another_ip(call: Call, authority: trustme.CA, client_context: ssl.SSLContext) -> None:
    """A certificate for a name or for another address is not valid for an address."""
    certificate = authority.issue_cert("127.0.0.2", "localhost")
    with WireServer(always(answer()), context=context_of(certificate)) as server:
        refused(call, server.url, client_context)
    assert server.requests == []


def test_ssl_false_does_not_leak(tls_front: Front) -> None:
    """A client without verification does not affect other clients before, after or beside it."""
    url = tls_front.url()
    with Client(url) as before, Client(url, ssl=False) as careless, Client(url) as after:
        for _ in range(2):
            assert careless.execute("{ hello }") == HELLO
            assert next(careless.subscribe("subscription { count(to: 1) }")) == {"count": 1}
            for careful in (before, after):
                with pytest.raises(TransportConnectionFailed, match="certificate"):
                    careful.execute("{ hello }")
                with pytest.raises(TransportConnectionFailed, match="certificate"):
                    careful.subscribe("subscription { count(to: 1) }")


def test_ssl_false_of_one_call_does_not_leak(tls_front: Front) -> None:
    """Within one client, an unverified connection only serves calls that request no verification."""
    with Client(tls_front.url()) as client:
        assert client.execute("{ hello }", extra_args={"ssl": False}) == HELLO
        with pytest.raises(TransportConnectionFailed, match="certificate"):
            client.execute("{ hello }")


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
def test_verify_false_does_not_leak(tls_front: Front) -> None:
    """The same applies to requests, whose sessions could mix them up."""
    with Client(transport=RequestsHTTPTransport(tls_front.url(), verify=False, trust_env=False)) as careless:
        assert careless.execute("{ hello }") == HELLO
        with (
            Client(transport=RequestsHTTPTransport(tls_front.url(), trust_env=False)) as careful,
            pytest.raises(TransportConnectionFailed, match="certificate"),
        ):
            careful.execute("{ hello }")
        assert careless.execute("{ hello }") == HELLO


def test_server_that_never_ends_the_tls_handshake(client_context: ssl.SSLContext) -> None:
    """A silent peer costs its own call the time limit; other calls continue in the meantime."""
    with socket.create_server(("127.0.0.1", 0)) as silent, WireServer(always(answer())) as server:
        port = silent.getsockname()[1]
        with (
            Client(f"https://localhost:{port}/graphql", ssl=client_context, execute_timeout=1) as stuck,
            Client(server.url) as other,
        ):
            failures: list[Exception] = []

            def wait() -> None:
                try:
                    stuck.execute("{ ok }")
                except Exception as error:
                    failures.append(error)

            thread = threading.Thread(target=wait)
            thread.start()
            assert other.execute("{ ok }") == {"ok": True}
            thread.join()
    assert [type(error).__name__ for error in failures] == ["TransportTimeout"]
