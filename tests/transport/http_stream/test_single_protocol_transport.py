"""The constructor that the transports over streams have in common."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from syncgql import EventStreamTransport, MultipartSubscriptionTransport
from syncgql.transport.http_stream.single_protocol_transport import SingleProtocolTransport

URL = "http://example.com/graphql"
Streams = type[EventStreamTransport] | type[MultipartSubscriptionTransport]
BOTH = pytest.mark.parametrize("transport", [EventStreamTransport, MultipartSubscriptionTransport])


def parameters(transport: type) -> dict[str, inspect.Parameter]:
    return dict(inspect.signature(transport).parameters)


def test_one_option_differs() -> None:
    """Only Server-Sent Events have a mode in which operations share a connection; all defaults are equal."""
    events = parameters(EventStreamTransport)
    assert events.pop("single_connection").default is False
    assert events == parameters(MultipartSubscriptionTransport) == parameters(SingleProtocolTransport)


@BOTH
@pytest.mark.parametrize(
    ("option", "error"),
    [
        ({"url": "ws://example.com"}, ValueError),
        ({"json_deserialize": 1}, TypeError),
        ({"max_response_size": 0}, ValueError),
        ({"keep_alive_timeout": 0}, ValueError),
        ({"reconnect": 1.5}, TypeError),
    ],
    ids=str,
)
def test_options_are_checked(transport: Streams, option: dict[str, Any], error: type[Exception]) -> None:
    """A mistake is found when the transport is created."""
    with pytest.raises(error):
        transport(**{"url": URL, **option})


@BOTH
def test_options_are_passed_on(transport: Streams) -> None:
    """Those that concern streams reach their options."""
    made = transport(URL, reconnect=True, keep_alive_timeout=5, max_message_size=7)
    assert made.url == URL
    assert made.reconnects
    assert (made._options.keep_alive_timeout, made._options.max_message_size) == (5, 7)
