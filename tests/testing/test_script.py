"""Script: the events of a subscription, step by step."""

from __future__ import annotations

from typing import Any

import pytest

from syncgql import Client, TokenAuth, TransportQueryError, TransportTimeout
from syncgql.runtime.event_buffer import Overflow
from syncgql.testing import GraphQLMock, complete, drop, errors, event, pause

from .program import ADDED, URL


def test_a_script(mock: GraphQLMock) -> None:
    """A script may have events, events with errors, pauses and an end."""
    mock.script(
        "Added", event({"n": 1}), event(None, errors=[{"message": "bad"}]), pause(0.01), event({"n": 2}), complete()
    )
    with Client(URL, headers={"X": "1"}, init_payload={"user": "me"}) as client:
        events = client.subscribe(ADDED)
        assert next(events) == {"n": 1}
        with pytest.raises(TransportQueryError, match="bad"):
            next(events)
        assert list(events) == [{"n": 2}]
    (call,) = mock.calls
    assert (call.init_payload, call.headers["X"], call.operation_name) == ({"user": "me"}, "1", "Added")


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


def test_rejection(mock: GraphQLMock) -> None:
    """A rejected subscription raises at its first event."""
    mock.script("Added", errors("not allowed"))
    with Client(URL) as client, pytest.raises(TransportQueryError, match="not allowed"):
        next(client.subscribe(ADDED))


def test_an_open_end(mock: GraphQLMock) -> None:
    """A script without an end leaves the subscription open until the consumer closes it."""
    mock.script("Added", event({"n": 1}))
    with Client(URL) as client, client.subscribe(ADDED) as events:
        assert next(events) == {"n": 1}
        with pytest.raises(TransportTimeout):
            events.next(timeout=0.05)
