"""RequestsHTTPTransport with a client, against real servers; the responses library provides fake responses."""

from __future__ import annotations

import itertools
import json
import pickle
import threading
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
import requests
import responses
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase

from syncgql import (
    Client,
    ClientClosed,
    RequestsHTTPTransport,
    TransportAuthenticationError,
    TransportClosed,
    TransportError,
    TransportProtocolError,
    TransportQueryError,
    TransportServerError,
    gql,
)
from tests.fix_scripts import RunScript
from tests.fix_servers import Server

from .requests_http.one_call import execute

URL = "http://api.example/graphql"
MUTATION = 'mutation { addBook(title: "Emma") { id } }'


def loop_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("syncgql")]


@pytest.fixture
def client(any_server: Server) -> Iterator[Client]:
    with Client(transport=RequestsHTTPTransport(any_server.url)) as client:
        yield client


@pytest.fixture
def mocked() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


def answer(
    mock: responses.RequestsMock,
    body: Any,
    status: int = 200,
    kind: str = "application/json",
    headers: dict[str, str] | None = None,
) -> None:
    text = body if isinstance(body, str) else json.dumps(body)
    mock.post(URL, body=text, status=status, content_type=kind, headers=headers)


# -- basic behavior


def test_execute_starts_no_thread(client: Client) -> None:
    """Variables reach the server, the result is returned, and all of it happens in the calling thread."""
    text = "query Greet($name: String!) { hello(name: $name) }"
    assert client.execute(text, {"name": "Zoë"}) == {"hello": "Hello Zoë!"}
    assert client.execute(gql(text), {"name": "Zoë"}, "Greet") == {"hello": "Hello Zoë!"}
    assert loop_threads() == []


def test_execute_result_has_the_response(client: Client, any_server: Server) -> None:
    """Status, case-insensitive headers, url and elapsed time are those of this call."""
    response = client.execute_result("{ hello }").response
    assert response is not None
    assert (response.status, response.url) == (200, any_server.url)
    assert response.headers["CONTENT-type"].startswith("application/json")
    assert 0 < response.elapsed < 60


def test_subscriptions_run_on_the_loop_beside_it(strawberry_server: Server) -> None:
    """``subscriptions=`` starts the loop thread; queries are still sent with requests."""
    transport = RequestsHTTPTransport(strawberry_server.url)
    with Client(transport=transport, subscriptions=strawberry_server.url) as client:
        assert client.execute("{ hello }") == {"hello": "Hello world!"}
        assert loop_threads() == []
        assert [event["count"] for event in client.subscribe("subscription { count(to: 3) }")] == [1, 2, 3]
        assert len(loop_threads()) == 1
        client.execute("{ hello }")
    agents = [request["headers"].get("user-agent", "") for request in strawberry_server.seen("request")]
    assert [agent.partition("/")[0] for agent in agents] == ["syncgql"] * 2
    assert all(" python-requests/" in agent for agent in agents)


def test_subscribe_needs_another_transport(strawberry_server: Server) -> None:
    """Without ``subscriptions=`` there is no transport for subscriptions; the message says what to pass."""
    client = Client(transport=RequestsHTTPTransport(strawberry_server.url))
    with pytest.raises(TransportError, match="RequestsHTTPTransport cannot subscribe; pass subscriptions="):
        client.subscribe("subscription { count }")
    assert loop_threads() == []


def test_headers(strawberry_server: Server) -> None:
    """Headers come from a function, called per request in the calling thread; those of the call take precedence."""
    threads = []

    def headers() -> dict[str, str]:
        threads.append(threading.current_thread())
        return {"X-One": "1", "X-Two": "2"}

    query = '{ one: header(name: "X-One") two: header(name: "X-Two") accept: header(name: "Accept") }'
    data = execute(RequestsHTTPTransport(strawberry_server.url, headers), query, headers={"x-TWO": "other"})
    accept = "application/graphql-response+json, application/json;q=0.9"
    assert data == {"one": "1", "two": "other", "accept": accept}
    assert threads == [threading.current_thread()]


class Token(AuthBase):
    def __init__(self, token: str) -> None:
        self.token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["X-Token"] = self.token
        return request


class Watching(HTTPAdapter):
    def __init__(self) -> None:
        super().__init__()
        self.urls: list[str | None] = []

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        self.urls.append(request.url)
        return super().send(request, *args, **options)


def test_authentication_cookies_and_adapters_of_requests(strawberry_server: Server) -> None:
    """Authentication, cookies and adapters are those of requests; those of one call are in ``extra_args``."""
    url = strawberry_server.url
    query = '{ token: header(name: "X-Token") cookie: header(name: "Cookie") }'
    with closing(Watching()) as adapter:
        transport = RequestsHTTPTransport(
            url, cookies={"session": "42"}, auth=Token("first"), adapters={"http://": adapter}
        )
        with Client(transport=transport) as client:
            assert client.execute(query) == {"token": "first", "cookie": "session=42"}
            assert client.execute(query, extra_args={"auth": Token("second")})["token"] == "second"
    assert adapter.urls == [url, url]


def test_bare(any_server: Server) -> None:
    """It works without a client, refuses after ``close()``, and works again after ``connect()``."""
    transport = RequestsHTTPTransport(any_server.url)
    assert transport.execute(gql("{ hello }")).data == {"hello": "Hello world!"}
    transport.close()
    with pytest.raises(TransportClosed, match=r"call connect\(\)"):
        transport.execute(gql("{ hello }"))
    transport.connect()
    assert transport.execute(gql("{ hello }")).data == {"hello": "Hello world!"}
    transport.close()


def test_closed_client_refuses(client: Client) -> None:
    """After ``close()`` nothing is sent."""
    client.execute("{ hello }")
    client.close()
    with pytest.raises(ClientClosed):
        client.execute("{ hello }")


# -- sessions


def test_pickle(any_server: Server) -> None:
    """A transport is pickled without its sessions."""
    transport = RequestsHTTPTransport(any_server.url, {"X-One": "1"}, timeout=(5, 30))
    transport.execute(gql("{ hello }"))
    copy = pickle.loads(pickle.dumps(transport))
    assert copy.execute(gql("{ hello }")).data == {"hello": "Hello world!"}
    transport.close()
    copy.close()


# -- errors


def test_the_wire_rules_are_those_of_http(mocked: responses.RequestsMock) -> None:
    """Statuses and media types have the same meaning as with aiohttp."""
    with Client(transport=RequestsHTTPTransport(URL)) as client:
        for status, kind, body, error in [
            (400, "application/json", '{"errors": [{"message": "no"}]}', TransportQueryError),
            (500, "application/graphql-response+json", '{"errors": [{"message": "no"}]}', TransportQueryError),
            (502, "text/html", "<h1>Bad gateway</h1>", TransportServerError),
            (401, "application/json", "{}", TransportAuthenticationError),
            (302, "text/html", "", TransportServerError),
            (200, "text/html", "<h1>Hello</h1>", TransportProtocolError),
        ]:
            mocked.reset()
            answer(mocked, body, status, kind)
            with pytest.raises(error):
                client.execute("{ hello }")


def test_undecodable_content(mocked: responses.RequestsMock) -> None:
    """A response whose compression does not match its header violates the protocol."""
    answer(mocked, "no gzip", headers={"Content-Encoding": "gzip"})
    with pytest.raises(TransportProtocolError, match="cannot be decompressed"):
        execute(RequestsHTTPTransport(URL))


def test_h29_a_response_may_be_too_large(strawberry_server: Server) -> None:
    """It is refused without being read completely."""
    transport = RequestsHTTPTransport(strawberry_server.url, max_response_size=1000)
    with Client(transport=transport) as client:
        assert client.execute("{ large(size: 900) }") == {"large": "x" * 900}
        with pytest.raises(TransportProtocolError, match="larger than max_response_size, 1000 bytes"):
            client.execute("{ large(size: 1000000) }")


# -- GET and redirects


def test_queries_by_get(strawberry_server: Server) -> None:
    """Queries are sent by GET, with the header for CSRF protection; mutations and long queries are sent by POST."""
    query = 'query ($n: String!) { hello(name: $n) guard: header(name: "Apollo-Require-Preflight") }'
    with Client(transport=RequestsHTTPTransport(strawberry_server.url, method="GET")) as client:
        by_get = client.execute_result(query, {"n": "Zoë & Co"})
        mutation = client.execute_result(MUTATION)
        too_long = client.execute_result(query, {"n": "x" * 2000})
    assert by_get.data == {"hello": "Hello Zoë & Co!", "guard": "true"}
    assert too_long.data["guard"] is None
    urls = [result.response.url.partition("?") for result in (by_get, mutation, too_long) if result.response]
    assert [bool(question_mark) for _, question_mark, _ in urls] == [True, False, False]


@pytest.mark.parametrize("status", [414, 431])
def test_h20_too_long_for_the_server(mocked: responses.RequestsMock, status: int) -> None:
    """A GET whose URL is too long for the server is sent as a POST."""
    mocked.get(URL, status=status)
    answer(mocked, {"data": {"hello": "by POST"}})
    assert execute(RequestsHTTPTransport(URL, method="GET")) == {"hello": "by POST"}


def test_h22_a_post_is_redirected_only_as_a_post(mocked: responses.RequestsMock) -> None:
    """A 307 is followed with the same body; a 302 would change it to a GET."""
    answer(mocked, "", 302, headers={"Location": "/other"})
    with pytest.raises(TransportServerError, match="turn a POST into a GET"):
        execute(RequestsHTTPTransport(URL))
    mocked.reset()
    answer(mocked, "", 307, headers={"Location": "/other"})
    mocked.post("http://api.example/other", json={"data": {"hello": "there"}})
    assert execute(RequestsHTTPTransport(URL)) == {"hello": "there"}
    assert mocked.calls[0].request.body == mocked.calls[1].request.body


def test_h23_other_origins_get_no_credentials(mocked: responses.RequestsMock) -> None:
    """Neither headers nor data of the session are sent to another origin."""
    answer(mocked, "", 307, headers={"Location": "http://other.example/"})
    mocked.post("http://other.example/", json={"data": {"hello": "there"}})
    transport = RequestsHTTPTransport(URL, {"X-Key": "secret"}, {"session": "secret"}, ("user", "secret"))
    assert execute(transport, headers={"X-Other": "secret"}) == {"hello": "there"}
    first, second = (call.request.headers for call in mocked.calls)
    assert {"X-Key", "X-Other", "Authorization", "Cookie"} <= set(first)
    assert not {"X-Key", "X-Other", "Authorization", "Cookie"} & set(second)
    assert second["Content-Type"] == "application/json"


def test_redirects_have_an_end(mocked: responses.RequestsMock) -> None:
    """Circular redirects end."""
    answer(mocked, "", 307, headers={"Location": URL})
    with pytest.raises(TransportServerError, match="number 6 in a row"):
        execute(RequestsHTTPTransport(URL))


# -- sending again


def test_no_retries_by_default(mocked: responses.RequestsMock) -> None:
    """The first failure is raised."""
    answer(mocked, "", 503)
    with pytest.raises(TransportServerError):
        execute(RequestsHTTPTransport(URL))
    assert len(mocked.calls) == 1


def test_a_query_is_sent_again(mocked: responses.RequestsMock) -> None:
    """It is retried after a lost connection and after the configured statuses, up to the given number of times."""
    mocked.post(URL, body=requests.ConnectionError("gone"))
    answer(mocked, "", 503)
    answer(mocked, {"data": {"hello": "at last"}})
    transport = RequestsHTTPTransport(URL, retries=2, retry_backoff_factor=0.001)
    with Client(transport=transport) as client:
        assert client.execute("{ hello }") == {"hello": "at last"}
    assert len(mocked.calls) == 3


def test_headers_are_made_for_each_attempt(mocked: responses.RequestsMock) -> None:
    """A function for headers is called again before a retry, because its token may have expired."""
    tokens = itertools.count(1)
    answer(mocked, "", 503)
    mocked.post(URL, body=requests.ConnectionError("gone"))
    answer(mocked, {"data": {"hello": "at last"}})
    transport = RequestsHTTPTransport(
        URL, headers=lambda: {"X-Token": str(next(tokens))}, retries=2, retry_backoff_factor=0.001
    )
    execute(transport)
    assert [call.request.headers["X-Token"] for call in mocked.calls] == ["1", "2", "3"]


def test_retries_have_an_end(mocked: responses.RequestsMock) -> None:
    """The caller receives the last failure."""
    answer(mocked, "", 503)
    with pytest.raises(TransportServerError):
        execute(RequestsHTTPTransport(URL, retries=2, retry_backoff_factor=0.001))
    assert len(mocked.calls) == 3


def test_h25_a_mutation_is_resent_only_if_requested(mocked: responses.RequestsMock) -> None:
    """The server may have executed it."""
    answer(mocked, "", 503)
    with pytest.raises(TransportServerError):
        execute(RequestsHTTPTransport(URL, retries=1, retry_backoff_factor=0), MUTATION)
    assert len(mocked.calls) == 1
    mocked.calls.reset()
    transport = RequestsHTTPTransport(URL, retries=1, retry_backoff_factor=0, retry_mutations=True)
    with pytest.raises(TransportServerError):
        execute(transport, MUTATION)
    assert len(mocked.calls) == 2


def test_no_retry_beyond_the_deadline(mocked: responses.RequestsMock) -> None:
    """A wait that would exceed ``execute_timeout`` does not begin; the failure is raised immediately."""
    answer(mocked, "", 503, headers={"Retry-After": "3600"})
    with pytest.raises(TransportServerError) as caught:
        execute(RequestsHTTPTransport(URL, retries=5))
    assert caught.value.retry_after == 3600
    assert len(mocked.calls) == 1


def test_a_delay_that_the_server_specifies_does_not_grow(mocked: responses.RequestsMock) -> None:
    """It replaces the delay of the transport, which would be too long here."""
    answer(mocked, "", 503, headers={"Retry-After": "0.001"})
    with pytest.raises(TransportServerError):
        execute(RequestsHTTPTransport(URL, retries=2, retry_backoff_factor=3600))
    assert len(mocked.calls) == 3


# -- arguments


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"retries": -1}, "retries must be"),
        ({"timeout": 0}, "timeout must be more than 0"),
        ({"timeout": "5"}, "timeout must be seconds"),
        ({"retry_backoff_factor": -1}, "retry_backoff_factor must be"),
        ({"method": "PUT"}, "method must be"),
        ({"max_response_size": 0}, "max_response_size must be"),
        ({"session": 5}, "session must be a requests.Session or a function"),
        ({"session": requests.Session, "verify": False}, "A session has its own settings"),
    ],
)
def test_bad_arguments(arguments: dict[str, Any], message: str) -> None:
    """They are refused when the transport is created."""
    with pytest.raises((TypeError, ValueError), match=message):
        RequestsHTTPTransport(URL, **arguments)


def test_unknown_extra_args() -> None:
    """Arguments that are reserved or unknown to requests are refused by name before sending."""
    with pytest.raises(TypeError, match="extra_args cannot have 'json'"):
        execute(RequestsHTTPTransport(URL), "{ hello }", extra_args={"json": {}})


def test_without_the_extra(run_script: RunScript) -> None:
    """Without requests everything else works, and the error says in one line what to install."""
    result = run_script(
        """
        import sys
        sys.modules["requests"] = None
        from syncgql import RequestsHTTPTransport
        try:
            RequestsHTTPTransport("http://localhost/")
        except ImportError as error:
            print(error)
        """
    )
    assert result.stdout == "RequestsHTTPTransport requires requests; install the extra syncgql[requests]\n"
    assert result.stderr == ""
