"""GraphQLTransportWS: the subprotocol ``graphql-transport-ws``.

Follows "GraphQL over WebSocket Protocol" (PROTOCOL.md of the graphql-ws library). One connection goes::

    OPEN --connection_init--> AWAITING_ACK --connection_ack--> READY --close--> CLOSED

and one operation, on a READY connection::

    subscribe --next*--> error | complete from either side

After its end everything with an operation's id is ignored: the server may have sent it before it saw our ``complete``.
Where servers bend the rules without harm the machine lets them: one object, a text or none as the payload of ``error``,
or a list within an object; a ``next`` without ``data`` and ``errors``; a null payload where none is meant, and an empty
list in the acknowledgement; and Hasura's ``connection_error``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import json_codec
from .websocket import (
    Acknowledged,
    BrokenMessage,
    Failed,
    Pinged,
    Ponged,
    Reaction,
    Refused,
    State,
    WebSocketProtocol,
    failure_errors,
    ignore,
    on_complete,
    on_event,
    operation_id,
)


class GraphQLTransportWS(WebSocketProtocol):
    """The client's side of ``graphql-transport-ws`` on one connection."""

    NAME = "graphql-transport-ws"
    START, STOP = "subscribe", "complete"
    VIOLATION_CODE = 4400

    def connection_init(self, payload: Mapping[str, Any] | None) -> str:
        self._enter(State.AWAITING_ACK)
        # No payload member when there is none: Strawberry closes with 4400 on "payload": null.
        return _message("connection_init", payload)

    def ping(self, payload: Mapping[str, Any] | None = None) -> str:
        return _message("ping", payload)

    def pong(self, payload: Mapping[str, Any] | None = None) -> str:
        return _message("pong", payload)

    # -- reactions

    def _on_ack(self, message: dict[str, Any]) -> Acknowledged:
        # PHP writes an empty object as [].
        payload = None if message.get("payload") == [] else _object_or_none(message)
        self._enter(State.READY)
        return Acknowledged(payload)

    def _on_connection_error(self, message: dict[str, Any]) -> Refused:
        self._enter(State.CLOSED)
        return Refused(message.get("payload"))

    def _on_ping(self, message: dict[str, Any]) -> Pinged:
        payload = _object_or_none(message)
        try:
            self.pong(payload).encode()
        except (ValueError, RecursionError):  # lone surrogates, 1e999: read as JSON but not to be written as such
            raise BrokenMessage("the payload of ping can be sent back") from None
        return Pinged(payload)

    def _on_pong(self, message: dict[str, Any]) -> Ponged:
        return Ponged(_object_or_none(message))

    def _on_error(self, message: dict[str, Any]) -> Failed | None:
        id = operation_id(message)
        return Failed(id, failure_errors(message)) if self._end(id) else None

    REACTIONS: Mapping[State, Mapping[str, Reaction]] = {  # type: ignore[misc]
        State.OPEN: {"ping": _on_ping, "pong": _on_pong},
        State.AWAITING_ACK: {
            "connection_ack": _on_ack,
            "connection_error": _on_connection_error,
            "ping": _on_ping,
            "pong": _on_pong,
            "complete": ignore,
        },
        State.READY: {
            "next": on_event,
            "error": _on_error,
            "complete": on_complete,
            "ping": _on_ping,
            "pong": _on_pong,
            "connection_ack": ignore,
            "connection_error": _on_connection_error,
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
