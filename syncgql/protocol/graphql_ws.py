"""GraphQLWS: the legacy subprotocol ``graphql-ws``.

Follows PROTOCOL.md of subscriptions-transport-ws 0.11, which was archived in 2023, and what its servers do: Hasura,
Strawberry, Ariadne, Apollo Server 2 and others still speak it. One connection goes::

    OPEN --connection_init--> AWAITING_ACK --connection_ack--> READY --connection_terminate--> CLOSED

and one operation, on a READY connection::

    start --data*--> error | complete | our stop

Its servers agree on little, so much is tolerated: every shape of an ``error``, a ``complete`` that never comes, answers
to operations that were stopped. There are no pings; ``ka`` is the server's sign of life and is not answered.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import json_codec
from .close_codes import INTERNAL_ERROR, RetryDecision
from .websocket import (
    Acknowledged,
    Complained,
    Failed,
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


class GraphQLWS(WebSocketProtocol):
    """The client's side of legacy ``graphql-ws`` on one connection."""

    NAME = "graphql-ws"
    START, STOP = "start", "stop"
    VIOLATION_CODE = 1002
    # The protocol has no other code for trouble in the server.
    DECISIONS: Mapping[int, RetryDecision] = {INTERNAL_ERROR: RetryDecision.YES}  # type: ignore[misc]

    def connection_init(self, payload: Mapping[str, Any] | None) -> str:
        self._enter(State.AWAITING_ACK)
        # Always with a payload: some servers read from it without looking whether it is there.
        return json_codec.dumps({"type": "connection_init", "payload": payload or {}})

    def close(self) -> list[str]:
        is_told = self.state is State.READY
        messages = super().close()
        return [*messages, '{"type":"connection_terminate"}'] if is_told else messages

    def decision(self, code: int, *, complained: bool = False) -> RetryDecision:
        if complained and code == INTERNAL_ERROR:
            return RetryDecision.WITH_NEW_CREDENTIALS
        return super().decision(code, complained=complained)

    # -- reactions

    def _on_ack(self, message: dict[str, Any]) -> Acknowledged:
        self._enter(State.READY)
        payload = message.get("payload")
        return Acknowledged(payload if isinstance(payload, dict) else None)

    def _on_refusal(self, message: dict[str, Any]) -> Refused:
        self._enter(State.CLOSED)
        return Refused(message.get("payload"))

    def _on_complaint(self, message: dict[str, Any]) -> Complained:
        return Complained(message.get("payload"))

    def _on_error(self, message: dict[str, Any]) -> Failed | Complained | None:
        if message.get("id") is None:
            return self._on_complaint(message)
        id = operation_id(message)
        return Failed(id, failure_errors(message)) if self._end(id) else None

    REACTIONS: Mapping[State, Mapping[str, Reaction]] = {  # type: ignore[misc]
        State.OPEN: {"ka": ignore},
        State.AWAITING_ACK: {
            "connection_ack": _on_ack,
            "connection_error": _on_refusal,
            "ka": ignore,
            "data": ignore,
            "error": _on_error,
            "complete": ignore,
            "start_ack": ignore,
        },
        State.READY: {
            "data": on_event,
            "error": _on_error,
            "complete": on_complete,
            "ka": ignore,
            "connection_ack": ignore,
            "connection_error": _on_complaint,
            "start_ack": ignore,
        },
        State.CLOSED: {},
    }
