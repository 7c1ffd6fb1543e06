"""The option ``max_message_size`` of clients and transports."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

import syncgql
from syncgql.transport.options import MAX_MESSAGE_SIZE, check_message_size

ACCEPTING = [
    "AIOHTTPWebsocketsTransport",
    "AppSyncWebsocketsTransport",
    "Client",
    "EventStreamTransport",
    "MultipartSubscriptionTransport",
    "PhoenixChannelWebsocketsTransport",
]


@pytest.mark.parametrize("name", ACCEPTING)
def test_the_default_is_the_same_everywhere(name: str) -> None:
    """Changing the transport does not change the limit."""
    assert inspect.signature(getattr(syncgql, name)).parameters["max_message_size"].default == MAX_MESSAGE_SIZE


@pytest.mark.parametrize(("size", "error"), [(-1, ValueError), (1.5, TypeError), (None, TypeError), (True, TypeError)])
def test_a_size_is_a_whole_number_of_bytes(size: Any, error: type[Exception]) -> None:
    """0 means no limit, so None, which would be ambiguous, is an error."""
    with pytest.raises(error, match="max_message_size must be"):
        check_message_size(size)
    assert [check_message_size(good) for good in (0, 1, MAX_MESSAGE_SIZE)] == [0, 1, MAX_MESSAGE_SIZE]
