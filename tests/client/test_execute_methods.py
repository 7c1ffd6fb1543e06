"""``execute`` and ``execute_result`` against real servers; see also ``test_submit`` and ``test_ping``."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from syncgql import (
    Client,
    GraphQLRequest,
    TransportError,
    TransportProtocolError,
    TransportQueryError,
    TransportServerError,
    TransportTimeout,
    gql,
)

from ..fix_servers import Server


@pytest.fixture
def client(any_server: Server) -> Iterator[Client]:
    with Client(any_server.url) as client:
        yield client


def test_execute_returns_data(client: Client) -> None:
    """The data of a query is returned as a dict."""
    assert client.execute("{ hello }") == {"hello": "Hello world!"}


def test_execute_with_variables(client: Client) -> None:
    """Variables reach the server with all forms of requests."""
    text = "query Greet($name: String!) { hello(name: $name) }"
    expected = {"hello": "Hello Zoë!"}
    assert client.execute(text, {"name": "Zoë"}) == expected
    assert client.execute(gql(text), {"name": "Zoë"}) == expected
    assert client.execute(GraphQLRequest(text, {"name": "Zoë"})) == expected
    assert client.execute(gql(text).document, {"name": "Zoë"}, "Greet") == expected


def test_execute_result_has_the_http_response(client: Client, any_server: Server) -> None:
    """The whole result has the status, headers, url and elapsed time of this call."""
    result = client.execute_result("{ hello }")
    assert result.data == {"hello": "Hello world!"}
    assert result.errors is None
    assert result.response is not None
    assert result.response.status == 200
    assert result.response.headers["content-type"].startswith("application/json")
    assert result.response.url == any_server.url
    assert 0 < result.response.elapsed < 60


def test_errors_are_raised_with_partial_data(strawberry_server: Server) -> None:
    """A response with errors raises; the exception has the errors as received and the partial data."""
    with Client(strawberry_server.url) as client:
        with pytest.raises(TransportQueryError, match=r"^It failed \(at fail\)$") as caught:
            client.execute("{ hello fail }")
        assert caught.value.data == {"hello": "Hello world!", "fail": None}
        assert caught.value.errors[0]["path"] == ["fail"]
        assert caught.value.response is not None
        result = client.execute_result("{ hello fail }")
        assert (result.data, result.errors) == (caught.value.data, caught.value.errors)


def test_a_validation_error_is_a_query_error(client: Client) -> None:
    """It does not matter whether the server reports it with status 200 (Strawberry) or 400 (Ariadne)."""
    with pytest.raises(TransportQueryError, match="Cannot query field 'nope'"):
        client.execute("{ nope }")


def test_a_timeout_names_its_limit_and_cancels(strawberry_server: Server) -> None:
    """The call returns when the limit expires, and the server sees the request aborted."""
    with Client(strawberry_server.url) as client:

        def call() -> None:
            with pytest.raises(
                TransportTimeout,
                match=r"^timeout expired after 1\.5 s; the call to http://.* was cancelled\. Pass a higher timeout= ",
            ) as caught:
                client.execute("{ sleep(seconds: 60) }", timeout=1.5)
            assert (caught.value.limit, caught.value.seconds) == ("timeout", 1.5)

        strawberry_server.until_seen("sleep_started", call)
        strawberry_server.wait_for("sleep_cancelled")
        assert client.execute("{ hello }") == {"hello": "Hello world!"}


@pytest.mark.parametrize(
    ("body", "status", "content_type", "error", "message"),
    [
        ("<html>Welcome</html>", 200, "text/html", TransportProtocolError, "is text/html, not JSON"),
        ("<html>Oops</html>", 500, "text/html", TransportServerError, "HTTP 500.*Oops"),
        ("{oops", 200, "application/json", TransportProtocolError, "not JSON"),
        ("{}", 200, "application/json", TransportProtocolError, "neither data nor errors"),
        ("[]", 200, "application/json", TransportProtocolError, "expected an object, got a list"),
        ("", 200, "application/json", TransportProtocolError, "is empty"),
    ],
)
def test_a_response_that_is_not_graphql_is_a_named_error(
    strawberry_server: Server, body: str, status: int, content_type: str, error: type[TransportError], message: str
) -> None:
    """Each error has the status and advice, and contains the response."""
    url = strawberry_server.canned(body, status=status, content_type=content_type)
    with Client(url) as client, pytest.raises(error, match=message) as caught:
        client.execute("{ hello }")
    assert caught.value.response.status == status  # type: ignore[attr-defined]
