"""Malicious redirects: to other origins, in circles, to invalid targets, or to steal credentials."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme

from syncgql import FileVar, TransportError, TransportServerError

from ..servers.wire import WireConnection, WireRequest, WireServer, always, answer
from .attack import OK, MakeClient, attacked, bounded_memory, by_requests, get_option, outcome

pytestmark = pytest.mark.usefixtures("loop_is_never_held")

MB = 1024 * 1024
SECRET = "hunter2"

SENSITIVE: dict[str, Any] = {
    "headers": [
        ("Authorization", f"Bearer {SECRET}"),
        ("aUTHORIZATION", f"Basic {SECRET}"),
        ("X-Api-Key", SECRET),
        ("x-API-kEY", SECRET),
        ("Proxy-Authorization", f"Basic {SECRET}"),
        ("Cookie2", SECRET),
        ("X-Amz-Security-Token", SECRET),
        ("User-Agent", SECRET),
        ("Origin", f"https://{SECRET}.test"),
        ("Referer", f"https://{SECRET}.test"),
    ],
    "cookies": {"session": SECRET},
}


def redirect(location: str, *headers: str, status: int = 307, body: bytes = b"moved") -> bytes:
    return answer(body, f"Location: {location}", *headers, status=f"{status} Moved")


@pytest.fixture
def stranger() -> Iterator[WireServer]:
    """A server of another origin that responds to every request."""
    with WireServer(always(answer())) as server:
        yield server


def shown(request: WireRequest) -> str:
    return repr(request)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("method", ["POST", "GET"])
def test_another_origin_receives_no_data_of_the_caller(
    make_client: MakeClient, stranger: WireServer, status: int, method: str
) -> None:
    """If a redirect to another port is followed, it receives only the request itself."""
    hop = redirect(stranger.url, f"Set-Cookie: planted={SECRET}; Domain=127.0.0.1", status=status)
    with WireServer(always(hop)) as server:
        url = server.url.replace("//", f"//user:{SECRET}@") + f"?token={SECRET}"
        with make_client(url, **SENSITIVE, **(get_option(make_client) if method == "GET" else {})) as client:
            if method == "POST" and status < 307:
                with pytest.raises(TransportServerError, match="turn a POST into a GET"):
                    client.execute("{ ok }")
            else:
                assert client.execute("{ ok }", headers={"X-Of-The-Call": SECRET}) == OK
    assert SECRET not in "".join(map(shown, stranger.requests))
    assert len(stranger.requests) == (0 if method == "POST" and status < 307 else 1)


def test_the_way_back_from_another_origin_is_a_strangers_too(make_client: MakeClient) -> None:
    """A redirect to another origin and back does not send the credentials again."""
    ports: list[int] = []

    def back(connection: WireConnection) -> None:
        always(redirect(f"http://127.0.0.1:{ports[0]}/back"))(connection)

    with WireServer(back) as stranger, WireServer(always(redirect(stranger.url), answer())) as server:
        ports.append(server.port)
        with make_client(server.url, **SENSITIVE) as client:
            result = outcome(client)
    assert isinstance(result, TransportError) or result.data == OK
    assert SECRET not in "".join(map(shown, stranger.requests))
    assert all(SECRET not in shown(request) for request in server.requests if request.target == "/back")


def test_from_https_to_http(
    make_client: MakeClient,
    stranger: WireServer,
    authority: trustme.CA,
    server_context: ssl.SSLContext,
    client_context: ssl.SSLContext,
    tmp_path: Path,
) -> None:
    """A redirect to plain HTTP is not followed, because the request itself would be readable on the way."""
    bundle = str(tmp_path / "authority.pem")
    authority.cert_pem.write_to_path(bundle)
    options: dict[str, Any] = {"verify": bundle} if make_client is by_requests else {"ssl": client_context}
    with WireServer(always(redirect(stranger.url)), context=server_context) as server:
        url = server.url.replace("127.0.0.1", "localhost")
        refused = pytest.raises(TransportServerError, match="its target does not use TLS")
        with make_client(url, **SENSITIVE, **options) as client, refused:
            client.execute("{ ok }")
    assert len(server.requests) == 1
    assert stranger.connections == 0


def test_cookies_for_a_parent_domain(make_client: MakeClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another host gets no cookie that a redirect sets for both hosts, and cannot set one for the first host."""

    def script(connection: WireConnection) -> None:
        while request := connection.read_request():
            if request.target == "http://a.site.test/":
                connection.send(redirect("http://b.site.test/", f"Set-Cookie: first={SECRET}; Domain=site.test"))
            else:
                connection.send(answer(b'{"data": {"ok": true}}', "Set-Cookie: planted=1; Domain=site.test"))

    with WireServer(script) as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy.port}")
        monkeypatch.setenv("NO_PROXY", "")
        with make_client("http://a.site.test/") as client:
            assert client.execute("{ ok }") == client.execute("{ ok }") == OK
    cookies = [request.header("cookie") for request in proxy.requests]
    assert cookies == [None, None, f"first={SECRET}", None]


SAME_PLACE = {
    "same path": "/graphql",
    "relative without slashes": "elsewhere",
    "query alone": "?a=1",
    "empty": "",
    "fragment alone": "#top",
    "two dots": "../../../../etc/passwd",
    "scheme without slashes": "http:/x",
    "scheme alone": "http:",
    "two slashes": "//",
    "empty host": "http:///",
    "three slashes": "///evil.test/",
    "encoded line break": "/a%0d%0aX-Injected:%201",
    "backslashes": "\\\\evil.test\\x",
    "slash and backslash": "/\\evil.test",
    "spaces": "/a b c",
    "bytes that are not UTF-8": "/\xff\xfe",
    "encoded NUL": "/%00",
    "tab": "/a\tb",
}


@pytest.mark.parametrize("location", SAME_PLACE.values(), ids=list(SAME_PLACE))
def test_locations_that_look_like_another_place(make_client: MakeClient, location: str) -> None:
    """They lead to the same server or fail; no header is injected, and no circle is endless."""
    with (
        WireServer(always(redirect(location))) as server,
        make_client(server.url, execute_timeout=20) as client,
    ):
        result = outcome(client)
    assert isinstance(result, TransportServerError | TransportError)
    assert 1 <= len(server.requests) <= 6
    assert all(request.header("x-injected") is None for request in server.requests)


NOWHERE = {
    "other scheme": "ftp://a/",
    "file": "file:///etc/passwd",
    "javascript": "javascript:alert(1)",
    "data": "data:application/json,{}",
    "ws": "ws://127.0.0.1:9/",
    "wss": "wss://127.0.0.1:9/",
    "https of another port": "https://127.0.0.1:1/",
    "port 0": "http://127.0.0.1:0/",
    "port 65536": "http://127.0.0.1:65536/",
    "port -1": "http://127.0.0.1:-1/",
    "port that is no number": "http://127.0.0.1:a/",
    "open bracket": "http://[::1",
    "brackets around a name": "http://[a]/",
    "dot as host": "http://./",
    "dots as host": "http://a..b/",
    "label of 64 characters": f"http://{64 * 'a'}.test/",
    "host of 10,000 characters": f"http://{10_000 * 'a'}/",
    "IDN homograph": "http://\u0430pple.test/".encode().decode("latin-1"),
    "punycode that is none": "http://xn--\xff/",
    "surrogates": "http://a/\ud800".encode(errors="surrogatepass").decode("latin-1"),
    "percent in the host": "http://a%00b/",
    "zone in an address": "http://[fe80::1%25lo]:1/",
    "user without host": "http://a@/",
}


@pytest.mark.parametrize("location", NOWHERE.values(), ids=list(NOWHERE))
def test_locations_that_lead_nowhere(make_client: MakeClient, location: str) -> None:
    """They raise an error of the package, and cost little time and memory."""
    with attacked(make_client, redirect(location), execute_timeout=20) as client:
        assert isinstance(outcome(client), TransportError)


def test_location_of_1_mb(make_client: MakeClient) -> None:
    """It exceeds the limits for headers, or is not a URL that is followed."""
    with attacked(make_client, redirect("/" + MB * "a")) as client:
        error = outcome(client)
    assert isinstance(error, TransportError)
    assert len(str(error)) < 4_000


@pytest.mark.parametrize("length", [7_000, 60_000])
def test_long_location(make_client: MakeClient, length: int) -> None:
    """Messages show the beginning of a long target."""
    with attacked(make_client, redirect("ftp://a/" + length * "a")) as client:
        error = outcome(client)
    assert isinstance(error, TransportError)
    assert len(str(error)) < 5_000


def test_two_locations(make_client: MakeClient, stranger: WireServer) -> None:
    """Both transports handle it without showing credentials."""
    hop = answer(b"", "Location: /same", f"Location: {stranger.url}", status="307 Moved")
    with WireServer(always(hop, answer())) as server, make_client(server.url, **SENSITIVE) as client:
        result = outcome(client)
    assert isinstance(result, TransportError) or result.data == OK
    assert SECRET not in "".join(map(shown, stranger.requests))


def test_circle(make_client: MakeClient) -> None:
    """Circular redirects end after five."""
    with WireServer(always(redirect("/a"))) as server, make_client(server.url) as client:
        with pytest.raises(TransportServerError, match="number 6 in a row"):
            client.execute("{ ok }")
        assert len(server.requests) == 6


@pytest.mark.parametrize("case", ["LOCALHOST", "localhost", "LocalHost"])
def test_case_of_the_host(make_client: MakeClient, case: str) -> None:
    """A host in a different case is the same origin, so the headers are sent; requests joins repeated ones."""
    ports: list[int] = []
    with WireServer(lambda connection: always(redirect(f"http://{case}:{ports[0]}/b"), answer())(connection)) as server:
        ports.append(server.port)
        with make_client(f"http://localhost:{server.port}/a", **SENSITIVE) as client:
            result = outcome(client)
    assert not isinstance(result, TransportError)
    received = [str(request.header("x-api-key")).split(", ") for request in server.requests]
    assert [set(values) for values in received] == [{SECRET}, {SECRET}]


@pytest.mark.parametrize("host", ["127.0.0.1.", "127.1", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"])
def test_other_ways_to_write_the_host(make_client: MakeClient, host: str) -> None:
    """A host that is written differently is another origin, wherever it leads."""
    ports: list[int] = []
    with WireServer(lambda connection: always(redirect(f"http://{host}:{ports[0]}/b"), answer())(connection)) as server:
        ports.append(server.port)
        with make_client(server.url, execute_timeout=20, **SENSITIVE) as client:
            outcome(client)
    assert all(SECRET not in shown(request) for request in server.requests if request.target == "/b")


def test_upload_that_cannot_be_read_again(make_client: MakeClient, tmp_path: Path) -> None:
    """A redirect of an upload is followed only if the file can be sent again; otherwise nothing is sent."""
    document = "mutation ($file: Upload!) { ok(file: $file) }"
    with WireServer(always(redirect("/again"), answer())) as server, make_client(server.url) as client:
        assert client.execute(document, {"file": FileVar(b"abc")}) == OK
        assert b"abc" in server.requests[1].body
    with WireServer(always(redirect("/again"), answer())) as server, make_client(server.url) as client:
        with pytest.raises(TransportServerError, match="cannot be read a second time"):
            client.execute(document, {"file": FileVar(iter([b"abc"]))})
        assert len(server.requests) == 1


def test_endless_body(make_client: MakeClient) -> None:
    """The size limit also applies to the body of a redirect, which is not used."""
    with (
        attacked(make_client, redirect("/a", body=50 * MB * b" "), max_response_size=100_000) as client,
        bounded_memory(8 * MB),
        pytest.raises(TransportError, match="max_response_size"),
    ):
        client.execute("{ ok }")
