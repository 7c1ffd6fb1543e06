"""FlightQueue: several flights at a time; the loop thread begins the next one."""

from __future__ import annotations

import pytest

from syncgql import Client, ClientClosed, GraphQLRequest
from syncgql.bulk.calls import Outcome
from syncgql.runtime.sliced_queue import SlicedQueue

from ..fix_servers import Server


def sleep(seconds: float) -> GraphQLRequest:
    return GraphQLRequest(f"{{ sleep(seconds: {seconds}) }}")


def test_the_loop_begins_the_next_flight(strawberry_server: Server) -> None:
    """Without any action of the thread that added it, and never more than the limit at the same time."""
    landed: SlicedQueue[Outcome] = SlicedQueue()
    with Client(strawberry_server.url) as client:
        calls = client._pipeline.calls(concurrency=2)
        for _ in range(6):
            calls.start(sleep(0.1), landed.put)
        for _ in range(6):
            strawberry_server.wait_for("response")
        assert [landed.get()().data for _ in range(6)] == [{"sleep": 0.1}] * 6
    under_way = most = 0
    for entry in strawberry_server.seen():
        under_way += {"sleep_started": 1, "response": -1}.get(entry["event"], 0)
        most = max(most, under_way)
    assert most == 2


def test_the_time_in_the_queue_does_not_count(strawberry_server: Server) -> None:
    """The limit of each call begins with its turn."""
    landed: SlicedQueue[Outcome] = SlicedQueue()
    with Client(strawberry_server.url, timeout=4) as client:
        calls = client._pipeline.calls()
        for _ in range(4):
            calls.start(sleep(1.5), landed.put)
        assert [landed.get()().data for _ in range(4)] == [{"sleep": 1.5}] * 4


def test_close_ends_those_that_wait(strawberry_server: Server) -> None:
    """They have an outcome, too, so that no thread waits forever."""
    landed: SlicedQueue[Outcome] = SlicedQueue()
    with Client(strawberry_server.url, timeout=None) as client:
        calls = client._pipeline.calls()
        for _ in range(3):
            calls.start(sleep(600), landed.put)
        strawberry_server.wait_for("sleep_started")
    for _ in range(3):
        with pytest.raises(ClientClosed):
            landed.get()()
    assert len(strawberry_server.seen("sleep_started")) == 1


def test_none_begins_after_cancel(strawberry_server: Server) -> None:
    """Neither those that wait nor the next."""
    landed: SlicedQueue[Outcome] = SlicedQueue()
    with Client(strawberry_server.url, timeout=None) as client:
        calls = client._pipeline.calls()
        for _ in range(3):
            calls.start(sleep(600), landed.put)
        strawberry_server.wait_for("sleep_started")
        calls.cancel()
        strawberry_server.wait_for("sleep_cancelled")
        client.execute("{ hello }")
    assert len(strawberry_server.seen("sleep_started")) == 1
