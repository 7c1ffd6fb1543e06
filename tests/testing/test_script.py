"""Script: the events of a subscription, step by step."""

from __future__ import annotations

import pytest

from syncgql import Client, TransportQueryError
from syncgql.testing import GraphQLMock, complete, event, pause

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
