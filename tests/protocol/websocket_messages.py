"""Messages for property tests of the subprotocols: valid, nearly valid and hostile ones."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from syncgql import TransportProtocolError
from syncgql.protocol.websocket import WebSocketProtocol
from syncgql.protocol.websocket_events import Received

TYPES = [
    "connection_ack",
    "connection_error",
    "connection_init",
    "ping",
    "pong",
    "ka",
    "next",
    "data",
    "error",
    "complete",
    "subscribe",
    "start",
    "start_ack",
    "stop",
    "connection_terminate",
    "",
    "\ud800",
]

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
values: st.SearchStrategy[Any] = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
)
errors = st.lists(st.fixed_dictionaries({}, optional={"message": values, "path": values, "error": values}), max_size=2)
answers = st.fixed_dictionaries({}, optional={"data": values, "errors": errors | values, "extensions": values})

messages = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(TYPES) | values,
        "id": st.sampled_from(["1", "2", "3", "99", ""]) | values,
        "payload": answers | errors | st.fixed_dictionaries({"message": values}) | values,
    },
)
"""Objects that resemble messages."""

texts = messages.map(json.dumps) | values.map(json.dumps) | st.text(max_size=20) | st.just("[" * 100_000)
"""Text frames that a peer may send."""

frames = texts | st.binary(max_size=20) | messages.map(lambda message: json.dumps(message).encode())
"""Frames that a peer may send: text or bytes."""


def take(machine: WebSocketProtocol, frame: str | bytes) -> Received | TransportProtocolError | None:
    """Pass a frame to a machine; return its event, or the violation."""
    try:
        return machine.receive_bytes(frame) if isinstance(frame, bytes) else machine.receive(frame)
    except TransportProtocolError as error:
        return error
