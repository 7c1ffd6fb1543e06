"""AIOHTTPTransport: what is sent, and what becomes of the answer."""

from __future__ import annotations

import asyncio
import json
import threading
import warnings
import zlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from multidict import CIMultiDict, istr

from syncgql import (
    AIOHTTPTransport,
    Client,
    DocumentError,
    GraphQLRequest,
    TransportClosed,
    TransportConnectionFailed,
    TransportError,
    TransportProtocolError,
    TransportQueryError,
    TransportServerError,
    TransportTimeout,
)

from ..fix_servers import Server
from ..servers.wire import WireConnection, WireRequest, WireServer, always, answer
from .asynchronous import in_loop

OK = {"ok": True}
ACCEPT = "application/graphql-response+json, application/json;q=0.9"


def basic_auth(login: str, password: str) -> aiohttp.BasicAuth:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # aiohttp's, since 3.14
        return aiohttp.BasicAuth(login, password)


def query_of(request: WireRequest) -> dict[str, str]:
    return {name: value for name, (value,) in parse_qs(urlsplit(request.target).query, keep_blank_values=True).items()}


# -- what is sent


def test_h01_post(any_server: Server) -> None:
    """A POST carries the content type of JSON and exactly the members that were given."""
    with Client(any_server.url) as client:
        client.execute("query Q($name: String!) { hello(name: $name) }", {"name": "Zoë"}, "Q")
    request = any_server.wait_for("request", method="POST")
    assert request["headers"]["content-type"] == "application/json"
    assert json.loads(request["body"]) == {
        "query": "query Q($name: String!) { hello(name: $name) }",
        "operationName": "Q",
        "variables": {"name": "Zoë"},
    }
    assert "Zoë" in request["body"]


def test_h02_variables_on_the_wire(any_server: Server) -> None:
    """Without variables there is no member for them; null is sent."""
    with Client(any_server.url) as client:
        client.execute("{ hello }")
        client.execute_result("query ($name: String) { hello }", {"name": None})
    first, second = (json.loads(entry["body"]) for entry in any_server.seen("request"))
    assert set(first) == {"query"}
    assert second["variables"] == {"name": None}


def test_h03_operation_name_on_the_wire(any_server: Server) -> None:
    """An empty operation name is not sent."""
    with Client(any_server.url) as client:
        client.execute("{ hello }", operation_name="")
    assert set(json.loads(any_server.wait_for("request")["body"])) == {"query"}


def test_h04_accept(any_server: Server) -> None:
    """The types are asked for in the order of preference, with q-values."""
    with Client(any_server.url) as client:
        client.execute("{ hello }")
    assert any_server.wait_for("request")["headers"]["accept"] == ACCEPT


def test_h32_headers_per_request_override() -> None:
    """Headers of a request replace those of the client, whatever their case, and none is sent twice."""
    with (
        WireServer(always(answer())) as server,
        Client(server.url, headers={"X-Key": "client", "ACCEPT": "a/b"}) as client,
    ):
        client.execute("{ ok }", headers={"x-kEY": "request", "content-type": "application/json; charset=utf-8"})
        client.execute(
            "{ ok }", headers={"x-key": "request"}, extra_args={"headers": {"X-KEY": "extra", "X-Extra": "1"}}
        )
        client.execute("{ ok }")
    first, second, third = server.requests
    for request in server.requests:
        names = [name for name, _ in request.headers]
        assert len(names) == len(set(names))
    assert (first.header("x-key"), first.header("accept")) == ("request", "a/b")
    assert first.header("content-type") == "application/json; charset=utf-8"
    assert (second.header("x-key"), second.header("x-extra")) == ("request", "1")
    assert third.header("x-key") == "client"


@pytest.mark.parametrize(
    "headers",
    [
        {"X-A": "1"},
        {istr("X-A"): "1"},
        CIMultiDict({"x-a": "1"}),
        [("X-A", "1")],
        lambda: {"X-A": "1"},
        lambda: [("X-A", "1")],
    ],
    ids=["dict", "istr", "multidict", "pairs", "function", "function-of-pairs"],
)
def test_headers_in_every_form(headers: Any) -> None:
    """Headers may be a mapping, pairs, or a function that returns either."""
    with WireServer(always(answer())) as server, Client(server.url, headers=headers) as client:
        assert client.execute("{ ok }") == OK
    assert server.requests[0].header("x-a") == "1"


def test_functions_are_called_in_the_callers_thread() -> None:
    """Functions for headers and credentials are called once per request, in the calling thread, and may use clients."""
    called: list[int] = []

    with WireServer(always(answer())) as server, Client(server.url) as other:

        def headers() -> Mapping[str, str]:
            called.append(threading.get_ident())
            other.execute("{ token }")
            return {"X-Number": str(len(called))}

        def auth() -> str:
            called.append(threading.get_ident())
            return f"Bearer {len(called)}"

        with Client(server.url, headers=headers, auth=auth) as client:
            client.execute("{ a }")
            client.execute("{ b }")
    assert called == [threading.get_ident()] * 4
    sent = [request for request in server.requests if b"token" not in request.body]
    assert [(request.header("x-number"), request.header("authorization")) for request in sent] == [
        ("1", "Bearer 2"),
        ("3", "Bearer 4"),
    ]


@pytest.mark.parametrize(
    ("auth", "expected"),
    [
        (basic_auth("user", "pässword"), "Basic dXNlcjpw5HNzd29yZA=="),
        (("user", "pässword"), "Basic dXNlcjpww6Rzc3dvcmQ="),
        ("Bearer token", "Bearer token"),
        (lambda: ("user", "password"), "Basic dXNlcjpwYXNzd29yZA=="),
    ],
    ids=["BasicAuth", "pair", "text", "function"],
)
def test_auth(auth: Any, expected: str) -> None:
    """Credentials become an Authorization header, without a warning of aiohttp's; a request's header replaces it."""
    with (
        WireServer(always(answer())) as server,
        Client(server.url, auth=auth, headers={"authorization": "x"}) as client,
    ):
        client.execute("{ ok }")
        client.execute("{ ok }", headers={"authorization": "mine"})
        client.execute("{ ok }", extra_args={"auth": basic_auth("a", "b")})
    assert [request.header("authorization") for request in server.requests] == [expected, "mine", "Basic YTpi"]


def test_credentials_in_the_url() -> None:
    """A user name and password in the URL are sent as Basic credentials; headers replace them."""
    with WireServer(always(answer())) as server:
        url = server.url.replace("http://", "http://user:p%40ss@")
        with Client(url) as client:
            result = client.execute_result("{ ok }")
            client.execute("{ ok }", headers={"Authorization": "mine"})
    assert result.response is not None
    assert result.response.url == server.url
    assert [request.header("authorization") for request in server.requests] == ["Basic dXNlcjpwQHNz", "mine"]


class Signature:
    """Signs the body and the headers, as SigV4 does."""

    def __init__(self) -> None:
        self.calls: list[tuple[str | None, dict[str, str], int]] = []

    def get_headers(self, data: str | None = None, headers: Mapping[str, str] | None = None) -> dict[str, str]:
        self.calls.append((data, dict(headers or {}), threading.get_ident()))
        return {"Authorization": f"signed {len(self.calls)}"}


def test_auth_that_signs() -> None:
    """An object with get_headers is given the very body that is sent, and all other headers; once per request."""
    signature = Signature()
    with WireServer(always(answer())) as server, Client(server.url, auth=signature, headers={"X-A": "1"}) as client:
        client.execute("query ($v: String) { ok }", {"v": "é"}, headers={"X-B": "2"})
        client.execute("{ ok }")
    (data, headers, thread), _ = signature.calls
    assert data is not None
    assert data.encode() == server.requests[0].body
    assert headers == {"Accept": ACCEPT, "Content-Type": "application/json", "X-A": "1", "X-B": "2"}
    assert thread == threading.get_ident()
    assert [request.header("authorization") for request in server.requests] == ["signed 1", "signed 2"]


@in_loop
async def test_functions_are_not_called_on_the_loop() -> None:
    """In asyncio code functions of the user's run in a worker thread."""
    signature = Signature()
    called: list[int] = []

    def headers() -> dict[str, str]:
        called.append(threading.get_ident())
        return {}

    with WireServer(always(answer())) as server:
        for options in ({"headers": headers}, {"auth": signature}):
            transport = AIOHTTPTransport(server.url, **options)
            await transport.execute(GraphQLRequest("{ ok }"))
            await transport.close()
    assert {called[0], signature.calls[0][2]}.isdisjoint({threading.get_ident()})


def test_bad_variables_fail_before_the_network() -> None:
    """What is not JSON is refused before anything is connected, and the error names the path."""
    with WireServer(always(answer())) as server, Client(server.url) as client:
        with pytest.raises(DocumentError, match=r"variables\.input\.tags") as info:
            client.execute("{ ok }", {"input": {"tags": {1, 2}}})
        assert info.value.path == "variables.input.tags"
        assert server.connections == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"timout": 1}, r"extra_args has 'timout', which aiohttp \S+ does not know\. Did you mean 'timeout'\?"),
        ({"data": b""}, "extra_args cannot have 'data': the transport makes the body"),
        ({"json": {}}, "cannot have 'json'"),
        ({"raise_for_status": True}, "cannot have 'raise_for_status'"),
        ({"self": 1}, "has 'self'"),
        ({"timeout": "1"}, "timeout must be seconds or an aiohttp.ClientTimeout, not str"),
        ({"proxy_auth": ("a", "b")}, "give proxy= with it"),
        ({"auth": 1}, "auth must be"),
    ],
)
def test_bad_extra_args_fail_before_the_network(arguments: dict[str, Any], message: str) -> None:
    """An argument that aiohttp does not know, or that is not the caller's to give, is a clear error."""
    with WireServer(always(answer())) as server, Client(server.url) as client:
        with pytest.raises(TypeError, match=message):
            client.execute("{ ok }", extra_args=arguments)
        assert server.connections == 0


def test_extra_args_reach_aiohttp() -> None:
    """Arguments of aiohttp's apply to one request."""
    with WireServer(always(answer())) as server, Client(server.url) as client:
        client.execute("{ ok }", extra_args={"params": {"a": "1"}, "cookies": {"c": "2"}, "compress": "deflate"})
        client.execute("{ ok }")
    first, second = server.requests
    assert first.target == "/graphql?a=1"
    assert first.header("cookie") == "c=2"
    assert first.header("content-encoding") == "deflate"
    assert second.target == "/graphql"
    assert second.header("cookie") is None


def test_big_request(any_server: Server) -> None:
    """A request of several megabytes is sent without a warning."""
    name = 3_000_000 * "x"
    with Client(any_server.url) as client:
        data = client.execute("query ($name: String!) { hello(name: $name) }", {"name": name})
    assert data == {"hello": f"Hello {name}!"}
    assert any_server.wait_for("request")["headers"]["content-length"] == str(any_server.seen("request")[0]["size"])


def test_codecs_of_the_user(any_server: Server) -> None:
    """Codecs of the user's write requests and read answers."""
    written: list[Any] = []

    def encode(value: Any) -> str:
        written.append(value)
        return json.dumps(value, default=str)

    def decode(text: str) -> Any:
        return json.loads(text, parse_int=str)

    with Client(any_server.url, json_serialize=encode, json_deserialize=decode) as client:
        assert client.execute("query ($name: String!) { hello(name: $name) }", {"name": Name()}) == {
            "hello": "Hello me!"
        }
    assert written[0]["query"].startswith("query")


class Name:
    def __str__(self) -> str:
        return "me"


# -- GET


def test_h17_get_of_a_mutation_fails_before_the_network() -> None:
    """A mutation by GET is refused before anything is connected."""
    with WireServer(always(answer())) as server, Client(server.url) as client:
        with pytest.raises(DocumentError, match="Only a query may be sent by GET; this is a mutation"):
            client.execute("mutation { a }", extra_args={"method": "GET"})
        assert server.connections == 0


def test_h18_get(any_server: Server) -> None:
    """A query by GET arrives as it is, whatever is in it; what the URL's query string holds is kept."""
    name = "a&b+c#d%e\"'f\ng é 日 /?=;"
    document = "query Greet($name: String!) { hello(name: $name) } # é & + %41"
    with Client(any_server.url + "?key=1%2B2#top", use_get_for_queries=True) as client:
        assert client.execute(document, {"name": name}, "Greet") == {"hello": f"Hello {name}!"}
    request = any_server.wait_for("request")
    assert (request["method"], request["body"]) == ("GET", "")


def test_h19_get_leaves_out_what_is_empty() -> None:
    """A parameter without a value is not sent; what the URL's query string holds is."""
    with WireServer(always(answer())) as server, Client(server.url + "?key=%2B", use_get_for_queries=True) as client:
        client.execute("{ ok }", {}, "")
    (request,) = server.requests
    assert request.target.startswith("/graphql?key=%2B&query=")
    assert query_of(request) == {"key": "+", "query": "{ ok }"}


@pytest.mark.parametrize("status", ["414 URI Too Long", "431 Request Header Fields Too Large"])
@pytest.mark.parametrize("headers", [None, lambda: {"X-A": "1"}], ids=["no-function", "function"])
def test_h20_get_that_is_too_long_becomes_a_post(status: str, headers: Any) -> None:
    """414 and 431 to a GET lead to one POST with the same headers."""
    script = always(answer(b"", status=status), answer())
    with WireServer(script) as server, Client(server.url, headers=headers, use_get_for_queries=True) as client:
        assert client.execute("query ($a: Int) { ok }", {"a": 1}) == OK
    get, post = server.requests
    assert (get.method, post.method) == ("GET", "POST")
    assert json.loads(post.body)["variables"] == {"a": 1}
    assert get.header("x-a") == post.header("x-a") == ("1" if headers else None)


def test_h20_only_one_post() -> None:
    """A POST that is refused so, too, is the error."""
    with WireServer(always(answer(b"", status="414 URI Too Long"))) as server:
        with Client(server.url, use_get_for_queries=True) as client, pytest.raises(TransportServerError) as info:
            client.execute("{ ok }")
        assert info.value.code == 414
        assert [request.method for request in server.requests] == ["GET", "POST"]


def test_h21_get_carries_a_preflight_header(any_server: Server) -> None:
    """A GET has the header that no web page can send, and no content type; the caller may change both."""
    with Client(any_server.url, use_get_for_queries=True) as client:
        client.execute("{ hello }")
        client.execute("{ hello }", headers={"apollo-require-preflight": "yes", "X-Requested-With": "syncgql"})
    first, second = (entry["headers"] for entry in any_server.seen("request"))
    assert first["apollo-require-preflight"] == "true"
    assert "content-type" not in first
    assert first["accept"] == ACCEPT
    assert second["apollo-require-preflight"] == "yes"


def test_get_is_for_queries_that_fit() -> None:
    """Mutations, and queries whose URL would be too long, are sent by POST; a request may choose for itself."""
    long = 3000 * "x"
    with WireServer(always(answer())) as server, Client(server.url, use_get_for_queries=True) as client:
        client.execute("mutation { a }")
        client.execute("query ($a: String) { ok }", {"a": long})
        client.execute("{ ok }", extra_args={"method": "post"})
        client.execute("{ ok }")
    assert [request.method for request in server.requests] == ["POST", "POST", "POST", "GET"]
    with WireServer(always(answer())) as server, Client(server.url, max_url_length=5000) as client:
        client.execute("query ($a: String) { ok }", {"a": long}, extra_args={"method": "GET"})
        client.execute("query ($a: String) { ok }", {"a": 2 * long}, extra_args={"method": "GET"})
        client.execute("{ ok }")
    assert [request.method for request in server.requests] == ["GET", "POST", "POST"]


# -- answers


def test_answer_tells_of_this_call(any_server: Server) -> None:
    """Status, headers, url and elapsed time are those of each call, also on errors."""
    with Client(any_server.url) as client:
        result = client.execute_result("{ sleep(seconds: 0.2) }")
        with pytest.raises(TransportQueryError) as info:
            client.execute("{ nothing }")
    assert result.response is not None
    assert result.response.elapsed >= 0.2
    assert result.response.url == any_server.url
    assert result.response.headers["CONTENT-type"].startswith("application/json")
    assert info.value.response is not None
    assert info.value.response is not result.response


def test_answer_of_ariadne_with_400(ariadne_server: Server) -> None:
    """Ariadne answers what does not validate with 400 and plain JSON; that is the server's answer."""
    with Client(ariadne_server.url) as client, pytest.raises(TransportQueryError, match="nothing") as info:
        client.execute("{ nothing }")
    assert info.value.response is not None
    assert info.value.response.status == 400


def test_h26_truncated_body() -> None:
    """A body that is shorter than it was announced is a lost connection, even if what came can be read."""
    body = answer(length=False, content_type="application/json").replace(
        b"\r\n\r\n", b"\r\nContent-Length: 999\r\n\r\n"
    )
    check_loss(body)


@pytest.mark.parametrize("end", [b"", b"0\r\n", b"5\r\n"])
def test_n16_unfinished_chunks(end: bytes) -> None:
    """A chunked body without its last chunk is a lost connection."""
    check_loss(
        answer(b"16\r\n" + b'{"data": {"ok": true}}' + b"\r\n" + end, "Transfer-Encoding: chunked", length=False)
    )


def check_loss(wire: bytes) -> None:
    def script(connection: WireConnection) -> None:
        connection.read_request()
        connection.send(wire)

    with WireServer(script) as server, Client(server.url) as client:
        with pytest.raises(TransportConnectionFailed, match="closed before its end"):
            client.execute("{ ok }")
        assert len(server.requests) == 1


@pytest.mark.parametrize("coding", ["gzip", "deflate", "x-deflate-raw"])
def test_h27_compressed_answers(coding: str) -> None:
    """Answers may be compressed."""
    compressor = zlib.compressobj(wbits={"gzip": 31, "deflate": 15, "x-deflate-raw": -15}[coding])
    body = compressor.compress(b'{"data": {"ok": true}}') + compressor.flush()
    script = always(answer(body, f"Content-Encoding: {coding.partition('-')[2].partition('-')[0] or coding}"))
    with WireServer(script) as server, Client(server.url) as client:
        assert client.execute("{ ok }") == OK
    offered = server.requests[0].header("accept-encoding") or ""
    assert {"gzip", "deflate"} <= {name.strip() for name in offered.split(",")}


@pytest.mark.parametrize("coding", ["none", "identity", "unheard-of"])
def test_h27_codings_that_are_none(coding: str) -> None:
    """A coding that is none, or none that is known, is ignored if the body can be read."""
    script = always(answer(b'{"data": {"ok": true}}', f"Content-Encoding: {coding}"))
    with WireServer(script) as server, Client(server.url) as client:
        assert client.execute("{ ok }") == OK


def test_h29_answer_that_is_too_big() -> None:
    """An answer beyond the limit is refused without reading it all; one at the limit is read."""
    left: list[bool] = []

    def script(connection: WireConnection) -> None:
        connection.read_request()
        connection.send(
            answer(b'{"data": {"ok": true}}', length=False).replace(
                b"\r\n\r\n", b"\r\nContent-Length: 99999999\r\n\r\n"
            )
        )
        connection.wait_for_end()
        left.append(True)

    with WireServer(script) as server, Client(server.url, max_response_size=10) as client:
        with pytest.raises(TransportProtocolError, match="larger than max_response_size, 10 bytes") as info:
            client.execute("{ ok }")
        assert info.value.response is not None
        assert info.value.response.status == 200
    assert left == [True]
    body = b'{"data": {"ok": true}}'
    with WireServer(always(answer(body))) as server, Client(server.url, max_response_size=len(body)) as client:
        assert client.execute("{ ok }") == OK


def test_h29_limit_is_for_what_was_decompressed() -> None:
    """A small answer that becomes a big one is refused."""
    body = zlib.compress(b'{"data": {"ok": "' + 10_000_000 * b"x" + b'"}}')
    with WireServer(always(answer(body, "Content-Encoding: deflate"))) as server:
        with Client(server.url, max_response_size=100_000) as client, pytest.raises(TransportProtocolError):
            client.execute("{ ok }")
        assert len(body) < 100_000


def test_h30_timeout_closes_the_connection(any_server: Server) -> None:
    """A call that runs out of time is cancelled on the wire, and the server's work with it."""
    with Client(any_server.url) as client:
        with pytest.raises(TransportTimeout, match=r"execute_timeout ran out after 0\.5 s") as info:
            client.execute("{ sleep(seconds: 600) }", timeout=0.5)
        assert (info.value.limit, info.value.seconds) == ("execute_timeout", 0.5)
        any_server.wait_for("aborted")
        any_server.wait_for("sleep_cancelled", seconds=600)
        assert client.execute("{ hello }") == {"hello": "Hello world!"}


@in_loop
async def test_n14_cancelling_closes_the_connection() -> None:
    """A caller that is interrupted while it waits leaves nothing behind on the wire."""
    left = asyncio.Event()
    loop = asyncio.get_running_loop()
    asked = asyncio.Event()

    def script(connection: WireConnection) -> None:
        connection.read_request()
        loop.call_soon_threadsafe(asked.set)
        connection.wait_for_end()
        loop.call_soon_threadsafe(left.set)

    with WireServer(script) as server:
        transport = AIOHTTPTransport(server.url)
        call = asyncio.create_task(transport.execute(GraphQLRequest("{ ok }")))
        await asked.wait()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        await left.wait()
        await transport.close()


# -- the transport on its own


@in_loop
async def test_connect_and_close(any_server: Server) -> None:
    """Connect is idempotent; after close the transport says so, until it is connected again."""
    transport = AIOHTTPTransport(any_server.url)
    await transport.connect()
    await transport.connect()
    assert (await transport.execute(GraphQLRequest("{ hello }"))).data == {"hello": "Hello world!"}
    await transport.close()
    await transport.close()
    with pytest.raises(TransportClosed, match="connect"):
        await transport.execute(GraphQLRequest("{ hello }"))
    await transport.connect()
    assert (await transport.execute(GraphQLRequest("{ hello }"))).data == {"hello": "Hello world!"}
    await transport.close()


@in_loop
async def test_without_connect(any_server: Server) -> None:
    """The first request connects; several at once share one session."""
    transport = AIOHTTPTransport(any_server.url)
    results = await asyncio.gather(*(transport.execute(GraphQLRequest("{ hello }")) for _ in range(5)))
    assert all(result.data == {"hello": "Hello world!"} for result in results)
    await transport.close()


def test_content_type_that_occurs_twice() -> None:
    """The first content type that is one counts."""
    for first in ("Content-Type: nonsense", "Content-Type: application/json"):
        with WireServer(always(answer(b'{"data": {"ok": true}}', first))) as server, Client(server.url) as client:
            assert client.execute("{ ok }") == OK


def test_answers_of_old_and_early_servers() -> None:
    """HTTP/1.0 without a length, and interim answers before the final one, are understood."""
    old = answer(length=False).replace(b"HTTP/1.1", b"HTTP/1.0")
    early = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + answer()

    def script(connection: WireConnection) -> None:
        request = connection.read_request()
        connection.send(early if request and b"early" in request.body else old)

    with WireServer(script) as server, Client(server.url) as client:
        assert client.execute("{ old }") == OK
        assert client.execute("{ early }") == OK


@in_loop
async def test_it_cannot_subscribe() -> None:
    """A subscription over HTTP is refused with what to use."""
    transport = AIOHTTPTransport("http://127.0.0.1:9/")
    with pytest.raises(TransportError, match="AIOHTTPWebsocketsTransport"):
        async for _ in transport.subscribe(GraphQLRequest("subscription { a }")):
            pass


def test_constructor_takes_its_parameters_in_the_order_of_the_reference() -> None:
    """Positional arguments mean what they mean in gql."""
    transport = AIOHTTPTransport(
        "http://127.0.0.1/", {"a": "b"}, {"c": "d"}, ("user", "password"), False, 5, 1, json.dumps, json.loads, {}
    )
    assert transport.url == "http://127.0.0.1/"
