"""RequestsHTTPTransport with a client, against real servers; the responses library provides fake responses."""

from __future__ import annotations

import io
import itertools
import json
import pickle
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from types import SimpleNamespace
from typing import Any

import pytest
import requests
import responses
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3 import HTTPResponse
from urllib3.exceptions import NewConnectionError

from syncgql import (
    Client,
    ClientClosed,
    RequestsHTTPTransport,
    TransportAuthenticationError,
    TransportClosed,
    TransportConnectionFailed,
    TransportError,
    TransportProtocolError,
    TransportQueryError,
    TransportServerError,
    TransportTimeout,
    gql,
)
from syncgql.deadline import Deadline
from syncgql.transport.requests_http.session import _blocks
from syncgql.transport.requests_http.timeouts import RequestsTimeouts
from tests.fix_scripts import RunScript
from tests.fix_servers import Server

URL = "http://api.example/graphql"
MUTATION = 'mutation { addBook(title: "Emma") { id } }'


def loop_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("syncgql")]


def execute(transport: RequestsHTTPTransport, request: str = "{ hello }", **options: Any) -> dict[str, Any]:
    """Execute once with a client that is closed afterwards."""
    with Client(transport=transport) as client:
        return client.execute(request, **options)


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


class Counting:
    """Creates sessions, and counts them and their ends."""

    def __init__(self) -> None:
        self.threads: list[threading.Thread] = []
        self.closed = 0

    def __call__(self) -> requests.Session:
        self.threads.append(threading.current_thread())
        session = requests.Session()
        close = session.close

        def counted() -> None:
            self.closed += 1
            close()

        session.close = counted  # type: ignore[method-assign]
        return session


def test_each_thread_has_a_session_that_ends_with_it(strawberry_server: Server) -> None:
    """A thread uses one session for all requests; the end of the thread closes it."""
    counting = Counting()
    with Client(transport=RequestsHTTPTransport(strawberry_server.url, session=counting)) as client:
        client.execute("{ hello }")

        def work() -> None:
            client.execute("{ hello }")
            client.execute("{ hello }")

        for _ in range(2):
            thread = threading.Thread(target=work)
            thread.start()
            thread.join()
        assert len(counting.threads) == 3
        assert counting.closed == 2
    assert counting.closed == 3


def test_close_closes_the_sessions_of_all_threads(strawberry_server: Server) -> None:
    """Threads that continue to run lose their connections as well."""
    counting = Counting()
    client = Client(transport=RequestsHTTPTransport(strawberry_server.url, session=counting))
    barrier = threading.Barrier(4)

    def work(_: int) -> None:
        barrier.wait()
        client.execute("{ hello }")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
        assert (len(counting.threads), counting.closed) == (4, 0)
        client.close()
        assert counting.closed == 4


def test_a_session_of_the_user_stays_open(strawberry_server: Server) -> None:
    """It is used unchanged by every thread, and closed by its creator."""
    with requests.Session() as session:
        session.headers["X-Mine"] = "yes"
        transport = RequestsHTTPTransport(strawberry_server.url, session=session)
        assert execute(transport, '{ header(name: "X-Mine") }') == {"header": "yes"}
        assert session.post(strawberry_server.url, json={"query": "{ hello }"}).ok


def test_a_forked_child_has_its_own_sessions(strawberry_server: Server, run_script: RunScript) -> None:
    """The child opens new connections, the parent's connection keeps working, and neither prints an error."""
    result = run_script(
        """
        import os, sys
        from syncgql import Client, RequestsHTTPTransport
        client = Client(transport=RequestsHTTPTransport(sys.argv[1]))
        client.execute("{ hello }")
        child = os.fork()
        hello = client.execute("{ hello }")["hello"]
        os.write(1, f"{hello}\\n".encode())  # in one go, because both processes write
        if child:
            assert os.waitpid(child, 0)[1] == 0
            print(client.execute("{ hello }")["hello"])
        """,
        strawberry_server.url,
    )
    assert (result.exit_code, result.stdout, result.stderr) == (0, "Hello world!\n" * 3, "")


def test_pickle(any_server: Server) -> None:
    """A transport is pickled without its sessions."""
    transport = RequestsHTTPTransport(any_server.url, {"X-One": "1"}, timeout=(5, 30))
    transport.execute(gql("{ hello }"))
    copy = pickle.loads(pickle.dumps(transport))
    assert copy.execute(gql("{ hello }")).data == {"hello": "Hello world!"}
    transport.close()
    copy.close()


# -- errors


def test_no_server() -> None:
    """A refused connection is reported as such; only the path of the URL is shown."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/?key=secret"
        with pytest.raises(TransportConnectionFailed, match=r"Could not connect to .*: Connection refused") as caught:
            execute(RequestsHTTPTransport(url))
    assert "secret" not in str(caught.value)
    assert isinstance(caught.value.__cause__, NewConnectionError)


def test_execute_timeout_covers_waiting(strawberry_server: Server) -> None:
    """A slow server exceeds ``execute_timeout`` or the ``timeout=`` of the call."""
    client = Client(transport=RequestsHTTPTransport(strawberry_server.url), execute_timeout=1.5)
    with pytest.raises(TransportTimeout, match=r"execute_timeout expired after 1\.5 s") as caught:
        client.execute("{ sleep(seconds: 60) }")
    assert (caught.value.limit, caught.value.seconds) == ("execute_timeout", 1.5)
    with pytest.raises(TransportTimeout, match=r"^timeout expired after 0\.3 s; .* Pass a higher timeout=") as caught:
        client.execute_batch(["{ sleep(seconds: 60) }"], timeout=0.3)
    assert (caught.value.limit, caught.value.seconds) == ("timeout", 0.3)
    assert client.execute("{ sleep(seconds: 0.3) }", timeout=60) == {"sleep": 0.3}
    strawberry_server.wait_for("sleep_cancelled", seconds=60)


def test_timeout_limits_each_silence(strawberry_server: Server) -> None:
    """The transport's own limit applies to each wait, and the message names it."""
    transport = RequestsHTTPTransport(strawberry_server.url, timeout=(30, 0.2))
    with pytest.raises(TransportTimeout, match=r"sent nothing for 0.2 s") as caught:
        execute(transport, "{ sleep(seconds: 60) }")
    assert (caught.value.limit, caught.value.seconds) == ("timeout", 0.2)


class WireServer:
    """Responds to one connection with the data that a function sends."""

    def __init__(self, talk: Callable[[socket.socket], None]) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._talk = talk
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/graphql"
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        connection, _ = self._listener.accept()
        with connection:
            request = b""
            while not request.endswith(b"}"):  # the end of the document
                request += connection.recv(65536)
            try:
                self._talk(connection)
            except OSError:
                pass  # the client left

    def __enter__(self) -> WireServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()
        self._thread.join(30)


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n"


@pytest.mark.parametrize("connection", [b"", b"Connection: close\r\n"], ids=["kept", "closed"])
def test_execute_timeout_covers_a_dripping_body(connection: bytes) -> None:
    """Continuous bytes do not extend the call, even if no single wait is long."""

    def drip(peer: socket.socket) -> None:
        peer.sendall(HEAD + connection + b"\r\n")
        while True:
            peer.sendall(b" ")
            time.sleep(0.01)

    with WireServer(drip) as server, pytest.raises(TransportTimeout, match=r"^timeout expired after 0.5 s"):
        execute(RequestsHTTPTransport(server.url), "{ hello }", timeout=0.5)


def test_execute_timeout_covers_a_body_that_stops() -> None:
    """The wait for the rest of a response is limited by the remaining time."""

    def stop(peer: socket.socket) -> None:
        peer.sendall(HEAD + b"\r\n{")
        peer.recv(1)  # until the client leaves

    with WireServer(stop) as server, pytest.raises(TransportTimeout, match=r"^timeout expired after 0.5 s"):
        execute(RequestsHTTPTransport(server.url), "{ hello }", timeout=0.5)


def test_each_read_waits_for_the_remaining_time() -> None:
    """The socket's timeout is set before each read: to the remaining time, or to the limit of a wait."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        for timeouts, low, high in (
            (RequestsTimeouts(Deadline(60), (1, 5)), 5, 5),
            (RequestsTimeouts(Deadline(4), None), 0, 4),
        ):
            answer = requests.Response()
            connection: Any = SimpleNamespace(sock=ours, close=lambda: None)
            answer.raw = HTTPResponse(io.BytesIO(b"{}"), preload_content=False, connection=connection)
            assert b"".join(_blocks(answer, timeouts)) == b"{}"
            assert low <= (ours.gettimeout() or 0) <= high
            assert ours.gettimeout() is not None


def test_h26_a_truncated_body_is_a_lost_connection() -> None:
    """The data read until then is not a response, even if it can be parsed."""

    def cut(peer: socket.socket) -> None:
        peer.sendall(HEAD + b'\r\n{"data": {}}')

    with WireServer(cut) as server, pytest.raises(TransportConnectionFailed, match="before the response was complete"):
        execute(RequestsHTTPTransport(server.url))


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
