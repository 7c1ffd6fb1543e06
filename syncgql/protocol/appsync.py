"""AppSync: the realtime protocol of AWS AppSync.

Follows the AppSync Developer Guide, "Building a real-time WebSocket client":
https://docs.aws.amazon.com/appsync/latest/devguide/real-time-websocket-client.html

The protocol resembles ``graphql-ws``, whose name it uses, but the server confirms each operation::

    start --start_ack--> data* --> error | complete, or stop from the client and complete

No event is lost after ``start_ack``. The server may ignore a ``stop`` that it receives earlier, so an operation that is
cancelled while it is starting is stopped when its confirmation arrives. ``OPERATION_RECEIVES`` and ``OPERATION_CAUSES``
define the reactions for each state of an operation.

Unknown messages are ignored, because the service may introduce new types. Amplify's local
simulator differs in some names:
https://github.com/aws-amplify/amplify-cli (packages/amplify-appsync-simulator)
"""

from __future__ import annotations

import enum
import logging
import re
import uuid
from collections.abc import Mapping
from typing import Any, ClassVar

from ..exceptions import TransportAuthenticationError, TransportError
from ..messages import as_sentence
from .close_codes import RetryDecision
from .graphql_errors import NO_REASON, describe_errors, read_errors
from .json_codec import NotJSONConstant
from .websocket import (
    BrokenMessage,
    OperationState,
    Reaction,
    Receives,
    Sends,
    State,
    WebSocketProtocol,
    ignore,
    on_event,
)
from .websocket_events import (
    Acknowledged,
    Complained,
    Completed,
    Event,
    Failed,
    Received,
    Refused,
    Reply,
    Started,
    Unreadable,
)

logger = logging.getLogger(__name__)

DEFAULT_SILENCE = 300.0
"""Seconds of silence after which a connection counts as lost if the server does not announce a limit."""

BUSY = frozenset({"LimitExceededError", "LimitExceededException", "ThrottlingException", "TooManyRequestsException"})

UNAUTHORIZED = frozenset(
    {"UnauthorizedException", "Unauthorized", "NotAuthorizedException", "ForbiddenException", "AccessDeniedException"}
)


class Cause(enum.Enum):
    """Why the client ends an operation."""

    CANCEL = "its consumer cancelled it"
    GIVE_UP = "it was not confirmed in time"


class AppSync(WebSocketProtocol):
    """The client's side of AppSync's realtime protocol on one connection."""

    NAME = "graphql-ws"
    WIRE = "appsync"
    START, STOP = "start", "stop"
    VIOLATION_CODE = 1002
    DECISIONS: ClassVar[Mapping[int, RetryDecision]] = {1008: RetryDecision.NO, 1011: RetryDecision.YES}
    CONFIRMS = True

    def connection_init(self, payload: Mapping[str, Any] | None) -> str:
        self._send("connection_init")
        return '{"type":"connection_init"}'

    def complete(self, id: str) -> str | None:
        return self._end_for(id, Cause.CANCEL)

    def unconfirmed(self, id: str) -> str | None:
        return self._end_for(id, Cause.GIVE_UP)

    def is_limit(self, errors: list[dict[str, Any]]) -> bool:
        return any(_kind(error) == "MaxSubscriptionsReachedError" for error in errors)

    def failure(self, errors: list[dict[str, Any]]) -> TransportError:
        if any(_kind(error) in UNAUTHORIZED for error in errors):
            text = f"AppSync refused the subscription: {as_sentence(describe_errors(errors))} Check auth=."
            return TransportAuthenticationError(text, code=_code(errors[0]), reason=text, errors=errors)
        return super().failure(errors)

    def failure_decision(self, errors: list[dict[str, Any]]) -> RetryDecision:
        if any(_kind(error) in UNAUTHORIZED for error in errors):
            return RetryDecision.WITH_NEW_CREDENTIALS
        return RetryDecision.YES if any(_kind(error) in BUSY for error in errors) else RetryDecision.NO

    # -- one operation

    def _end_for(self, id: str, cause: Cause) -> str | None:
        state = self.operations.get(id, OperationState.DONE)
        move = self.OPERATION_CAUSES[state].get(cause)
        if move is None:
            return None
        sends_stop, next_state = move
        self._enter_operation(id, next_state)
        return self._stop(id) if sends_stop else None

    def _on_operation(self, message: dict[str, Any]) -> Received | None:
        """Handle a message of an operation, according to its state."""
        id = _id(message)
        state = self.operations.get(id, OperationState.DONE)
        reaction, next_state = self.OPERATION_RECEIVES[state].get(message["type"], (ignore, state))
        event: Received | None = reaction(self, message)
        if next_state is not state:
            self._enter_operation(id, next_state)
        return event

    def _new_id(self) -> str:
        # Not counted: an id must not repeat on the next connection either.
        return str(uuid.uuid4())

    def _on_start_ack(self, message: dict[str, Any]) -> Started:
        return Started(_id(message))

    def _on_data(self, message: dict[str, Any]) -> Event | Unreadable | None:
        try:
            return on_event(self, message)
        except BrokenMessage as error:
            # Not ignored like other messages that break a rule, because an event would be lost.
            raise self.violation(str(error), str(message)) from None

    def _on_first_data(self, message: dict[str, Any]) -> Started:
        event = self._on_data(message)
        return Started(_id(message), event[1] if isinstance(event, tuple) else None)

    def _on_failure(self, message: dict[str, Any]) -> Failed:
        return Failed(_id(message), _errors(message))

    def _on_complete(self, message: dict[str, Any]) -> Completed:
        return Completed(_id(message))

    def _stop_now(self, message: dict[str, Any]) -> Reply:
        return Reply(self._stop(_id(message)))

    OPERATION_RECEIVES: ClassVar[Mapping[OperationState, Mapping[str, tuple[Reaction, OperationState]]]] = {
        OperationState.STARTING: {
            "start_ack": (_on_start_ack, OperationState.ACTIVE),
            "data": (_on_first_data, OperationState.ACTIVE),
            "error": (_on_failure, OperationState.DONE),
            "complete": (_on_complete, OperationState.DONE),
        },
        OperationState.ACTIVE: {
            "data": (_on_data, OperationState.ACTIVE),
            "error": (_on_failure, OperationState.DONE),
            "complete": (_on_complete, OperationState.DONE),
        },
        OperationState.CANCELLED: {
            "start_ack": (_stop_now, OperationState.DONE),
            "data": (_stop_now, OperationState.DONE),
            "error": (ignore, OperationState.DONE),
            "complete": (ignore, OperationState.DONE),
        },
        OperationState.DONE: {},
    }
    """For each state of an operation, the reaction to a message and the next state; others are ignored."""

    OPERATION_CAUSES: ClassVar[Mapping[OperationState, Mapping[Cause, tuple[bool, OperationState]]]] = {
        OperationState.STARTING: {
            Cause.CANCEL: (False, OperationState.CANCELLED),
            Cause.GIVE_UP: (True, OperationState.DONE),
        },
        OperationState.ACTIVE: {Cause.CANCEL: (True, OperationState.DONE)},
        OperationState.CANCELLED: {Cause.GIVE_UP: (True, OperationState.DONE)},
        OperationState.DONE: {},
    }
    """For each state of an operation that the client ends: whether to send ``stop``, and the next state."""

    # -- the connection

    def _unreadable(self, rule: str, text: str, cause: Exception | None) -> Received | None:
        if isinstance(cause, NotJSONConstant):
            return super()._unreadable(rule, text, cause)  # it is an event, which would be lost
        logger.info("Ignored a message from AppSync that could not be read: %s", rule[:200])
        return None

    def _on_ack(self, message: dict[str, Any]) -> Acknowledged:
        payload = message.get("payload")
        payload = payload if isinstance(payload, dict) else None
        self.silence_limit = _silence_limit(payload or {})
        return Acknowledged(payload)

    def _on_connection_error(self, message: dict[str, Any]) -> Refused:
        errors = _errors(message)
        return Refused({"errors": errors}, _reason(errors))

    def _on_early_error(self, message: dict[str, Any]) -> Refused | None:
        return None if _id(message) else self._on_connection_error(message)

    def _on_error(self, message: dict[str, Any]) -> Received | None:
        if not _id(message):
            # The error belongs to an operation that is starting; if several are, it is not known to which.
            starting = [id for id, state in self.operations.items() if state is OperationState.STARTING]
            if len(starting) != 1:
                return Complained({"errors": _errors(message)})
            message = {**message, "id": starting[0]}
        return self._on_operation(message)

    RECEIVES: ClassVar[Receives] = {
        State.OPEN: {},
        State.AWAITING_ACK: {
            "connection_ack": (_on_ack, State.READY),
            "connection_error": (_on_connection_error, State.CLOSED),
            "error": (_on_early_error, State.CLOSED),
            "ka": (ignore, State.AWAITING_ACK),
        },
        State.READY: {
            "start_ack": (_on_operation, State.READY),
            "data": (_on_operation, State.READY),
            "error": (_on_error, State.READY),
            "complete": (_on_operation, State.READY),
            "ka": (ignore, State.READY),
            "connection_ack": (ignore, State.READY),
            "connection_error": (_on_connection_error, State.CLOSED),
        },
        State.CLOSED: {},
    }
    SENDS: ClassVar[Sends] = {
        State.OPEN: {"connection_init": State.AWAITING_ACK},
        State.AWAITING_ACK: {},
        State.READY: {"start": State.READY, "stop": State.READY},
        State.CLOSED: {},
    }


def _id(message: Mapping[str, Any]) -> str:
    """Return the id of a message, or an empty string if it has none."""
    id = message.get("id")
    return id if isinstance(id, str) else ""


def _silence_limit(payload: Mapping[str, Any]) -> float:
    """Return the seconds that the server may be silent; Amplify's local simulator uses another name for them."""
    milliseconds = payload.get("connectionTimeoutMs", payload.get("connectionTimeout"))
    if isinstance(milliseconds, bool) or not isinstance(milliseconds, int | float) or not milliseconds > 0:
        return DEFAULT_SILENCE
    return milliseconds / 1000


def _errors(message: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the errors of a message, at least one."""
    errors = [error for error in read_errors(message.get("payload")) if error]
    return errors or [{"message": NO_REASON}]


def _kind(error: Mapping[str, Any]) -> str:
    """Return an error's type without its namespace: ``UnauthorizedException`` of ``com.amazonaws.x#...``."""
    return re.split(r"[#.]", str(error.get("errorType", "")))[-1]


def _code(error: Mapping[str, Any]) -> int | None:
    code = error.get("errorCode")
    return code if isinstance(code, int) else None


def _reason(errors: list[dict[str, Any]]) -> RetryDecision:
    """Return whether to reconnect after the server refused a connection; throttling, for example, is temporary."""
    if any(_kind(error) in UNAUTHORIZED or _code(error) in (401, 403) for error in errors):
        return RetryDecision.WITH_NEW_CREDENTIALS
    if any(_kind(error) == "BadRequestException" or _code(error) == 400 for error in errors):
        return RetryDecision.NO
    return RetryDecision.YES
