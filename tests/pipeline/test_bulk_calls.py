"""BulkCalls: on the loop without threads, and in worker threads behind middleware."""

from __future__ import annotations

import contextvars
import threading

import pytest

from syncgql import Client, ExecutionResult, GraphQLRequest, Operation, RequestsHTTPTransport
from syncgql.bulk.calls import Outcome
from syncgql.pipeline.middleware import Execute
from syncgql.runtime.sliced_queue import SlicedQueue

from ..fix_servers import Server

HELLO = GraphQLRequest("{ hello }")


def test_a_call_lands(strawberry_server: Server) -> None:
    """The thread that takes the outcome gets the answer."""
    outcomes: SlicedQueue[Outcome] = SlicedQueue()
    with Client(strawberry_server.url) as client:
        client._pipeline.calls().start(HELLO, outcomes.put)
        assert outcomes.get()().data == {"hello": "Hello world!"}


def test_middleware_has_the_context_of_the_caller(strawberry_server: Server) -> None:
    """In its worker thread it sees the caller's context variables."""
    user: contextvars.ContextVar[str] = contextvars.ContextVar("user")
    seen: list[tuple[str, bool]] = []

    def middleware(operation: Operation, call_next: Execute) -> ExecutionResult:
        seen.append((user.get(), threading.current_thread() is threading.main_thread()))
        return call_next(operation)

    outcomes: SlicedQueue[Outcome] = SlicedQueue()
    user.set("Ann")
    with Client(strawberry_server.url, middleware=[middleware]) as client:
        client._pipeline.calls().start(HELLO, outcomes.put)
        outcomes.get()()
    assert seen == [("Ann", False)]


def test_errors_of_middleware_land_too(strawberry_server: Server) -> None:
    """They are raised where the outcome is taken."""

    def middleware(operation: Operation, call_next: Execute) -> ExecutionResult:
        raise ZeroDivisionError

    outcomes: SlicedQueue[Outcome] = SlicedQueue()
    with Client(strawberry_server.url, middleware=[middleware]) as client:
        client._pipeline.calls().start(HELLO, outcomes.put)
        with pytest.raises(ZeroDivisionError):
            outcomes.get()()


def test_a_blocking_transport_sends_in_worker_threads(strawberry_server: Server) -> None:
    """As many at a time as was said, whatever the number of processors."""
    outcomes: SlicedQueue[Outcome] = SlicedQueue()
    with Client(transport=RequestsHTTPTransport(strawberry_server.url)) as client:
        calls = client._pipeline.calls(concurrency=12)
        for _ in range(12):
            calls.start(GraphQLRequest("{ sleep(seconds: 0.5) }"), outcomes.put)
        for _ in range(12):
            assert outcomes.get()().data == {"sleep": 0.5}
    events = [entry["event"] for entry in strawberry_server.seen() if entry["event"] in {"sleep_started", "response"}]
    assert events[:12] == ["sleep_started"] * 12
