"""Header names and values, cookies, file names and response headers that would break out of their place."""

from __future__ import annotations

import base64
import logging
from typing import Any

import pytest

from syncgql import FileVar, GraphQLRequest, SyncGQLError, TransportError

from ..servers.wire import WireServer, always, answer
from .attack import OK, MakeClient, attacked, by_requests, outcome

pytestmark = pytest.mark.usefixtures("loop_is_never_held")

SECRET = "hunter2"

CONTROL = {
    "CR": "\r",
    "LF": "\n",
    "CRLF and a header": "\r\nX-Injected: 1\r\n",
    "NUL": "\0",
    "DEL": "\x7f",
    "ESC": "\x1b",
    "VT": "\x0b",
}
NOT_LATIN_1 = {"Cyrillic": "\u0430", "line separator": "\u2028", "fullwidth CR": "\uff0d", "surrogate": "\ud800"}
NOT_IN_A_NAME = {**CONTROL, "space": " ", "colon": ":", "latin-1": "\xe9", **NOT_LATIN_1}


def injected(server: WireServer) -> bool:
    return any(request.header("x-injected") for request in server.requests)


@pytest.mark.parametrize("text", NOT_IN_A_NAME.values(), ids=list(NOT_IN_A_NAME))
@pytest.mark.parametrize("where", ["client", "function", "call"])
def test_header_names(make_client: MakeClient, text: str, where: str) -> None:
    """A name that is not a token is refused before sending, or when the client is created if it is passed there."""
    check_refused_headers(make_client, {f"X{text}Y": SECRET}, where)


@pytest.mark.parametrize("text", CONTROL.values(), ids=list(CONTROL))
@pytest.mark.parametrize("where", ["client", "function", "call"])
def test_header_values(make_client: MakeClient, text: str, where: str) -> None:
    """Control characters are refused in the same way; the value is not shown."""
    check_refused_headers(make_client, {"X-Api-Key": f"{SECRET}{text}{SECRET}"}, where)


def check_refused_headers(make_client: MakeClient, headers: dict[str, str], where: str) -> None:
    def execute() -> None:
        option = {"client": headers, "function": lambda: headers, "call": None}[where]
        with make_client(server.url, headers=option) as client:
            client.execute("{ ok }", headers=headers if where == "call" else None)

    with WireServer(always(answer())) as server, pytest.raises(ValueError, match="headers") as caught:
        execute()
    assert SECRET not in str(caught.value)
    assert server.connections == 0


@pytest.mark.parametrize("text", CONTROL.values(), ids=list(CONTROL))
def test_headers_in_extra_args(make_client: MakeClient, text: str) -> None:
    """They are checked in the same way, or not accepted at all."""
    extra_args = {"headers": {"X-Api-Key": f"{SECRET}{text}"}}
    with WireServer(always(answer())) as server, make_client(server.url) as client:
        with pytest.raises((ValueError, TypeError), match="headers") as caught:
            client.execute("{ ok }", extra_args=extra_args)
        assert server.connections == 0
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("text", ["\xe9", *NOT_LATIN_1.values()], ids=["latin-1", *NOT_LATIN_1])
def test_header_values_beyond_ascii(make_client: MakeClient, text: str) -> None:
    """They are sent as UTF-8 or Latin-1; a lone surrogate is refused when the client is created, without showing it."""
    if text == "\ud800":
        check_refused_headers(make_client, {"X-Key": SECRET + text}, "client")
        return
    with WireServer(always(answer())) as server, make_client(server.url, headers={"X-Key": SECRET + text}) as client:
        client.execute("{ ok }")
    (request,) = server.requests
    value = SECRET + text
    assert request.header("x-key") in (value.encode().decode("latin-1"), value)


@pytest.mark.parametrize(
    "text", [*CONTROL.values(), ";", ",", " ", "\xe9"], ids=[*CONTROL, ";", ",", "space", "latin-1"]
)
@pytest.mark.parametrize("part", ["name", "value"])
def test_cookies(make_client: MakeClient, text: str, part: str) -> None:
    """A cookie is refused, or quoted so that it ends where it should."""
    cookies = {f"a{text}b": "c"} if part == "name" else {"a": f"b{text}X-Injected: 1"}
    with WireServer(always(answer())) as server:
        try:
            with make_client(server.url, cookies=cookies) as client:
                client.execute("{ ok }")
        except (SyncGQLError, ValueError):
            pass
    assert not any(request.header("x-injected") for request in server.requests)
    assert all(len([name for name, _ in request.headers if name == "cookie"]) <= 1 for request in server.requests)


FILE_NAMES = {
    **CONTROL,
    "quote": '"; name="operations',
    "backslash quote": '\\"; name="map',
    "encoded CRLF": "%0d%0aX-Injected: 1",
    "quote and CRLF": '"\r\n\r\nX-Injected: 1\r\n--',
    "surrogate": "\udcff",
    "right to left": "\u202egpj.exe",
    "path": "../../etc/passwd",
}


@pytest.mark.parametrize("text", FILE_NAMES.values(), ids=list(FILE_NAMES))
def test_file_names(make_client: MakeClient, text: str) -> None:
    """A name stays within its quotes: the part has two headers and no others."""
    document = "mutation ($file: Upload!) { ok(file: $file) }"
    with WireServer(always(answer())) as server, make_client(server.url) as client:
        assert client.execute(document, {"file": FileVar(b"content", filename=f"a{text}b")}) == OK
    (request,) = server.requests
    boundary = (request.header("content-type") or "").partition("boundary=")[2].encode()
    parts = request.body.split(b"--" + boundary)
    assert len(parts) == 5  # before the first part, operations, map, the file, and after the last part
    head, _, content = parts[3].strip(b"\r\n").partition(b"\r\n\r\n")
    assert content == b"content"
    disposition, content_type = head.split(b"\r\n")
    assert disposition.startswith(b'Content-Disposition: form-data; name="0"; filename="')
    assert disposition.count(b'"') == 4
    assert not set(disposition) & {*b"\r\n\0"}
    assert content_type == b"Content-Type: application/octet-stream"


@pytest.mark.parametrize("text", [*CONTROL.values(), "\u2028", "\ud800"], ids=[*CONTROL, "line separator", "surrogate"])
def test_content_types(text: str) -> None:
    """A content type that is not valid in a header is refused when the FileVar is created."""
    with pytest.raises(ValueError, match="content_type"):
        FileVar(b"content", content_type=f"text/plain{text}")


@pytest.mark.parametrize("text", CONTROL.values(), ids=list(CONTROL))
def test_credentials(make_client: MakeClient, text: str) -> None:
    """Control characters in a name or password never appear in a header, because they are encoded."""
    auth = ("user", f"{SECRET}{text}X-Injected: 1")
    with WireServer(always(answer())) as server, make_client(server.url, auth=auth) as client:
        assert client.execute("{ ok }") == OK
    assert server.requests[0].header("authorization") == "Basic " + base64.b64encode(":".join(auth).encode()).decode()
    assert not injected(server)


@pytest.mark.parametrize("text", CONTROL.values(), ids=list(CONTROL))
def test_operation_names(make_client: MakeClient, text: str, caplog: pytest.LogCaptureFixture) -> None:
    """A name is data in the body, and is escaped in logs."""
    caplog.set_level(logging.DEBUG, "syncgql")
    request = GraphQLRequest("query a { ok }", operation_name=f"a{text}b")
    with WireServer(always(answer())) as server, make_client(server.url) as client:
        assert text not in str(outcome(client, request))
    assert not injected(server)
    assert all(text not in record.getMessage() for record in caplog.records)


BAD_URLS = {
    "control character": "http://a/\x01",
    "line break": "http://a/\r\nX-Injected: 1",
    "NUL": "http://a/\0",
    "file": "file:///etc/passwd",
    "javascript": "javascript:alert(1)",
    "scheme without slashes": "http:/x",
    "no scheme": "//evil.test/",
    "backslashes": "\\\\evil.test\\x",
    "port 0": "http://a:0/",
    "port 65536": "http://a:65536/",
    "port -1": "http://a:-1/",
    "empty label": "http://a..b/",
    "user without host": f"http://user:{SECRET}@/",
    "brackets": "http://[a]/",
}


@pytest.mark.parametrize("url", BAD_URLS.values(), ids=list(BAD_URLS))
def test_texts_that_are_not_urls(make_client: MakeClient, url: str) -> None:
    """They are refused when the client is created, without showing a password."""
    with pytest.raises(ValueError, match="url") as caught:
        make_client(url)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("host", ["127.1", "0x7f.1", "2130706433", "[::ffff:127.0.0.1]", "0", "localhost."])
def test_other_ways_to_write_an_address(make_client: MakeClient, host: str) -> None:
    """The caller's own URL may contain any form of an address: the result is a response or an error of the package."""
    with (
        WireServer(always(answer())) as server,
        make_client(f"http://{host}:{server.port}/graphql", execute_timeout=20) as client,
    ):
        result = outcome(client)
    assert isinstance(result, TransportError) or result.data == OK


def test_homograph_is_shown_as_it_is_sent(make_client: MakeClient) -> None:
    """A host name in another alphabet is resolved unchanged, and never leads to another server."""
    with make_client("http://\u0430pple.invalid/", execute_timeout=20) as client:
        assert isinstance(outcome(client), TransportError)


def test_password_in_the_url_is_not_sent_in_it(make_client: MakeClient) -> None:
    """It becomes the ``Authorization`` header, and is in neither the target nor ``Host``."""
    with WireServer(always(answer())) as server, make_client(server.url.replace("//", f"//user:{SECRET}@")) as client:
        result = client.execute_result("{ ok }")
        assert SECRET not in repr(client)
    (request,) = server.requests
    assert SECRET not in request.target + str(request.header("host")) + str(request.header("referer"))
    assert result.response is not None
    assert SECRET not in result.response.url + repr(result.response)


MB = 1_000_000

ANSWER_HEADERS: dict[str, list[str]] = {
    "header of 1 MB": [f"A: {MB * 'b'}"],
    "name of 1 MB": [f"{MB * 'A'}: b"],
    "10,000 headers": [f"A{number}: b" for number in range(10_000)],
    "10,000 headers of one name": 10_000 * ["A: b"],
    "10,000 cookies": [f"Set-Cookie: a{number}=b" for number in range(10_000)],
    "cookie of 8 KB": [f"Set-Cookie: a={8_000 * 'b'}"],
    "cookie that is garbage": ["Set-Cookie: =;=;\x7f;\xff; Max-Age=x; Expires=y; Domain=; Path="],
    "cookie for another domain": ["Set-Cookie: a=b; Domain=test"],
    "Content-Type that is garbage": ["Content-Type: ;;;,,,=\xff\x01"],
    "charset that is no text": ["Content-Type: application/json; charset=hex"],
    "charset that does not exist": ["Content-Type: application/json; charset=" + 1_000 * "x"],
    "charset with a NUL": ["Content-Type: application/json; charset=utf-8\x01"],
    "100 Content-Types": 20 * ["Content-Type: application/json"],
    "empty name of a cookie": ["Set-Cookie: "],
    "Connection": ["Connection: close, keep-alive, upgrade", "Keep-Alive: timeout=-1, max=99999999999999999999"],
    "Upgrade": ["Connection: upgrade", "Upgrade: h2c, websocket"],
    "Trailer": ["Trailer: Content-Length, Authorization"],
    "Date": ["Date: 99999999999999999999", "Age: -1", "Expires: 0"],
}


@pytest.mark.parametrize("headers", ANSWER_HEADERS.values(), ids=list(ANSWER_HEADERS))
def test_headers_of_responses(make_client: MakeClient, headers: list[str]) -> None:
    """They are read, or raise an error of the package, with little memory and time."""
    with attacked(make_client, answer(b'{"data": {"ok": true}}', *headers)) as client:
        result = outcome(client)
    assert isinstance(result, TransportError) or result.data == OK
    if isinstance(result, TransportError):
        assert len(str(result)) < 4_000


RETRY_AFTER: dict[str, tuple[str, Any]] = {
    "10^9": ("1000000000", 1e9),
    "10^15": ("1000000000000000", None),
    "5,000 digits": (5_000 * "9", None),
    "negative": ("-5", None),
    "date in the past": ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
    "date of a year of five digits": ("Fri, 31 Dec 99999 23:59:59 GMT", None),
    "nan": ("nan", None),
    "inf": ("inf", None),
    "1e3": ("1e3", None),
    "fraction": ("1.5", 1.5),
    "other digits": ("\xb2", None),
    "list": ("1, 2", 1.0),
    "empty": ("", None),
    "garbage": ("\xff\x01;", None),
}


@pytest.mark.parametrize("status", ["429 Too Many Requests", "200 OK"])
@pytest.mark.parametrize(("value", "seconds"), RETRY_AFTER.values(), ids=list(RETRY_AFTER))
def test_retry_after(make_client: MakeClient, value: str, seconds: float | None, status: str) -> None:
    """The value is a finite number of seconds that is not negative, or None."""
    wire = answer(b'{"data": {"ok": true}}', f"Retry-After: {value}", status=status)
    with attacked(make_client, wire) as client:
        result = outcome(client)
    response = getattr(result, "response", None)
    assert response is None or response.retry_after == seconds


@pytest.mark.parametrize("value", ["1000000000", "999999999999999", "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_retry_after_is_not_waited_for_beyond_reason(value: str) -> None:
    """A call without its own limit does not sleep for years because a server asks for it."""
    wire = answer(b"", f"Retry-After: {value}", status="503 Later")
    with WireServer(always(wire)) as server, by_requests(server.url, execute_timeout=None, retries=3) as client:
        assert isinstance(outcome(client), TransportError)
        assert len(server.requests) == 1


RATE_LIMITS = [
    "RateLimit: limit=, remaining=-1, reset=nan",
    'RateLimit: "default";r=99999999999999999999;t=-1',
    "RateLimit-Policy: \xff\x01",
    "X-RateLimit-Remaining: nan",
    "X-RateLimit-Reset: -99999999999999999999",
    "X-RateLimit-Limit: " + 5_000 * "9",
    "X-RateLimit-Remaining: \xb2",
]


@pytest.mark.parametrize("status", ["200 OK", "403 Forbidden", "429 Too Many Requests"])
def test_rate_limits_that_are_garbage(make_client: MakeClient, status: str) -> None:
    """They do not change the response."""
    with attacked(make_client, answer(b'{"data": {"ok": true}}', *RATE_LIMITS, status=status)) as client:
        result = outcome(client)
    assert isinstance(result, TransportError) or result.data == OK
