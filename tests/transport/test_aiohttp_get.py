"""AIOHTTPTransport: queries by GET."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from syncgql import (
    Client,
    DocumentError,
    TransportServerError,
)

from ..fix_servers import Server
from ..servers.wire import WireRequest, WireServer, always, answer

OK = {"ok": True}
ACCEPT = "application/graphql-response+json, application/json;q=0.9"


def query_of(request: WireRequest) -> dict[str, str]:
    return {name: value for name, (value,) in parse_qs(urlsplit(request.target).query, keep_blank_values=True).items()}


def test_h17_get_of_a_mutation_fails_before_the_network() -> None:
    """A mutation by GET is refused before connecting."""
    with WireServer(always(answer())) as server, Client(server.url) as client:
        with pytest.raises(DocumentError, match="Only a query may be sent by GET; this is a mutation"):
            client.execute("mutation { a }", extra_args={"method": "GET"})
        assert server.connections == 0


def test_h18_get(any_server: Server) -> None:
    """A query by GET arrives unchanged, whatever it contains; the URL's query string is kept."""
    name = "a&b+c#d%e\"'f\ng é 日 /?=;"
    document = "query Greet($name: String!) { hello(name: $name) } # é & + %41"
    with Client(any_server.url + "?key=1%2B2#top", use_get_for_queries=True) as client:
        assert client.execute(document, {"name": name}, "Greet") == {"hello": f"Hello {name}!"}
    request = any_server.wait_for("request")
    assert (request["method"], request["body"]) == ("GET", "")


def test_h19_get_omits_empty_parameters() -> None:
    """A parameter without a value is not sent; the URL's query string is."""
    with WireServer(always(answer())) as server, Client(server.url + "?key=%2B", use_get_for_queries=True) as client:
        client.execute("{ ok }", {}, "")
    (request,) = server.requests
    assert request.target.startswith("/graphql?key=%2B&query=")
    assert query_of(request) == {"key": "+", "query": "{ ok }"}


@pytest.mark.parametrize("status", ["414 URI Too Long", "431 Request Header Fields Too Large"])
@pytest.mark.parametrize("headers", [None, lambda: {"X-A": "1"}], ids=["no-function", "function"])
def test_h20_get_that_is_too_long_is_sent_by_post(status: str, headers: Any) -> None:
    """414 and 431 for a GET cause one POST with the same headers."""
    script = always(answer(b"", status=status), answer())
    with WireServer(script) as server, Client(server.url, headers=headers, use_get_for_queries=True) as client:
        assert client.execute("query ($a: Int) { ok }", {"a": 1}) == OK
    get, post = server.requests
    assert (get.method, post.method) == ("GET", "POST")
    assert json.loads(post.body)["variables"] == {"a": 1}
    assert get.header("x-a") == post.header("x-a") == ("1" if headers else None)


def test_h20_only_one_post() -> None:
    """If the POST is refused as well, its response is the error."""
    with WireServer(always(answer(b"", status="414 URI Too Long"))) as server:
        with Client(server.url, use_get_for_queries=True) as client, pytest.raises(TransportServerError) as info:
            client.execute("{ ok }")
        assert info.value.code == 414
        assert [request.method for request in server.requests] == ["GET", "POST"]


def test_h21_get_has_a_preflight_header(any_server: Server) -> None:
    """A GET has a header that web pages cannot send, and no content type; the caller may change both."""
    with Client(any_server.url, use_get_for_queries=True) as client:
        client.execute("{ hello }")
        client.execute("{ hello }", headers={"apollo-require-preflight": "yes", "X-Requested-With": "syncgql"})
    first, second = (entry["headers"] for entry in any_server.seen("request"))
    assert first["apollo-require-preflight"] == "true"
    assert "content-type" not in first
    assert first["accept"] == ACCEPT
    assert second["apollo-require-preflight"] == "yes"


def test_get_is_for_queries_that_fit() -> None:
    """Mutations, and queries whose URL would be too long, are sent by POST; a request may choose its method."""
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
