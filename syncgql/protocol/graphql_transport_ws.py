"""GraphQLTransportWS: the subprotocol ``graphql-transport-ws``.

Follows "GraphQL over WebSocket Protocol", PROTOCOL.md of the graphql-ws library:
https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md

The states of a connection are::

    OPEN --connection_init--> AWAITING_ACK --connection_ack--> READY --close--> CLOSED

and those of an operation on a READY connection::

    subscribe --next*--> error | complete from either side

After the end of an operation, messages with its id are ignored, because the server may have sent them before it
received the client's ``complete``. Harmless deviations of servers are accepted: an ``error`` without a payload, or with
one object, a string, or a list within an object; a ``next`` without ``data`` and ``errors``; a null payload where the
protocol has none; an empty list in the acknowledgement; and Hasura's ``connection_error``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from . import json_codec
from .websocket import (
    BrokenMessage,
    Receives,
    Sends,
    State,
    WebSocketProtocol,
    failure_errors,
    ignore,
    on_complete,
    on_event,
    operation_id,
)
from .websocket_events import Acknowledged, Failed, Pinged, Ponged, Refused


class GraphQLTransportWS(WebSocketProtocol):
    """The client's side of ``graphql-transport-ws`` on one connection."""

    NAME = "graphql-transport-ws"
    WIRE = NAME
    START, STOP = "subscribe", "complete"
    VIOLATION_CODE = 4400
    HAS_PINGS = True

    def connection_init(self, payload: Mapping[str, Any] | None) -> str:
        self._send("connection_init")
        # The payload member is omitted if there is no payload: Strawberry closes with 4400 on "payload": null.
        return _message("connection_init", payload)

    def ping(self, payload: Mapping[str, Any] | None = None) -> str:
        self._send("ping")
        return _message("ping", payload)

    def pong(self, payload: Mapping[str, Any] | None = None) -> str:
        self._send("pong")
        return _message("pong", payload)

    # -- reactions

    def _on_ack(self, message: dict[str, Any]) -> Acknowledged:
        # PHP writes an empty object as [].
        payload = None if message.get("payload") == [] else _object_or_none(message)
        return Acknowledged(payload)

    def _on_connection_error(self, message: dict[str, Any]) -> Refused:
        return Refused(message.get("payload"))

    def _on_ping(self, message: dict[str, Any]) -> Pinged:
        payload = _object_or_none(message)
        try:
            _message("pong", payload).encode()
        except (ValueError, RecursionError):  # lone surrogates, 1e999: can be read as JSON but not written
            raise BrokenMessage("the payload of ping can be sent back") from None
        return Pinged(payload)

    def _on_pong(self, message: dict[str, Any]) -> Ponged:
        return Ponged(_object_or_none(message))

    def _on_error(self, message: dict[str, Any]) -> Failed | None:
        id = operation_id(message)
        return Failed(id, failure_errors(message)) if self._end(id) else None

    RECEIVES: ClassVar[Receives] = {
        State.OPEN: {
            "ping": (_on_ping, State.OPEN),
            "pong": (_on_pong, State.OPEN),
        },
        State.AWAITING_ACK: {
            "connection_ack": (_on_ack, State.READY),
            "connection_error": (_on_connection_error, State.CLOSED),
            "ping": (_on_ping, State.AWAITING_ACK),
            "pong": (_on_pong, State.AWAITING_ACK),
            "complete": (ignore, State.AWAITING_ACK),
        },
        State.READY: {
            "next": (on_event, State.READY),
            "error": (_on_error, State.READY),
            "complete": (on_complete, State.READY),
            "ping": (_on_ping, State.READY),
            "pong": (_on_pong, State.READY),
            "connection_ack": (ignore, State.READY),
            "connection_error": (_on_connection_error, State.CLOSED),
        },
        State.CLOSED: {},
    }
    SENDS: ClassVar[Sends] = {
        State.OPEN: {
            "connection_init": State.AWAITING_ACK,
            "ping": State.OPEN,
            "pong": State.OPEN,
        },
        State.AWAITING_ACK: {
            "ping": State.AWAITING_ACK,
            "pong": State.AWAITING_ACK,
        },
        State.READY: {
            "subscribe": State.READY,
            "complete": State.READY,
            "ping": State.READY,
            "pong": State.READY,
        },
        State.CLOSED: {},
    }


def _message(type: str, payload: Mapping[str, Any] | None) -> str:
    return json_codec.dumps({"type": type} if payload is None else {"type": type, "payload": payload})


def _object_or_none(message: dict[str, Any]) -> dict[str, Any] | None:
    payload = message.get("payload")
    if payload is None or isinstance(payload, dict):
        return payload
    raise BrokenMessage(f"the payload of {message['type']} is an object")
