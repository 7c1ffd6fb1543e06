"""BulkExecutor: on the loop without threads, and in worker threads behind middleware."""

from __future__ import annotations

import contextvars
import threading

import pytest

from syncgql import Client, ExecutionResult, GraphQLRequest, Operation, RequestsHTTPTransport
from syncgql.bulk.request_executor import GetResult
from syncgql.pipeline.middleware import Execute
from syncgql.runtime.sliced_queue import SlicedQueue

from ..fix_servers import Server

HELLO = GraphQLRequest("{ hello }")


def test_a_request_on_the_loop(strawberry_server: Server) -> None:
    """The callback receives a function that returns the result."""
    done: SlicedQueue[GetResult] = SlicedQueue()
    with Client(strawberry_server.url) as client:
        client._pipeline.bulk_executor().submit(HELLO, done.put)
        assert done.get()().data == {"hello": "Hello world!"}


def test_middleware_has_the_context_of_the_caller(strawberry_server: Server) -> None:
    """In its worker thread it sees the caller's context variables."""
    user: contextvars.ContextVar[str] = contextvars.ContextVar("user")
    seen: list[tuple[str, bool]] = []

    def middleware(operation: Operation, call_next: Execute) -> ExecutionResult:
        seen.append((user.get(), threading.current_thread() is threading.main_thread()))
        return call_next(operation)

    done: SlicedQueue[GetResult] = SlicedQueue()
    user.set("Ann")
    with Client(strawberry_server.url, middleware=[middleware]) as client:
        client._pipeline.bulk_executor().submit(HELLO, done.put)
        done.get()()
    assert seen == [("Ann", False)]


def test_errors_of_middleware(strawberry_server: Server) -> None:
    """They are raised where the result is requested."""

    def middleware(operation: Operation, call_next: Execute) -> ExecutionResult:
        raise ZeroDivisionError

    done: SlicedQueue[GetResult] = SlicedQueue()
    with Client(strawberry_server.url, middleware=[middleware]) as client:
        client._pipeline.bulk_executor().submit(HELLO, done.put)
        with pytest.raises(ZeroDivisionError):
            done.get()()


def test_a_blocking_transport_sends_in_worker_threads(strawberry_server: Server) -> None:
    """As many at a time as *concurrency* allows, whatever the number of processors."""
    done: SlicedQueue[GetResult] = SlicedQueue()
    with Client(transport=RequestsHTTPTransport(strawberry_server.url)) as client:
        executor = client._pipeline.bulk_executor(concurrency=12)
        for _ in range(12):
            executor.submit(GraphQLRequest("{ sleep(seconds: 0.5) }"), done.put)
        for _ in range(12):
            assert done.get()().data == {"sleep": 0.5}
    events = [entry["event"] for entry in strawberry_server.seen() if entry["event"] in {"sleep_started", "response"}]
    assert events[:12] == ["sleep_started"] * 12
