"""Client.submit: futures of results, against a real server."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError, Future, as_completed, wait

import pytest

from syncgql import Client, ClientClosed, TransportQueryError, TransportTimeout

from ..fix_servers import PATIENCE, Server
from ..runtimes import runtime_of

GREET = "query ($name: String!) { hello(name: $name) }"


@pytest.fixture
def client(strawberry_server: Server) -> Iterator[Client]:
    with Client(strawberry_server.url) as client:
        yield client


def test_results_arrive_in_futures(client: Client) -> None:
    """One thread submits many requests; ``as_completed`` yields each when it is done."""
    futures = {client.submit(GREET, {"name": str(number)}): number for number in range(20)}
    for future in as_completed(futures, PATIENCE):
        assert future.result() == {"hello": f"Hello {futures[future]}!"}


def test_they_run_at_the_same_time(client: Client, strawberry_server: Server) -> None:
    """The last one has started before the first has ended."""
    futures = [client.submit("{ sleep(seconds: 0.5) }") for _ in range(5)]
    assert wait(futures, PATIENCE).not_done == set()
    events = [entry["event"] for entry in strawberry_server.seen() if entry["event"] in {"sleep_started", "response"}]
    assert events[:5] == ["sleep_started"] * 5


def test_errors_are_raised_by_result(client: Client) -> None:
    """Errors in the response, and failures to get one, are raised."""
    with pytest.raises(TransportQueryError, match="It failed"):
        client.submit("{ fail }").result(PATIENCE)
    with pytest.raises(TransportTimeout):
        client.submit("{ sleep(seconds: 600) }", timeout=0.2).result(PATIENCE)


def test_cancel_reaches_the_wire(client: Client, strawberry_server: Server) -> None:
    """The request is aborted on the server, and waiting threads get an exception."""
    future = client.submit("{ sleep(seconds: 600) }", timeout=None)
    strawberry_server.wait_for("sleep_started")
    waiting = threading.Thread(target=wait, args=([future],))
    waiting.start()
    assert future.cancel()
    waiting.join(PATIENCE)
    assert not waiting.is_alive()
    strawberry_server.wait_for("aborted")
    strawberry_server.wait_for("sleep_cancelled")
    with pytest.raises(CancelledError):
        future.result()


def test_callbacks_may_call(client: Client) -> None:
    """They do not run on the loop thread, so they may use the client."""
    answers: list[str] = []
    called = threading.Event()

    def callback(future: Future[dict[str, str]]) -> None:
        answers.append(client.execute(GREET, {"name": future.result()["hello"]})["hello"])
        called.set()

    client.submit("{ hello }").add_done_callback(callback)
    assert called.wait(PATIENCE)
    assert answers == ["Hello Hello world!!"]


def test_close_fails_pending_futures(client: Client, strawberry_server: Server) -> None:
    """The future raises ClientClosed, and the request is aborted."""
    future = client.submit("{ sleep(seconds: 600) }")
    strawberry_server.wait_for("sleep_started")
    client.close()
    with pytest.raises(ClientClosed):
        future.result(PATIENCE)
    strawberry_server.wait_for("sleep_cancelled")


def test_f30_the_request_is_executed_without_future_and_client(strawberry_server: Server) -> None:
    """With both dropped, the request is still executed, and then everything ends."""
    client = Client(strawberry_server.url)
    runtime = runtime_of(client)
    client.submit("{ sleep(seconds: 0.2) }")
    del client
    gc.collect()
    strawberry_server.wait_for("response")
    for _ in range(300):
        gc.collect()
        runtime.join(0.1)
        if not runtime.thread.is_running:
            break
    assert not runtime.thread.is_running
