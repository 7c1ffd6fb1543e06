"""Peer: the server side of a subscription, which plays a script."""

from __future__ import annotations

import pytest

from syncgql import Client, TransportQueryError, TransportTimeout
from syncgql.testing import GraphQLMock, errors, event

from .program import ADDED, URL


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
