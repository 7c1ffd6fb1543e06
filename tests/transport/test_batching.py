"""Automatic batching: calls of several threads in one HTTP request, each as if it were sent alone."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

import pytest

from syncgql import (
    AIOHTTPTransport,
    Client,
    ClientClosed,
    DocumentError,
    ExecutionResult,
    FileVar,
    RequestsHTTPTransport,
    TransportConnectionFailed,
    TransportError,
    TransportQueryError,
    TransportServerError,
    TransportTimeout,
)
from syncgql.deadline import Deadline
from syncgql.protocol.batch import BatchEntry
from syncgql.transport.batching import Batcher
from syncgql.transport.round_trip import RoundTrip
from syncgql.transport.selection.transport_factory import TransportFactory

from ..fix_servers import PATIENCE, Server
from ..servers.wire import WireConnection, WireServer, always, answer

HELLO = "query ($name: String!) { hello(name: $name) }"
EVER = 3600.0  # seconds that no test waits, because such a batch is sent when it is full
SOON = 0.3  # seconds for several threads to join a batch


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(12) as pool:
        yield pool


def bodies(server: Server) -> list[Any]:
    return [json.loads(entry["body"]) for entry in server.seen("request")]


def names_in(*batches: list[dict[str, Any]]) -> list[str]:
    return [request["variables"]["name"] for batch in batches for request in batch]


def test_calls_of_several_threads_are_one_request(strawberry_server: Server, pool: ThreadPoolExecutor) -> None:
    """A full batch is sent immediately; each thread receives its own result."""
    with Client(strawberry_server.url, batch_interval=EVER, batch_max=5) as client:

        def greet(name: str) -> Any:
            return client.execute(HELLO, {"name": name})["hello"]

        names = [str(number) for number in range(10)]
        assert list(pool.map(greet, names)) == [f"Hello {name}!" for name in names]
    assert [len(body) for body in bodies(strawberry_server)] == [5, 5]


def test_a_batch_is_sent_after_the_interval(strawberry_server: Server, pool: ThreadPoolExecutor) -> None:
    """The interval begins with the first member."""
    with Client(strawberry_server.url, batch_interval=SOON) as client:
        calls = [pool.submit(client.execute, HELLO, {"name": str(number)}) for number in range(3)]
        assert [call.result() for call in calls] == [{"hello": f"Hello {number}!"} for number in range(3)]
    batches = [body if isinstance(body, list) else [body] for body in bodies(strawberry_server)]
    assert sorted(names_in(*batches)) == ["0", "1", "2"]


def test_a_single_call_is_sent_without_a_batch(any_server: Server) -> None:
    """A single call is sent as a plain request, so a server without batches responds to it."""
    with Client(any_server.url, batch_interval=0.01) as client:
        assert client.execute("{ hello }") == {"hello": "Hello world!"}
        with pytest.raises(TransportQueryError, match="nope"):
            client.execute("{ nope }")
    assert bodies(any_server)[0] == {"query": "{ hello }"}


def test_each_call_has_its_own_outcome(strawberry_server: Server, pool: ThreadPoolExecutor) -> None:
    """Each call has its own result object with data, errors and response."""
    with Client(strawberry_server.url, batch_interval=EVER, batch_max=3) as client:
        good, bad, whole = (
            pool.submit(client.execute, "{ hello }"),
            pool.submit(client.execute, "{ hello fail }"),
            pool.submit(client.execute_result, "{ nope }"),
        )
        assert good.result() == {"hello": "Hello world!"}
        with pytest.raises(TransportQueryError, match=r"^It failed \(at fail\)$") as caught:
            bad.result()
        assert caught.value.data == {"hello": "Hello world!", "fail": None}
        assert whole.result().errors
        response = whole.result().response
        assert response is not None
        assert response.status == 200


def outcomes(calls: list[Future[Any]]) -> list[BaseException | None]:
    return [call.exception() for call in calls]


def test_a_failure_of_all_is_an_exception_for_each(pool: ThreadPoolExecutor) -> None:
    """Each waiting call has its own object, because raising an exception adds to its traceback."""
    refusal = answer(b"<html>", status="502 Bad Gateway", content_type="text/html")
    with WireServer(always(refusal)) as server, Client(server.url, batch_interval=EVER, batch_max=3) as client:
        errors = outcomes([pool.submit(client.execute, "{ a }") for _ in range(3)])
        assert len(server.requests) == 1
    assert len({id(error) for error in errors}) == 3
    for error in errors:
        assert isinstance(error, TransportServerError)
        assert error.code == 502
    with Client(server.url, batch_interval=EVER, batch_max=3) as client:
        errors = outcomes([pool.submit(client.execute, "{ a }") for _ in range(3)])
    assert len({id(error) for error in errors}) == 3
    for error in errors:
        assert isinstance(error, TransportConnectionFailed)
        assert error.__cause__ is not None


class Forgetful(AIOHTTPTransport):
    """Responds to all but one of the requests of a batch, or fails in the middle."""

    def __init__(self, error: BaseException | None) -> None:
        super().__init__("http://127.0.0.1:9/graphql")
        self.error = error

    def combine(self, round_trips: Sequence[Any]) -> Any:
        return RoundTrip(len(round_trips) - 1, self._send_count, self._parse_count)

    async def _send_count(self, count: int, deadline: Deadline) -> int:
        return count

    def _parse_count(self, count: int) -> list[BatchEntry]:
        if self.error is not None:
            raise self.error
        return [ExecutionResult({"a": 1})] * count


@pytest.mark.parametrize(
    ("error", "expected"), [(None, ValueError), (SystemExit(1), TransportError)], ids=["short", "exit"]
)
def test_every_call_of_a_batch_ends(
    error: BaseException | None, expected: type[Exception], pool: ThreadPoolExecutor
) -> None:
    """Each call ends, even if the transport returns too few results or fails."""
    with Client(transport=Forgetful(error), batch_interval=EVER, batch_max=2, execute_timeout=None) as client:
        calls = [pool.submit(client.execute, "{ a }") for _ in range(2)]
        assert not wait(calls, timeout=30).not_done
    assert [type(outcome) for outcome in outcomes(calls)] == [expected] * 2


def test_b04_one_error_object_belongs_to_every_call(pool: ThreadPoolExecutor) -> None:
    """The results have their own lists of errors."""
    refusal = answer(b'{"errors": [{"message": "Batching is off"}]}', status="400 Bad Request")
    with WireServer(always(refusal)) as server, Client(server.url, batch_interval=EVER, batch_max=2) as client:
        first, second = outcomes([pool.submit(client.execute, "{ a }") for _ in range(2)])
    assert isinstance(first, TransportQueryError)
    assert isinstance(second, TransportQueryError)
    assert first.errors == second.errors == [{"message": "Batching is off"}]
    assert first.errors is not second.errors


def test_an_entry_that_is_not_a_response_is_the_error_of_its_call(pool: ThreadPoolExecutor) -> None:
    """The other calls are not affected."""
    body = b'[{"data": {"n": 1}}, 1]'
    with WireServer(always(answer(body))) as server, Client(server.url, batch_interval=EVER, batch_max=2) as client:
        calls = [pool.submit(client.execute, "{ n }") for _ in range(2)]
        failed = [error for error in outcomes(calls) if error is not None]
    assert len(failed) == 1
    assert "entry 2 is not a GraphQL response" in str(failed[0])


def test_b10_only_calls_with_equal_headers_are_batched(strawberry_server: Server) -> None:
    """All of them would be sent with the same headers; the same applies to extra_args."""
    document = '{ header(name: "x-a") }'
    with Client(strawberry_server.url, batch_interval=EVER, batch_max=2) as client:
        calls = [client.submit(document, headers={"X-A": letter}) for letter in "abab"]
        assert [call.result(30)["header"] for call in calls] == list("abab")
        calls = [client.submit(document, extra_args={"headers": {"X-A": letter}}) for letter in "cdcd"]
        assert [call.result(30)["header"] for call in calls] == list("cdcd")
        calls = [client.submit(document, extra_args={"timeout": seconds}) for seconds in (40, 50, 40, 50)]
        assert [call.result(30)["header"] for call in calls] == [None] * 4
    assert [len(batch) for batch in bodies(strawberry_server)] == [2] * 6


def test_header_functions_are_called_for_each_call_in_its_thread(
    strawberry_server: Server, pool: ThreadPoolExecutor
) -> None:
    """They are called where thread-locals are the caller's; different results go into different batches."""
    users = threading.local()

    def headers() -> dict[str, str]:
        return {"X-A": users.name}

    with Client(strawberry_server.url, headers=headers, batch_interval=SOON) as client:

        def ask(name: str) -> Any:
            users.name = name
            return client.execute('{ header(name: "x-a") }')["header"]

        assert list(pool.map(ask, "abcabc")) == list("abcabc")


def test_b11_a_call_that_times_out_leaves_the_batch(strawberry_server: Server, pool: ThreadPoolExecutor) -> None:
    """If it is unsent, it is not sent; the others receive their own results."""
    with Client(strawberry_server.url, batch_interval=EVER, batch_max=3) as client:
        first = pool.submit(client.execute, HELLO, {"name": "first"})
        with pytest.raises(TransportTimeout, match=r"^timeout expired after 0\.1 s"):
            client.execute(HELLO, {"name": "late"}, timeout=0.1)
        others = [pool.submit(client.execute, HELLO, {"name": name}) for name in "ab"]
        assert first.result() == {"hello": "Hello first!"}
        assert [call.result() for call in others] == [{"hello": "Hello a!"}, {"hello": "Hello b!"}]
    [batch] = bodies(strawberry_server)
    assert sorted(names_in(batch)) == ["a", "b", "first"]


def test_b11_a_call_that_times_out_in_a_sent_batch_is_ignored(pool: ThreadPoolExecutor) -> None:
    """Its time limit is its own; the others continue to wait."""
    received, may_answer = threading.Event(), threading.Event()

    def script(connection: WireConnection) -> None:
        request = connection.read_request()
        assert request is not None
        received.set()
        assert may_answer.wait(PATIENCE)
        names = names_in(json.loads(request.body))
        connection.send(answer(json.dumps([{"data": {"hello": name}} for name in names]).encode()))

    def leave() -> None:
        with pytest.raises(TransportTimeout):
            client.execute(HELLO, {"name": "late"}, timeout=1.5)

    with WireServer(script) as server, Client(server.url, batch_interval=EVER, batch_max=2) as client:
        patient = pool.submit(client.execute, HELLO, {"name": "patient"}, timeout=None)
        leave()
        while not received.wait(5):
            leave()  # The machine was so busy that the time was up before the batch was full.
        may_answer.set()
        assert patient.result() == {"hello": "patient"}
    assert len(server.requests) == 1


def test_b11_when_all_have_left_the_request_is_cancelled(strawberry_server: Server, pool: ThreadPoolExecutor) -> None:
    """The request is aborted if no call waits for it; an unsent batch is never sent."""
    with Client(strawberry_server.url, batch_interval=EVER, batch_max=2) as client:

        def call() -> None:
            calls = [pool.submit(client.execute, "{ sleep(seconds: 600) }", timeout=1.5) for _ in range(2)]
            assert [type(error) for error in outcomes(calls)] == [TransportTimeout] * 2

        strawberry_server.until_seen("sleep_started", call)
        strawberry_server.wait_for("aborted")
        with pytest.raises(TransportTimeout):
            client.execute(HELLO, {"name": "alone"}, timeout=0.1)
        pair = [pool.submit(client.execute, HELLO, {"name": name}) for name in "ab"]
        assert [call.result() for call in pair] == [{"hello": "Hello a!"}, {"hello": "Hello b!"}]
    [batch] = [body for body in bodies(strawberry_server) if body[0].get("variables")]
    assert sorted(names_in(batch)) == ["a", "b"]


def test_b12_closing_fails_queued_calls(strawberry_server: Server, pool: ThreadPoolExecutor) -> None:
    """No call waits forever, and nothing more is sent."""
    client = Client(strawberry_server.url, batch_interval=EVER, execute_timeout=None)
    submitted = [client.submit("{ hello }") for _ in range(3)]
    call = pool.submit(client.execute, "{ hello }")
    time.sleep(0.1)
    client.close()
    wait([*submitted, call], 30)
    assert [type(error) for error in outcomes([*submitted, call])] == [ClientClosed] * 4
    assert strawberry_server.seen() == []


def test_b12_closing_fails_sent_calls(strawberry_server: Server) -> None:
    """The server sees the request aborted."""
    client = Client(strawberry_server.url, batch_interval=EVER, batch_max=2, execute_timeout=None)
    calls = [client.submit("{ sleep(seconds: 60) }") for _ in range(2)]
    strawberry_server.wait_for("sleep_started")
    client.close()
    assert [type(error) for error in outcomes(calls)] == [ClientClosed] * 2
    strawberry_server.wait_for("aborted")


def test_submitted_calls_are_batched(strawberry_server: Server) -> None:
    """One thread is sufficient; a cancelled future leaves its batch."""
    with Client(strawberry_server.url, batch_interval=EVER, batch_max=3) as client:
        client.submit(HELLO, {"name": "cancelled"}).cancel()
        calls = [client.submit(HELLO, {"name": name}) for name in "abc"]
        assert [call.result(30) for call in calls] == [{"hello": f"Hello {name}!"} for name in "abc"]
    assert [len(body) for body in bodies(strawberry_server)] == [3]


@pytest.mark.parametrize(
    "call",
    [
        lambda client: client.execute("mutation ($f: Upload!) { upload(file: $f) { size } }", {"f": FileVar(b"x")}),
        lambda client: client.execute("{ hello }", extra_args={"method": "GET"}),
        lambda client: client.execute_batch(["{ hello }", "{ hello }"]),
        lambda client: client.execute_result("{ ... @defer { hello } }"),
    ],
    ids=["upload", "GET", "batch", "defer"],
)
def test_requests_that_cannot_be_batched_are_sent_alone(
    strawberry_server: Server, call: Callable[[Client], object]
) -> None:
    """It is sent immediately, because there is nothing to wait for."""
    with Client(strawberry_server.url, batch_interval=EVER) as client:
        call(client)


def test_a_syntax_error_is_reported_by_the_server(strawberry_server: Server) -> None:
    """The error is the same as without batches."""
    client = Client(strawberry_server.url, batch_interval=EVER)
    with client, pytest.raises(TransportQueryError, match="Syntax"):
        client.execute("subscription {")


def test_variables_are_checked_before_a_batch_is_joined(strawberry_server: Server) -> None:
    """It is raised in the calling thread, so no other request is affected."""
    with Client(strawberry_server.url, batch_interval=EVER) as client, pytest.raises(DocumentError, match="name"):
        client.execute(HELLO, {"name": object()})
    assert strawberry_server.seen() == []


def test_a_lost_batch_with_a_mutation_is_not_sent_again(pool: ThreadPoolExecutor) -> None:
    """A batch of queries is resent, on a connection that may have become stale."""

    def script(connection: WireConnection) -> None:
        connection.read_request()
        connection.send(answer(b'[{"data": {"n": 1}}, {"data": {"n": 2}}]'))
        connection.read_request()

    again = always(answer(b'[{"data": {"n": 1}}, {"data": {"n": 2}}]'))
    for document, count in ("query { n }", 3), ("mutation { n }", 2):
        with WireServer(script, again) as server, Client(server.url, batch_interval=EVER, batch_max=2) as client:
            wait([pool.submit(client.execute, "{ n }") for _ in range(2)])
            calls = [pool.submit(client.execute, text) for text in (document, "{ n }")]
            lost = [error for error in outcomes(calls) if isinstance(error, TransportConnectionFailed)]
            assert len(lost) == (0 if count == 3 else 2)
            assert len(server.requests) == count


def test_many_threads(strawberry_server: Server, pool: ThreadPoolExecutor) -> None:
    """Two hundred calls with short and long limits: each receives its own result, or a timeout."""
    with Client(strawberry_server.url, batch_interval=0.005, batch_max=7) as client:

        def greet(number: int) -> str:
            try:
                timeout = 0.004 if number % 10 == 0 else 60
                return str(client.execute(HELLO, {"name": str(number)}, timeout=timeout)["hello"])
            except TransportTimeout:
                return "late"

        answers = list(pool.map(greet, range(200)))
    for number, greeting in enumerate(answers):
        assert greeting == f"Hello {number}!" or (greeting == "late" and number % 10 == 0)


def test_batch_interval_0_is_the_transport_itself() -> None:
    """Without batches there is nothing between a call and the transport."""
    for interval, kind in ((0, AIOHTTPTransport), (1, Batcher)):
        client = Client("http://127.0.0.1:1/", batch_interval=interval)
        assert isinstance(TransportFactory(client._pipeline.options).build().queries, kind)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"batch_interval": "1"}, TypeError, "batch_interval must be a number of seconds, not str"),
        ({"batch_interval": True}, TypeError, "not bool"),
        ({"batch_interval": -1}, ValueError, "batch_interval must be 0 seconds"),
        ({"batch_interval": float("nan")}, ValueError, "not nan"),
        ({"batch_max": 0}, ValueError, "1 or more"),
        ({"batch_max": 2.5}, TypeError, "whole number of requests, not float"),
        ({"batch_interval": 1, "url": "ws://a/"}, TypeError, "AIOHTTPWebsocketsTransport cannot send batches"),
        (
            {"batch_interval": 1, "url": None, "transport": RequestsHTTPTransport("http://a/")},
            TypeError,
            "RequestsHTTPTransport does not support batch_interval=; omit it, or pass the Client the URL",
        ),
    ],
)
def test_a_wrong_option_is_an_error_at_once(options: dict[str, Any], error: type[Exception], message: str) -> None:
    """They are refused when the client is created."""
    with pytest.raises(error, match=message):
        Client(**{"url": "http://a/", **options})


def test_signed_requests_are_sent_alone(strawberry_server: Server) -> None:
    """Headers that depend on the body cannot be sent with a different body."""

    class Signature:
        def get_headers(self, data: str | None = None, headers: Any = None) -> dict[str, str]:
            return {"X-Signature": str(len(data or ""))}

    with Client(strawberry_server.url, auth=Signature(), batch_interval=EVER) as client:
        assert client.execute("{ hello }") == {"hello": "Hello world!"}


def test_errors_are_transport_errors() -> None:
    """Whatever happens to a batch, a caller can catch TransportError."""
    with Client("http://127.0.0.1:1/", batch_interval=0.01) as client, pytest.raises(TransportError):
        client.execute("{ a }")
