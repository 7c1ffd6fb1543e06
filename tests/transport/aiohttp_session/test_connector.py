"""PoolWait: a timeout reports that the call waited for a free connection; ``submit`` does not count the wait."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

import aiohttp
import pytest

from syncgql import Client, TransportTimeout

from ...servers.wire import WireConnection, WireServer, answer

PATIENCE = 60.0  # seconds


class Held:
    """A server that responds when the test allows it."""

    def __init__(self) -> None:
        self.may_answer = threading.Event()
        self.came = threading.Semaphore(0)

    def __call__(self, connection: WireConnection) -> None:
        while (request := connection.read_request()) is not None:
            self.came.release()
            assert self.may_answer.wait(PATIENCE)
            payload = json.loads(request.body)
            result = {"data": {"ok": True}}
            connection.send(
                answer(json.dumps([result] * len(payload) if isinstance(payload, list) else result).encode())
            )


@pytest.fixture
def held() -> Iterator[tuple[Held, str]]:
    script = Held()
    with WireServer(script) as server:
        yield script, server.url
        script.may_answer.set()


def one_connection(**limits: Any) -> dict[str, Any]:
    return {"connector": lambda: aiohttp.TCPConnector(**(limits or {"limit": 1}))}


@pytest.mark.parametrize("limits", [{"limit": 1}, {"limit": 0, "limit_per_host": 1}])
def test_a_timeout_without_a_free_connection(held: tuple[Held, str], limits: dict[str, Any]) -> None:
    """The server is not at fault, and a mutation can safely be resent."""
    server, url = held
    with Client(url, client_session_args=one_connection(**limits)) as client:
        first = client.submit("{ ok }")
        assert server.came.acquire(timeout=PATIENCE)
        queued = r"waited [\d.]+ s for the only connection of the pool; it was not sent"
        with pytest.raises(TransportTimeout, match=queued) as caught:
            client.execute("mutation { ok }", timeout=0.3)
        assert caught.value.sent is False
        server.may_answer.set()
        assert first.result(PATIENCE) == {"ok": True}


def test_a_timeout_after_sending(held: tuple[Held, str]) -> None:
    """It is unknown whether the server has begun."""
    server, url = held
    with Client(url) as client:

        def call() -> TransportTimeout:
            with pytest.raises(TransportTimeout) as caught:
                client.execute("{ ok }", timeout=1.5)
            return caught.value

        error = call()
        while error.sent is False:  # The machine was so busy that the request was not sent in time.
            error = call()
    assert error.sent is None
    assert "was cancelled" in str(error)
    assert server.came.acquire(timeout=PATIENCE)


def test_submit_does_not_count_the_queue(held: tuple[Held, str]) -> None:
    """Calls that wait for a connection longer than their limit are sent and executed."""
    server, url = held
    with Client(url, client_session_args=one_connection()) as client:
        futures = [client.submit("{ ok }", timeout=None), *(client.submit("{ ok }", timeout=0.5) for _ in range(5))]
        assert server.came.acquire(timeout=PATIENCE)
        with pytest.raises(TransportTimeout):
            client.execute("{ ok }", timeout=1)
        assert not any(future.done() for future in futures)
        server.may_answer.set()
        assert [future.result(PATIENCE) for future in futures] == [{"ok": True}] * 6


@pytest.mark.parametrize("batch_max", [1, 2])
def test_submit_in_batches_does_not_count_the_queue(held: tuple[Held, str], batch_max: int) -> None:
    """Calls in a batch that waits for a connection longer than their limit are sent, and succeed."""
    server, url = held
    with Client(url, client_session_args=one_connection(), batch_interval=PATIENCE, batch_max=batch_max) as client:
        first = [client.submit("{ ok }", timeout=None) for _ in range(batch_max)]
        assert server.came.acquire(timeout=PATIENCE)
        futures = [client.submit("{ ok }", timeout=0.5) for _ in range(2)]
        with pytest.raises(TransportTimeout):
            client.execute_batch(["{ ok }"], timeout=1)
        assert not any(future.done() for future in futures)
        server.may_answer.set()
        assert [future.result(PATIENCE) for future in (*first, *futures)] == [{"ok": True}] * (batch_max + 2)


def test_a_timeout_in_a_batch_without_a_free_connection(held: tuple[Held, str]) -> None:
    """Its error reports the progress of the batch."""
    server, url = held
    with Client(url, client_session_args=one_connection(), batch_interval=PATIENCE, batch_max=1) as client:
        first = client.submit("{ ok }")
        assert server.came.acquire(timeout=PATIENCE)
        queued = r"waited [\d.]+ s for the only connection of the pool; it was not sent"
        with pytest.raises(TransportTimeout, match=queued) as caught:
            client.execute("mutation { ok }", timeout=0.3)
        assert caught.value.sent is False
        server.may_answer.set()
        assert first.result(PATIENCE) == {"ok": True}


@pytest.mark.parametrize(("batch_max", "sent"), [(1, None), (2, False)])
def test_sent_of_a_call_in_a_batch(held: tuple[Held, str], batch_max: int, sent: bool | None) -> None:
    """An incomplete batch was not sent; a sent batch may have arrived."""
    _, url = held
    with Client(url, batch_interval=PATIENCE, batch_max=batch_max) as client:

        def call() -> TransportTimeout:
            with pytest.raises(TransportTimeout) as caught:
                client.execute("mutation { ok }", timeout=1.5)
            return caught.value

        error = call()
        while error.sent is not sent:  # The machine was so busy that the batch was not sent in time.
            error = call()


def test_submit_still_has_a_limit(held: tuple[Held, str]) -> None:
    """The time starts when the call has a connection."""
    _, url = held
    with Client(url) as client:
        error = client.submit("{ ok }", timeout=0.3).exception(PATIENCE)
    assert isinstance(error, TransportTimeout)


def test_the_connect_limit_without_a_free_connection(held: tuple[Held, str]) -> None:
    """``connect`` includes the wait for a free connection."""
    server, url = held
    limits = aiohttp.ClientTimeout(total=None, connect=0.2)
    with Client(url, client_session_args=one_connection(), timeout=limits) as client:
        first = client.submit("{ ok }")
        assert server.came.acquire(timeout=PATIENCE)
        with pytest.raises(TransportTimeout, match=r"connect expired .* for the only connection of the pool") as caught:
            client.execute("{ ok }")
        assert (caught.value.limit, caught.value.sent) == ("connect", False)
        server.may_answer.set()
        first.result(PATIENCE)
