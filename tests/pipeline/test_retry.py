"""Retry: failed operations are sent again, and mutations only when that is safe."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from syncgql import Client, RetryPolicy, TransportConnectionFailed, TransportRateLimited, TransportServerError

from ..servers.wire import WireConnection, WireServer, answer

QUERY = "{ ok }"
MUTATION = "mutation { ok }"
QUICK = RetryPolicy(base=0, throttled_base=0)
THROTTLED = b'{"errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}]}'


def replies(*wires: bytes) -> Any:
    """Answer each request of all connections in turn; an empty reply closes the connection."""
    left = list(wires)

    def script(connection: WireConnection) -> None:
        while connection.read_request() is not None:
            wire = left.pop(0) if left else answer()
            if not wire:
                return
            connection.send(wire)

    return script


UNAVAILABLE = answer(b"down", status="503 Service Unavailable", content_type="text/plain")


@pytest.mark.parametrize("failure", [b"", UNAVAILABLE, answer(THROTTLED)])
def test_a_query_is_sent_again(failure: bytes) -> None:
    """After a lost connection, a status and a throttle."""
    with WireServer(replies(failure, failure)) as server, Client(server.url, retry=QUICK) as client:
        assert client.execute(QUERY) == {"ok": True}
        assert len(server.requests) == 3


@pytest.mark.parametrize("failure", [b"", UNAVAILABLE])
def test_a_mutation_that_may_have_run_is_not_sent_again(failure: bytes) -> None:
    """Unless the policy says that it may run twice."""
    with WireServer(replies(failure)) as server, Client(server.url, retry=QUICK) as client:
        with pytest.raises((TransportConnectionFailed, TransportServerError)) as info:
            client.execute(MUTATION)
        assert (info.value.attempts, len(server.requests)) == (1, 1)
    always = RetryPolicy(base=0, mutations="always")
    with WireServer(replies(failure)) as server, Client(server.url, retry=always) as client:
        assert client.execute(MUTATION) == {"ok": True}


def test_a_throttled_mutation_is_sent_again() -> None:
    """The server did not execute it."""
    refused = answer(b"", status="429 Too Many Requests")
    with WireServer(replies(answer(THROTTLED), refused)) as server, Client(server.url, retry=QUICK) as client:
        assert client.execute(MUTATION) == {"ok": True}
        assert len(server.requests) == 3


def test_attempts_are_counted_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    """In the error, in the log and by on_retry."""
    heard: list[tuple[int, float]] = []
    policy = RetryPolicy(base=0, on_retry=lambda error, delay: heard.append((error.attempts, delay)))
    with (
        WireServer(replies(*3 * [UNAVAILABLE])) as server,
        Client(server.url, retry=policy) as client,
        caplog.at_level(logging.INFO, "syncgql"),
        pytest.raises(TransportServerError) as info,
    ):
        client.execute(QUERY)
    assert info.value.attempts == 3
    assert heard == [(1, 0.0), (2, 0.0)]
    assert [record.levelname for record in caplog.records] == ["INFO", "INFO"]


def test_a_wait_beyond_the_deadline_does_not_begin() -> None:
    """Retry-After of an hour: the error is raised at once."""
    busy = answer(b"", "Retry-After: 3600", status="429 Too Many Requests")
    with (
        WireServer(replies(busy)) as server,
        Client(server.url, retry=True, timeout=30) as client,
        pytest.raises(TransportRateLimited, match="the next attempt would be 3600") as info,
    ):
        client.execute(QUERY)
    assert info.value.retry_after == 3600
