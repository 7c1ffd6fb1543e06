"""The connections of requests are reused only after a response that ended with the last byte received."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
import trustme

from syncgql import Client, RequestsHTTPTransport, TransportConnectionFailed
from syncgql.transport import single_use

from ...servers.unruly import EARLY_HINTS, IDLE_TIMEOUT, IdleSender, chunked
from ...servers.wire import WireServer, always, answer

OK = {"ok": True}
BODY = b'{"data": {"ok": true}}'
FOREIGN = b'{"data": {"ok": "foreign"}}'
MUTATION = "mutation { ok }"

PLAIN, CHUNKED = answer(BODY), chunked(BODY)
UNSOLICITED = [answer(FOREIGN), chunked(FOREIGN), answer(FOREIGN)[:30], b"\r\n", b"H"]


@pytest.fixture(autouse=True)
def keep_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    """Never stop keeping connections, so that each one is checked separately."""
    monkeypatch.setattr(single_use, "PERIOD", 0.0)


@pytest.mark.parametrize("own", [PLAIN, CHUNKED, EARLY_HINTS * 3 + PLAIN, EARLY_HINTS + CHUNKED])
def test_a_connection_is_reused_after_a_complete_response(own: bytes) -> None:
    """This holds for all framings of the response, and any interim response before it."""
    with WireServer(always(own)) as server, Client(transport=RequestsHTTPTransport(server.url)) as client:
        assert client.execute(MUTATION) == client.execute(MUTATION) == OK
        assert (server.connections, len(server.requests)) == (1, 2)


@pytest.mark.parametrize("own", [PLAIN, CHUNKED], ids=["plain", "chunked"])
@pytest.mark.parametrize("behind", UNSOLICITED)
def test_bytes_after_a_response_close_the_connection(own: bytes, behind: bytes) -> None:
    """This holds for a complete response, the beginning of one, and a single byte."""
    with WireServer(always(own + behind)) as server, Client(transport=RequestsHTTPTransport(server.url)) as client:
        assert client.execute(MUTATION) == client.execute(MUTATION) == OK
        assert (server.connections, len(server.requests)) == (2, 2)


@pytest.mark.parametrize("unsolicited", [*UNSOLICITED, IDLE_TIMEOUT])
def test_bytes_on_an_idle_connection(unsolicited: bytes) -> None:
    """The next call uses another connection."""
    idle = IdleSender(unsolicited)
    servers = WireServer(idle.script, always(PLAIN))
    with servers as server, Client(transport=RequestsHTTPTransport(server.url)) as client:
        assert client.execute(MUTATION) == OK
        idle.send()
        assert client.execute(MUTATION) == OK
        assert (server.connections, len(server.requests)) == (2, 2)


@pytest.mark.parametrize("behind", [b"", answer(FOREIGN)], ids=["orderly", "unsolicited"])
def test_tls(authority: trustme.CA, tmp_path: Path, behind: bytes) -> None:
    """Bytes that TLS has decrypted, or has yet to decrypt, close the connection as well."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    with WireServer(always(PLAIN + behind), context=context) as server:
        transport = RequestsHTTPTransport(server.url, verify=str(tmp_path / "ca.pem"), trust_env=False)
        with Client(transport=transport) as client:
            assert client.execute(MUTATION) == client.execute(MUTATION) == client.execute(MUTATION) == OK
        assert (server.connections, len(server.requests)) == (3 if behind else 1, 3)


def test_1xx_without_end() -> None:
    """The call fails if the server sends endless interim responses."""
    with WireServer(always(EARLY_HINTS * 1000)) as server:
        failed = pytest.raises(TransportConnectionFailed, match="lost before the response was complete")
        with Client(transport=RequestsHTTPTransport(server.url)) as client, failed:
            client.execute(MUTATION)


@pytest.mark.parametrize(
    ("unsolicited", "connections"), [(answer(FOREIGN), 4), (IDLE_TIMEOUT, 2)], ids=["unsolicited", "408"]
)
def test_a_server_that_sent_unsolicited_bytes_receives_new_connections(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, unsolicited: bytes, connections: int
) -> None:
    """For some time each request uses a separate connection, which is logged, but not after a 408."""
    monkeypatch.setattr(single_use, "PERIOD", 600.0)
    idle = IdleSender(unsolicited)
    servers = WireServer(idle.script, always(PLAIN))
    with servers as server, Client(transport=RequestsHTTPTransport(server.url)) as client:
        assert client.execute(MUTATION) == OK
        idle.send()
        for _ in range(3):
            assert client.execute(MUTATION) == OK
        assert server.connections == connections
    assert caplog.text.count(f"127.0.0.1:{server.port} sent bytes") == (connections > 2)
