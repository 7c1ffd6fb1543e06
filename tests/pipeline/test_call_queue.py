"""CallQueue: starts calls in order, up to a limit."""

from __future__ import annotations

import pytest

from syncgql import Client, ClientClosed, GraphQLRequest
from syncgql.bulk.request_executor import GetResult
from syncgql.runtime.sliced_queue import SlicedQueue

from ..fix_servers import Server


def sleep(seconds: float) -> GraphQLRequest:
    return GraphQLRequest(f"{{ sleep(seconds: {seconds}) }}")


def test_the_loop_starts_the_next_call(strawberry_server: Server) -> None:
    """It does so without the thread that added the call, and never exceeds the limit."""
    done: SlicedQueue[GetResult] = SlicedQueue()
    with Client(strawberry_server.url) as client:
        executor = client._pipeline.bulk_executor(concurrency=2)
        for _ in range(6):
            executor.submit(sleep(0.1), done.put)
        for _ in range(6):
            strawberry_server.wait_for("response")
        assert [done.get()().data for _ in range(6)] == [{"sleep": 0.1}] * 6
    running = most = 0
    for entry in strawberry_server.seen():
        running += {"sleep_started": 1, "response": -1}.get(entry["event"], 0)
        most = max(most, running)
    assert most == 2


def test_the_time_in_the_queue_does_not_count(strawberry_server: Server) -> None:
    """The time limit of each call begins when it is started."""
    done: SlicedQueue[GetResult] = SlicedQueue()
    with Client(strawberry_server.url, timeout=7) as client:
        executor = client._pipeline.bulk_executor()
        for _ in range(5):
            executor.submit(sleep(1.5), done.put)
        assert [done.get()().data for _ in range(5)] == [{"sleep": 1.5}] * 5


def test_close_ends_waiting_calls(strawberry_server: Server) -> None:
    """Each waiting call has an outcome, so that no thread waits forever."""
    done: SlicedQueue[GetResult] = SlicedQueue()
    with Client(strawberry_server.url, timeout=None) as client:
        executor = client._pipeline.bulk_executor()
        for _ in range(3):
            executor.submit(sleep(600), done.put)
        strawberry_server.wait_for("sleep_started")
    for _ in range(3):
        with pytest.raises(ClientClosed):
            done.get()()
    assert len(strawberry_server.seen("sleep_started")) == 1


def test_no_call_starts_after_cancel(strawberry_server: Server) -> None:
    """Waiting calls are dropped."""
    done: SlicedQueue[GetResult] = SlicedQueue()
    with Client(strawberry_server.url, timeout=None) as client:
        executor = client._pipeline.bulk_executor()
        for _ in range(3):
            executor.submit(sleep(600), done.put)
        strawberry_server.wait_for("sleep_started")
        executor.cancel()
        strawberry_server.wait_for("sleep_cancelled")
        client.execute("{ hello }")
    assert len(strawberry_server.seen("sleep_started")) == 1
