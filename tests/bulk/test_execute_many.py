"""Client.execute_many: many requests, several at a time, against real servers."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from graphql import build_schema

from syncgql import (
    Client,
    ClientClosed,
    DocumentError,
    FailedRequest,
    GraphQLRequest,
    LocalSchemaTransport,
    RequestsHTTPTransport,
    RetryPolicy,
    TransportQueryError,
    TransportTimeout,
)
from syncgql.testing import GraphQLMock

from ..client.test_counts import functions_entered
from ..fix_scripts import RunScript
from ..fix_servers import PATIENCE, Server
from ..servers.wire import WireConnection, WireServer, always, answer

GREET = "query ($name: String!) { hello(name: $name) }"
SLEEP = "query ($seconds: Float!) { sleep(seconds: $seconds) }"


def names(count: int) -> Iterator[dict[str, Any]]:
    return ({"name": str(number)} for number in range(count))


def greetings(count: int) -> list[dict[str, str]]:
    return [{"hello": f"Hello {number}!"} for number in range(count)]


OPTIONS: dict[str, dict[str, Any]] = {
    "plain": {},
    "retry": {"retry": True},
    "deduplicate": {"deduplicate": True},
    "middleware": {"middleware": [lambda operation, call_next: call_next(operation)]},
    "batches": {"batch_interval": 0.01},
    "validation": {"fetch_schema_from_transport": True},
}


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
@pytest.mark.parametrize("ordered", [True, False])
def test_all_results_are_returned(strawberry_server: Server, options: dict[str, Any], ordered: bool) -> None:
    """All results are returned with every policy, in the order of the requests or as they arrive."""
    with Client(strawberry_server.url, **options) as client:
        found = list(client.execute_many(GREET, names(50), ordered=ordered))
    assert (found if ordered else sorted(found, key=lambda data: int(data["hello"][6:-1]))) == greetings(50)


def test_a_blocking_transport(strawberry_server: Server) -> None:
    """Each request in flight has a worker thread."""
    with Client(transport=RequestsHTTPTransport(strawberry_server.url)) as client:
        assert list(client.execute_many(GREET, names(30))) == greetings(30)


def test_a_websocket(strawberry_server: Server) -> None:
    """Requests may share one socket."""
    with Client(strawberry_server.ws_url) as client:
        assert list(client.execute_many(GREET, names(30))) == greetings(30)


def test_a_local_schema() -> None:
    """A local schema needs no server."""
    schema = build_schema("type Query { hello: String }")
    with Client(transport=LocalSchemaTransport(schema, root_value={"hello": "world"})) as client:
        assert list(client.execute_many(["{ hello }"] * 10)) == [{"hello": "world"}] * 10


def test_the_mock() -> None:
    """The mock returns the registered results."""
    with GraphQLMock() as mock, Client("https://example.com/graphql") as client:
        mock.add("Book", {"book": {"title": "Emma"}})
        assert list(client.execute_many(["query Book { book { title } }"] * 3)) == 3 * [{"book": {"title": "Emma"}}]


def test_requests_of_all_kinds(strawberry_server: Server) -> None:
    """An iterable may contain texts, documents and requests."""
    request = GraphQLRequest(GREET, {"name": "1"})
    with Client(strawberry_server.url) as client:
        found = list(client.execute_many(["{ hello }", request, GraphQLRequest("{ a: hello }").document]))
    assert found == [{"hello": "Hello world!"}, {"hello": "Hello 1!"}, {"a": "Hello world!"}]


class Counting:
    """An endless iterable that counts the items taken from it."""

    def __init__(self) -> None:
        self.taken = 0

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for self.taken in itertools.count(1):
            yield {"name": str(self.taken - 1)}


@pytest.mark.parametrize("ordered", [True, False])
def test_requests_are_taken_when_there_is_room(strawberry_server: Server, ordered: bool) -> None:
    """At most twice *concurrency* items are taken ahead of the results."""
    requests = Counting()
    with (
        Client(strawberry_server.url) as client,
        client.execute_many(GREET, requests, concurrency=4, ordered=ordered) as results,
    ):
        assert requests.taken == 0
        for number, _ in enumerate(itertools.islice(results, 40), 1):
            assert requests.taken <= number + 8


def test_concurrency_limits_the_requests_in_flight(strawberry_server: Server) -> None:
    """As many requests as *concurrency* are in flight at the same time, and never more."""
    with Client(strawberry_server.url) as client:
        list(client.execute_many(SLEEP, [{"seconds": 0.2}] * 12, concurrency=4))
    under_way = most = 0
    for entry in strawberry_server.seen():
        under_way += {"sleep_started": 1, "response": -1}.get(entry["event"], 0)
        most = max(most, under_way)
    assert most == 4


def test_a_slow_response_does_not_delay_the_others(strawberry_server: Server) -> None:
    """The requests behind it are sent in the meantime, up to twice *concurrency*."""
    seconds = [2.0, *[0.01] * 20]
    with (
        Client(strawberry_server.url) as client,
        client.execute_many(SLEEP, ({"seconds": each} for each in seconds), concurrency=4) as results,
    ):
        assert next(results) == {"sleep": 2.0}
        assert len(strawberry_server.seen("sleep_started")) == 8


def test_no_thread_per_request(strawberry_server: Server) -> None:
    """Without middleware, no thread is started; with middleware, each request in flight has a thread."""
    with Client(strawberry_server.url) as client:
        client.execute("{ hello }")
        before = set(threading.enumerate())
        with client.execute_many(SLEEP, [{"seconds": 0.3}] * 20, concurrency=20) as results:
            next(results)
            assert set(threading.enumerate()) <= before
    with Client(strawberry_server.url, retry=True) as client:
        client.execute("{ hello }")
        with client.execute_many(SLEEP, [{"seconds": 0.3}] * 20, concurrency=20) as results:
            next(results)
            assert sum(thread.name.startswith("syncgql-bulk") for thread in threading.enumerate()) == 20


def test_an_error_is_raised_and_cancels_the_others(strawberry_server: Server) -> None:
    """The message says which request failed."""
    requests = ["{ hello }", "{ fail }", "{ sleep(seconds: 600) }"]
    with Client(strawberry_server.url, timeout=None) as client:
        results = client.execute_many(requests)
        assert next(results) == {"hello": "Hello world!"}
        with pytest.raises(TransportQueryError, match=r"It failed \(at fail\)\. This was request 1 of execute_many"):
            next(results)
        strawberry_server.wait_for("sleep_cancelled")
        # A loop that is run again does not look complete.
        with pytest.raises(RuntimeError, match='on_error="return"'):
            list(results)


def test_a_complete_iterator_has_no_more_results(strawberry_server: Server) -> None:
    """The same applies to one that was closed."""
    with Client(strawberry_server.url) as client:
        complete = client.execute_many(["{ hello }"])
        assert [len(list(complete)), len(list(complete))] == [1, 0]
        closed = client.execute_many(["{ hello }"])
        closed.close()
        assert list(closed) == []


@pytest.mark.parametrize("options", [{}, {"retry": True}], ids=["loop", "threads"])
def test_errors_are_returned(strawberry_server: Server, options: dict[str, Any]) -> None:
    """A failed request takes the place of its result, even if it could not be sent."""
    requests: list[Any] = [
        GraphQLRequest(GREET, {"name": "1"}),
        "{ fail }",
        "subscription { count }",
        "{ sleep(seconds: 600) }",
    ]
    with Client(strawberry_server.url, timeout=1, **options) as client:
        found = list(client.execute_many(requests, on_error="return"))
        while sum(isinstance(each.error, TransportTimeout) for each in found if isinstance(each, FailedRequest)) > 1:
            found = list(client.execute_many(requests, on_error="return"))  # The machine was too busy.
    assert found[0] == {"hello": "Hello 1!"}
    kinds = [type(each.error) for each in found[1:]]
    assert [kinds[0], kinds[2]] == [TransportQueryError, TransportTimeout]
    assert issubclass(kinds[1], (DocumentError, TransportQueryError))
    assert [each.number for each in found[1:]] == [1, 2, 3]
    assert isinstance(found[1], FailedRequest)
    assert found[1].request.text == "{ fail }"


STOPS = ["break", "close", "drop"]


@pytest.mark.parametrize("options", [{}, {"retry": True}], ids=["loop", "threads"])
@pytest.mark.parametrize("stop", STOPS)
def test_the_end_of_the_loop_cancels(strawberry_server: Server, stop: str, options: dict[str, Any]) -> None:
    """The requests in flight are cancelled on the server."""
    requests = ["{ hello }", *["{ sleep(seconds: 600) }"] * 20]
    with Client(strawberry_server.url, timeout=None, **options) as client:
        if stop == "break":
            for _ in client.execute_many(requests, concurrency=4):
                strawberry_server.wait_for("sleep_started")
                break
        else:
            results = client.execute_many(requests, concurrency=4)
            next(results)
            strawberry_server.wait_for("sleep_started")
            if stop == "close":
                results.close()
            del results
        strawberry_server.wait_for("sleep_cancelled")
        assert len(strawberry_server.seen("sleep_started")) <= 4


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_another_process(strawberry_server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """A forked child raises instead of waiting for responses that only its parent receives."""
    with Client(strawberry_server.url) as client, client.execute_many(["{ hello }"] * 20, concurrency=2) as results:
        next(results)
        with monkeypatch.context() as patch:
            patch.setattr(os, "getpid", lambda: -1)
            with pytest.raises(RuntimeError, match="another process"):
                next(results)


def test_a_failing_iterator(strawberry_server: Server) -> None:
    """Its exception is raised, and the requests in flight are cancelled."""

    def requests() -> Iterator[str]:
        yield "{ sleep(seconds: 600) }"
        strawberry_server.wait_for("sleep_started")
        raise ZeroDivisionError("the file ended")

    with Client(strawberry_server.url, timeout=None) as client:
        with pytest.raises(ZeroDivisionError, match="the file ended"):
            next(client.execute_many(requests()))
        strawberry_server.wait_for("sleep_cancelled")


@pytest.mark.parametrize("options", [{}, {"retry": True}], ids=["loop", "threads"])
def test_close_of_the_client(strawberry_server: Server, options: dict[str, Any]) -> None:
    """The iterator raises ClientClosed, even if errors are returned."""
    client = Client(strawberry_server.url, timeout=None, **options)

    def close() -> None:
        strawberry_server.wait_for("sleep_started")
        client.close()

    closer = threading.Thread(target=close)
    closer.start()
    with pytest.raises(ClientClosed):
        next(client.execute_many(["{ sleep(seconds: 600) }"], on_error="return"))
    closer.join(PATIENCE)


def test_retries(strawberry_server: Server) -> None:
    """Each request is retried on its own."""
    down = answer(b"down", status="503 Service Unavailable", content_type="text/plain")
    counter = itertools.count()

    def script(connection: WireConnection) -> None:
        while connection.read_request() is not None:
            connection.send(down if next(counter) % 3 == 0 else answer())

    with WireServer(script) as server, Client(server.url, retry=RetryPolicy(attempts=10, base=0)) as client:
        assert list(client.execute_many(["{ ok }"] * 30)) == [{"ok": True}] * 30


def test_progress(strawberry_server: Server) -> None:
    """A function receives the number of results, and the number of requests if it is known."""
    reported: list[tuple[int, int | None]] = []

    def progress(done: int, total: int | None) -> None:
        reported.append((done, total))

    with Client(strawberry_server.url) as client:
        list(client.execute_many(GREET, list(names(3)), progress=progress))
        list(client.execute_many(GREET, names(2), progress=progress))
    assert reported == [(1, 3), (2, 3), (3, 3), (1, None), (2, None)]


@pytest.mark.parametrize(
    ("arguments", "options", "match"),
    [
        (("{ hello }",), {}, "an iterable of requests"),
        ((GraphQLRequest("{ hello }"),), {}, "an iterable of requests"),
        ((3,), {}, "an iterable of requests"),
        (("{ hello }", {"name": "x"}), {}, "an iterable of mappings"),
        (([],), {"concurrency": "many"}, "concurrency"),
        (([],), {"ordered": 1}, "ordered"),
        (([],), {"progress": 3}, "progress"),
        (([],), {"timeout": "long"}, "timeout"),
        (([],), {"retries": 3}, "retries"),
    ],
)
def test_mistakes(arguments: tuple[Any, ...], options: dict[str, Any], match: str) -> None:
    """The error names the argument, before anything is sent."""
    with pytest.raises(TypeError, match=match):
        Client("http://127.0.0.1:9/").execute_many(*arguments, **options)


@pytest.mark.parametrize("options", [{"concurrency": 0}, {"on_error": "ignore"}, {"timeout": -1}])
def test_values_that_are_out_of_range(options: dict[str, Any]) -> None:
    """The error names the argument, before anything is sent."""
    with pytest.raises(ValueError, match=next(iter(options))):
        Client("http://127.0.0.1:9/").execute_many([], **options)


def test_an_item_that_is_not_a_request(strawberry_server: Server) -> None:
    """A mistake of the program is raised in any case."""
    with Client(strawberry_server.url) as client, pytest.raises(TypeError, match="must be GraphQL source text"):
        list(client.execute_many([3], on_error="return"))  # type: ignore[call-overload]


def test_a_request_enters_few_functions() -> None:
    """The consumer's thread holds the GIL in these functions, so that the loop thread waits for it."""
    count = 200
    with WireServer(always(answer())) as server, Client(server.url) as client:
        list(client.execute_many(["{ ok }"] * 10))
        entered = functions_entered(lambda: list(client.execute_many(["{ ok }"] * count)))
    # 55 in each request, and two for each tenth of a second in which no response arrives.
    assert entered <= 60 * count


MEMORY = """
import itertools, sys
from syncgql import Client
from syncgql.testing import GraphQLMock


def resident() -> int:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096


client = Client(sys.argv[1])
results = client.execute_many("{ hello }", itertools.repeat({}), concurrency=16)
sizes = []
for number in range(4):
    for _ in itertools.islice(results, 1000):
        pass
    sizes.append(resident())
print((max(sizes[1:]) - sizes[0]) // 1024)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="resident size is read from /proc")
def test_memory_stays_the_same(strawberry_server: Server, run_script: RunScript) -> None:
    """The resident size does not grow over thousands of requests of an endless iterable."""
    result = run_script(MEMORY, strawberry_server.canned('{"data": {"hello": "Hello world!"}}'))
    assert int(result.stdout) < 4096, result.stderr


INTERRUPT = """
import sys
from syncgql import Client

client = Client(sys.argv[1], timeout=None, retry=sys.argv[2] == "retry")
print("started", flush=True)
try:
    for _ in client.execute_many(["{ sleep(seconds: 600) }"] * 9, concurrency=3):
        pass
except KeyboardInterrupt:
    print("interrupted", flush=True)
    sys.stdin.read()
"""


@pytest.mark.parametrize("option", ["none", "retry"])
def test_ctrl_c(strawberry_server: Server, option: str) -> None:
    """The requests in flight are cancelled while the program continues."""
    program = subprocess.Popen(
        [sys.executable, "-c", INTERRUPT, strawberry_server.url, option],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        strawberry_server.wait_for("sleep_started")
        program.send_signal(signal.SIGINT)
        assert program.stdout is not None
        assert [program.stdout.readline() for _ in range(2)] == ["started\n", "interrupted\n"]
        strawberry_server.wait_for("sleep_cancelled")
    finally:
        program.kill()
        program.communicate()
