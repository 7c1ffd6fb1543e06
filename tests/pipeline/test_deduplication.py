"""Deduplication: identical queries in flight share one request, and nothing else."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from syncgql import AIOHTTPTransport, Client, FileVar, RequestsHTTPTransport, TransportTimeout
from syncgql.runtime import single_flight

from ..servers.wire import WireConnection, WireServer, answer

PATIENCE = 60.0
QUERY = "query ($n: Int) { ok(n: $n) }"


class HeldServer:
    """A server that responds when the test tells it to."""

    def __init__(self) -> None:
        self.may_answer = threading.Event()
        self.received = threading.Semaphore(0)
        self.wire = WireServer(self._script)

    def _script(self, connection: WireConnection) -> None:
        while connection.read_request() is not None:
            self.received.release()
            self.may_answer.wait(PATIENCE)
            connection.send(answer(b'{"data": {"ok": [1]}}'))

    def __enter__(self) -> HeldServer:
        self.wire.__enter__()
        return self

    def __exit__(self, *exception: Any) -> None:
        self.may_answer.set()
        self.wire.__exit__(None, None, None)


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> threading.Semaphore:
    """Released for each thread that begins to wait for the request of another."""
    begun = threading.Semaphore(0)
    wait: Callable[..., Any] = single_flight._wait

    def counted(*arguments: Any) -> Any:
        begun.release()
        return wait(*arguments)

    monkeypatch.setattr(single_flight, "_wait", counted)
    return begun


def run(server: HeldServer, arrived: threading.Semaphore, *calls: Callable[[], Any]) -> list[Future[Any]]:
    """Make the calls at once, each in a thread, and let the server respond when all but the first have arrived."""
    with ThreadPoolExecutor(len(calls)) as pool:
        futures = [pool.submit(calls[0])]
        assert server.received.acquire(timeout=PATIENCE)
        futures += [pool.submit(call) for call in calls[1:]]
        for _ in calls[1:]:
            assert arrived.acquire(timeout=PATIENCE)
        server.may_answer.set()
        return futures


def test_identical_queries_share_a_request(waiting: threading.Semaphore) -> None:
    """Each caller gets data of its own."""
    with HeldServer() as server, Client(server.wire.url, deduplicate=True) as client:
        calls = 4 * [lambda: client.execute(QUERY, {"n": 1})]
        answers = [future.result() for future in run(server, waiting, *calls)]
        assert answers == 4 * [{"ok": [1]}]
        assert len({id(each["ok"]) for each in answers}) == 4
        assert len(server.wire.requests) == 1


@pytest.mark.parametrize(
    ("other", "options"),
    [
        (("query ($n: Int) { ok(n: $n) also: ok }", {"n": 1}), {}),
        ((QUERY, {"n": 2}), {}),
        ((QUERY, {"n": 1}), {"headers": {"X-User": "2"}}),
        ((QUERY, {"n": 1}), {"extra_args": {"allow_redirects": False}}),
        (("mutation ($n: Int) { ok(n: $n) }", {"n": 1}), {}),
    ],
)
def test_different_operations_do_not(other: Any, options: Any) -> None:
    """Another text, other variables, headers or arguments; a mutation."""
    with HeldServer() as server, Client(server.wire.url, deduplicate=True) as client:
        run(server, server.received, lambda: client.execute(QUERY, {"n": 1}), lambda: client.execute(*other, **options))
        assert len(server.wire.requests) == 2


def test_mutations_and_uploads_are_sent_each() -> None:
    """However equal they are."""
    with HeldServer() as server, Client(server.wire.url, deduplicate=True) as client:
        run(server, server.received, *2 * [lambda: client.execute("mutation { ok }")])
        upload = FileVar(b"x", filename="x")
        run(server, server.received, *2 * [lambda: client.execute("query ($n: Upload) { ok }", {"n": upload})])
        assert len(server.wire.requests) == 4


def test_a_call_that_times_out_does_not_end_the_others(waiting: threading.Semaphore) -> None:
    """The first caller's limit is its own."""
    with HeldServer() as server, Client(server.wire.url, deduplicate=True) as client, ThreadPoolExecutor(2) as pool:
        first = pool.submit(client.execute, QUERY, {"n": 1}, timeout=1.5)
        while not server.received.acquire(timeout=5):  # the machine was so busy that no request was sent in time
            first = pool.submit(client.execute, QUERY, {"n": 1}, timeout=1.5)
        second = pool.submit(client.execute, QUERY, {"n": 1})
        assert isinstance(first.exception(PATIENCE), TransportTimeout)
        server.may_answer.set()
        assert second.result(PATIENCE) == {"ok": [1]}


@pytest.mark.parametrize(
    "options",
    [
        {"url": "http://api.test/", "headers": lambda: {"X-User": "1"}},
        {"url": "http://api.test/", "auth": lambda: "Bearer 1"},
        {"transport": AIOHTTPTransport("http://api.test/", auth=lambda: "Bearer 1")},
        {"transport": RequestsHTTPTransport("http://api.test/", headers=lambda: {"X-User": "1"})},
    ],
)
def test_credentials_that_differ_by_caller_are_refused(options: dict[str, Any]) -> None:
    """Otherwise, one caller would receive the result of another."""
    with pytest.raises(TypeError, match="deduplicate=True could return one caller's response to another"):
        Client(**options, deduplicate=True)


def test_values_that_are_not_flags() -> None:
    """It is refused when the client is created."""
    with pytest.raises(TypeError, match="deduplicate"):
        Client("http://api.test/", deduplicate=1)  # type: ignore[arg-type]
