"""AIOHTTPTransport: the requests that it sends, and its use without a client."""

from __future__ import annotations

import asyncio
import json
import threading
import warnings
from collections.abc import Mapping
from typing import Any

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
)

from ..fix_servers import Server
from ..servers.wire import WireConnection, WireServer, always, answer
from .asynchronous import in_loop

OK = {"ok": True}
ACCEPT = "application/graphql-response+json, application/json;q=0.9"


def basic_auth(login: str, password: str) -> aiohttp.BasicAuth:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # aiohttp's, since 3.14
        return aiohttp.BasicAuth(login, password)


# -- the request


def test_h01_post(any_server: Server) -> None:
    """A POST has the content type of JSON and exactly the given members."""
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
    """The media types are requested in order of preference, with q-values."""
    with Client(any_server.url) as client:
        client.execute("{ hello }")
    assert any_server.wait_for("request")["headers"]["accept"] == ACCEPT


def test_h32_headers_per_request_override() -> None:
    """Headers of a request replace those of the client, in any case, and none is sent twice."""
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
    """Credentials become an Authorization header, without a warning of aiohttp; a request's header replaces it."""
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
    """Signs the body and the headers, like SigV4."""

    def __init__(self) -> None:
        self.calls: list[tuple[str | None, dict[str, str], int]] = []

    def get_headers(self, data: str | None = None, headers: Mapping[str, str] | None = None) -> dict[str, str]:
        self.calls.append((data, dict(headers or {}), threading.get_ident()))
        return {"Authorization": f"signed {len(self.calls)}"}


def test_auth_that_signs() -> None:
    """An object with get_headers receives the exact body and all other headers, once per request."""
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
    """In asyncio code the user's functions run in a worker thread."""
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
    """A value that is not JSON is refused before connecting, and the error has the path."""
    with WireServer(always(answer())) as server, Client(server.url) as client:
        with pytest.raises(DocumentError, match=r"variables\.input\.tags") as info:
            client.execute("{ ok }", {"input": {"tags": {1, 2}}})
        assert info.value.path == "variables.input.tags"
        assert server.connections == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"timout": 1}, r"extra_args has 'timout', which aiohttp \S+ does not know\. Did you mean 'timeout'\?"),
        ({"data": b""}, "extra_args cannot have 'data': the transport creates the body"),
        ({"json": {}}, "cannot have 'json'"),
        ({"raise_for_status": True}, "cannot have 'raise_for_status'"),
        ({"self": 1}, "has 'self'"),
        ({"timeout": "1"}, "timeout must be a number of seconds, None or an aiohttp.ClientTimeout, not str"),
        ({"proxy_auth": ("a", "b")}, "pass proxy= as well"),
        ({"auth": 1}, "auth must be"),
    ],
)
def test_bad_extra_args_fail_before_the_network(arguments: dict[str, Any], message: str) -> None:
    """An argument that is unknown to aiohttp or reserved raises a clear error."""
    with WireServer(always(answer())) as server, Client(server.url) as client:
        with pytest.raises(TypeError, match=message):
            client.execute("{ ok }", extra_args=arguments)
        assert server.connections == 0


def test_extra_args_reach_aiohttp() -> None:
    """Arguments for aiohttp apply to one request."""
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
    """The user's codecs encode requests and decode responses."""
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


# -- the transport on its own


@in_loop
async def test_connect_and_close(any_server: Server) -> None:
    """Connecting is idempotent; after closing, the transport raises until it is connected again."""
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


@pytest.mark.parametrize("first", ["Content-Type: nonsense", "Content-Type: application/json"])
def test_content_type_that_occurs_twice(first: str) -> None:
    """The first valid content type counts; in asyncio's debug mode aiohttp itself refuses the response."""
    with WireServer(always(answer(b'{"data": {"ok": true}}', first))) as server, Client(server.url) as client:
        if aiohttp.helpers.DEBUG:  # read when aiohttp was imported
            with pytest.raises(TransportConnectionFailed, match="Duplicate 'Content-Type'"):
                client.execute("{ ok }")
        else:
            assert client.execute("{ ok }") == OK


def test_responses_of_old_and_early_servers() -> None:
    """HTTP/1.0 without a length, and interim responses before the final one, are supported."""
    old = answer(length=False).replace(b"HTTP/1.1", b"HTTP/1.0")
    early = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + answer()

    def script(connection: WireConnection) -> None:
        request = connection.read_request()
        connection.send(early if request and b"early" in request.body else old)

    with WireServer(script) as server, Client(server.url) as client:
        assert client.execute("{ old }") == OK
        assert client.execute("{ early }") == OK


def test_constructor_takes_its_parameters_in_the_order_of_the_reference() -> None:
    """Positional arguments have the same meaning as in gql."""
    transport = AIOHTTPTransport(
        "http://127.0.0.1/", {"a": "b"}, {"c": "d"}, ("user", "password"), False, 5, 1, json.dumps, json.loads, {}
    )
    assert transport.url == "http://127.0.0.1/"
