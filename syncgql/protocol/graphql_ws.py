"""GraphQLWS: the legacy subprotocol ``graphql-ws``.

Follows PROTOCOL.md of subscriptions-transport-ws 0.11, which was archived in 2023, and the servers that still speak it,
such as Hasura, Strawberry, Ariadne and Apollo Server 2:
https://github.com/apollographql/subscriptions-transport-ws/blob/master/PROTOCOL.md

The states of a connection are::

    OPEN --connection_init--> AWAITING_ACK --connection_ack--> READY --connection_terminate--> CLOSED

and those of an operation on a READY connection::

    start --data*--> error | complete | stop from the client

The servers differ, so this side accepts an ``error`` of any shape, a missing ``complete``, and messages for operations
that were stopped. There are no pings; ``ka`` is the server's keep-alive and is not answered.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from . import json_codec
from .close_codes import INTERNAL_ERROR, PING_TIMEOUT, RetryDecision
from .websocket import (
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
from .websocket_events import Acknowledged, Complained, Failed, Refused


class GraphQLWS(WebSocketProtocol):
    """The client's side of legacy ``graphql-ws`` on one connection."""

    NAME = "graphql-ws"
    WIRE = NAME
    START, STOP = "start", "stop"
    VIOLATION_CODE = 1002
    # The protocol has no other code for a failure of the server.
    DECISIONS: ClassVar[Mapping[int, RetryDecision]] = {INTERNAL_ERROR: RetryDecision.YES}

    def connection_init(self, payload: Mapping[str, Any] | None) -> str:
        self._send("connection_init")
        # Always has a payload, because some servers read it without checking that it exists.
        return json_codec.dumps({"type": "connection_init", "payload": payload or {}})

    def close(self) -> list[str]:
        if self.state is not State.READY:
            return super().close()
        messages = [self._stop(id) for id in self.operations]
        self._send("connection_terminate")
        return [*messages, '{"type":"connection_terminate"}']

    def decision(self, code: int, reason: str = "", *, complained: bool = False) -> RetryDecision:
        if complained and code == INTERNAL_ERROR and (code, reason) != PING_TIMEOUT:
            return RetryDecision.WITH_NEW_CREDENTIALS
        return super().decision(code, reason, complained=complained)

    # -- reactions

    def _on_ack(self, message: dict[str, Any]) -> Acknowledged:
        payload = message.get("payload")
        return Acknowledged(payload if isinstance(payload, dict) else None)

    def _on_refusal(self, message: dict[str, Any]) -> Refused:
        return Refused(message.get("payload"))

    def _on_complaint(self, message: dict[str, Any]) -> Complained:
        return Complained(message.get("payload"))

    def _on_error(self, message: dict[str, Any]) -> Failed | Complained | None:
        if message.get("id") is None:
            return self._on_complaint(message)
        id = operation_id(message)
        return Failed(id, failure_errors(message)) if self._end(id) else None

    RECEIVES: ClassVar[Receives] = {
        State.OPEN: {
            "ka": (ignore, State.OPEN),
        },
        State.AWAITING_ACK: {
            "connection_ack": (_on_ack, State.READY),
            "connection_error": (_on_refusal, State.CLOSED),
            "ka": (ignore, State.AWAITING_ACK),
            "data": (ignore, State.AWAITING_ACK),
            "error": (_on_error, State.AWAITING_ACK),
            "complete": (ignore, State.AWAITING_ACK),
            "start_ack": (ignore, State.AWAITING_ACK),
        },
        State.READY: {
            "data": (on_event, State.READY),
            "error": (_on_error, State.READY),
            "complete": (on_complete, State.READY),
            "ka": (ignore, State.READY),
            "connection_ack": (ignore, State.READY),
            "connection_error": (_on_complaint, State.READY),
            "start_ack": (ignore, State.READY),
        },
        State.CLOSED: {},
    }
    SENDS: ClassVar[Sends] = {
        State.OPEN: {"connection_init": State.AWAITING_ACK},
        State.AWAITING_ACK: {},
        State.READY: {"start": State.READY, "stop": State.READY, "connection_terminate": State.CLOSED},
        State.CLOSED: {},
    }
