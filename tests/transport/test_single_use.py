"""The list of servers that need a new connection for each request."""

from __future__ import annotations

import time

import pytest

from syncgql.transport.single_use import SingleUseServers, is_idle_timeout


def test_a_server_is_listed_for_a_while(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """The time starts again with each sign, and only the first sign is logged."""
    now = 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    servers = SingleUseServers()
    assert "a" not in servers
    servers.add("a", "a.test:80")
    now += 400
    servers.add("a", "a.test:80")
    now += 400
    assert "a" in servers
    assert "b" not in servers
    now += 300
    assert "a" not in servers
    assert len(caplog.records) == 1
    servers.add("a", "a.test:80")
    assert len(caplog.records) == 2
    assert "a.test:80 sent bytes" in caplog.text


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"HTTP/1.1 408 Request Timeout\r\n", True),
        (b"HTTP/1.0 408 Request Time-out\r\n\r\n", True),
        (b"HTTP/1.1 200 OK\r\n", False),
        (b"\r\n", False),
    ],
)
def test_408_is_how_an_idle_connection_ends(data: bytes, expected: bool) -> None:
    """A server that ends idle connections in this way is still trusted."""
    assert is_idle_timeout(data) is expected
