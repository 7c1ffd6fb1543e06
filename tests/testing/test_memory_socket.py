"""MemorySocket: connections without a network, which a script drops."""

from __future__ import annotations

from typing import Any

import pytest

from syncgql import Client, TokenAuth, TransportConnectionFailed
from syncgql.runtime.event_buffer import Overflow
from syncgql.testing import GraphQLMock, complete, drop, event

from .program import ADDED, URL


@pytest.mark.parametrize("code", [None, 1001, 1012])
def test_reconnect(mock: GraphQLMock, code: int | None) -> None:
    """A dropped connection is re-established immediately, and the script continues after the drop."""
    mock.script("Added", event({"n": 1}), drop(code), event({"n": 2}), complete())
    gaps: list[float] = []
    with Client(URL, on_reconnect=gaps.append) as client:
        events = client.subscribe(ADDED)
        assert list(events) == [{"n": 1}, {"n": 2}]
        assert events.stats.reconnects == 1
    assert len(gaps) == 1
    assert len(mock.calls_of("Added")) == 2


@pytest.mark.parametrize(
    "credentials",
    [
        {"headers": lambda: {"Authorization": "Bearer ada"}},
        {"auth": lambda: "Bearer ada"},
        {"auth": TokenAuth(lambda: "ada")},
        {"headers": {"Authorization": "Bearer ada"}, "init_payload": dict},
    ],
    ids=["headers", "auth", "TokenAuth", "init_payload"],
)
@pytest.mark.parametrize("overflow", ["block", "drop_oldest"])
def test_functions_for_credentials(mock: GraphQLMock, credentials: dict[str, Any], overflow: Overflow) -> None:
    """A function may return the credentials of a subscription; it is called for each connection."""
    mock.script("Added", event({"n": 1}), drop(1012), event({"n": 2}), complete())
    with Client(URL, **credentials) as client:
        assert list(client.subscribe(ADDED, overflow=overflow)) == [{"n": 1}, {"n": 2}]
    mock.assert_called("Added", headers={"Authorization": "Bearer ada"}, times=2)


def test_a_fatal_close_code(mock: GraphQLMock) -> None:
    """A final close code ends the subscription."""
    mock.script("Added", event({"n": 1}), drop(4400, "bad request"))
    with Client(URL) as client:
        events = client.subscribe(ADDED)
        assert next(events) == {"n": 1}
        with pytest.raises(TransportConnectionFailed, match="bad request") as caught:
            next(events)
    assert caught.value.code == 4400


def test_without_reconnects(mock: GraphQLMock) -> None:
    """A client with reconnect=False does not reconnect."""
    mock.script("Added", drop(1001), event({"n": 2}))
    with Client(URL, reconnect=False) as client, pytest.raises(TransportConnectionFailed):
        next(client.subscribe(ADDED))
