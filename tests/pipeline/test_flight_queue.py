"""FlightQueue: several flights at a time; the loop thread begins the next one."""

from __future__ import annotations

import pytest

from syncgql import Client, ClientClosed, GraphQLRequest
from syncgql.bulk.request_executor import GetResult
from syncgql.runtime.sliced_queue import SlicedQueue

from ..fix_servers import Server


def sleep(seconds: float) -> GraphQLRequest:
    return GraphQLRequest(f"{{ sleep(seconds: {seconds}) }}")


def test_the_loop_begins_the_next_flight(strawberry_server: Server) -> None:
    """Without any action of the thread that added it, and never more than the limit at the same time."""
    done: SlicedQueue[GetResult] = SlicedQueue()
    with Client(strawberry_server.url) as client:
        executor = client._pipeline.bulk_executor(concurrency=2)
        for _ in range(6):
            executor.submit(sleep(0.1), done.put)
        for _ in range(6):
            strawberry_server.wait_for("response")
        assert [done.get()().data for _ in range(6)] == [{"sleep": 0.1}] * 6
    under_way = most = 0
    for entry in strawberry_server.seen():
        under_way += {"sleep_started": 1, "response": -1}.get(entry["event"], 0)
        most = max(most, under_way)
    assert most == 2


def test_the_time_in_the_queue_does_not_count(strawberry_server: Server) -> None:
    """The limit of each call begins with its turn."""
    done: SlicedQueue[GetResult] = SlicedQueue()
    with Client(strawberry_server.url, timeout=2) as client:
        executor = client._pipeline.bulk_executor()
        for _ in range(4):
            executor.submit(sleep(0.8), done.put)
        assert [done.get()().data for _ in range(4)] == [{"sleep": 0.8}] * 4


def test_close_ends_those_that_wait(strawberry_server: Server) -> None:
    """They have an outcome, too, so that no thread waits forever."""
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


def test_none_begins_after_cancel(strawberry_server: Server) -> None:
    """Neither those that wait nor the next."""
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
