"""WebSocketProtocol: the state machine that the GraphQL subprotocols over WebSocket share.

A subclass implements the client's side of one subprotocol, without I/O. Methods named after the client's messages
return the text to send. ``receive`` takes a message from the server and returns its event, or None.

Two tables define a subprotocol and contain all changes of state:

- ``RECEIVES``: for each state and type of message from the server, the reaction and the next state. A reaction that
  returns None leaves the state as it is. A message that is not in the table violates the protocol, and ``receive``
  raises ``TransportProtocolError``.
- ``SENDS``: for each state and type of message from the client, the next state. A message that is not in the table is a
  bug of the caller, and the method raises ``LocalProtocolError`` instead of returning it.

In addition, ``close`` and a message that violates the protocol lead from every state to ``CLOSED``.

Ids are consecutive numbers and never reused on one connection, so that a late message cannot be attributed to another
operation.
"""

from __future__ import annotations

import enum
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from ..exceptions import TransportError, TransportProtocolError
from ..messages import as_sentence
from ..result import ABSENT, ExecutionResult
from . import json_codec
from .close_codes import CLOSE_CODES, CREDENTIAL_OPTIONS, NORMAL, PING_TIMEOUT, RetryDecision
from .graphql_errors import read_reasons
from .graphql_response import MalformedResponse, error_of, parse_response
from .json_codec import CODEC_ERRORS, JSONDeserialize, NotJSONConstant
from .response_stream import ResultReader
from .websocket_events import Completed, Event, Received, Unreadable


class State(enum.Enum):
    """The state of a connection, for all subprotocols."""

    OPEN = "open"
    AWAITING_ACK = "awaiting the acknowledgement"
    READY = "ready"
    CLOSED = "closed"


class OperationState(enum.Enum):
    """The state of one operation; subprotocols without confirmations only use ACTIVE and DONE."""

    STARTING = "started but not confirmed"
    ACTIVE = "active"
    CANCELLED = "cancelled before it was confirmed"
    DONE = "done"


Reaction = Callable[[Any, dict[str, Any]], Received | None]
Receives = Mapping[State, Mapping[str, tuple[Reaction, State]]]
Sends = Mapping[State, Mapping[str, State]]


class BrokenMessage(Exception):
    """A message violates a rule. Raised by reactions, and turned into ``TransportProtocolError`` by ``receive``."""


class LocalProtocolError(RuntimeError):
    """The client tried to send a message that the protocol does not allow in its state; a bug of this package."""


LONGEST_PING = 65_536
"""The maximum length of a ping in characters; encoding its payload for the pong takes longer than reading it."""

CONTROL = frozenset({"connection_ack", "connection_error", "ping", "pong"})
"""The types of messages whose payload belongs to the protocol and is not a result."""


class WebSocketProtocol(ABC):
    """The client's side of one GraphQL subprotocol on one connection.

    Args:
        json_deserialize: a function that decodes messages with results; it may be the user's.

    Attributes:
        decode: decodes a message; may be called in any thread.
    """

    NAME: ClassVar[str]
    """The name of the subprotocol in ``Sec-WebSocket-Protocol``."""

    WIRE: ClassVar[str]
    """The name of the protocol in ``Subscription.protocol``."""

    VIOLATION_CODE: ClassVar[int]
    """The close code for a server that violated the protocol."""

    START: ClassVar[str]
    """The type of the message that starts an operation."""

    STOP: ClassVar[str]
    """The type of the message that stops an operation."""

    RECEIVES: ClassVar[Receives]
    """For each state, the messages that the server may send, with the reaction and the next state."""

    SENDS: ClassVar[Sends]
    """For each state, the messages that the client may send, with the next state."""

    DECISIONS: ClassVar[Mapping[int, RetryDecision]] = {}
    """Close codes with a meaning that differs from the common table."""

    CREDENTIAL_OPTIONS: ClassVar[str] = CREDENTIAL_OPTIONS
    """The options to check when the server refuses a connection."""

    CONFIRMS: ClassVar[bool] = False
    """Whether the server confirms that it runs an operation (``Started``)."""

    CONFIRMS_AT_ONCE: ClassVar[bool] = True
    """Whether an operation fails if it is not confirmed within ``ack_timeout``."""

    HAS_PINGS: ClassVar[bool] = False
    """Whether the client can send pings (``ping``)."""

    silence_limit: float | None = None
    """The seconds without a message after which the connection is lost, as announced with the acknowledgement."""

    def __init__(self, json_deserialize: JSONDeserialize = json_codec.loads) -> None:
        self.decode = json_deserialize if json_deserialize is json_codec.loads else _for_results(json_deserialize)
        self.operations: dict[str, OperationState] = {}
        self.readers: dict[str, ResultReader] = {}
        self.acknowledged = False
        self._last_id = 0
        self._enter(State.OPEN)

    # -- messages from the client

    @abstractmethod
    def connection_init(self, payload: Mapping[str, Any] | None) -> str:
        """Return the first message.

        Raises:
            LocalProtocolError: it was already sent.
        """

    def subscribe(self, payload: str, read: ResultReader | None = None) -> tuple[str, str]:
        """Start an operation; return its id and the message.

        Args:
            payload: the request as JSON text, encoded once in the caller's thread.
            read: reads the results of an operation whose response comes in parts; None for ordinary results.

        Raises:
            LocalProtocolError: the connection is not acknowledged, or is closed.
        """
        self._send(self.START)
        id = self._new_id()
        self.operations[id] = OperationState.STARTING if self.CONFIRMS else OperationState.ACTIVE
        if read is not None:
            self.readers[id] = read
        return id, f'{{"id":"{id}","type":"{self.START}","payload":{payload}}}'

    def complete(self, id: str) -> str | None:
        """Stop an operation; return None if there is nothing to send, for example because it has ended."""
        return self._stop(id) if self._end(id) else None

    def unconfirmed(self, id: str) -> str | None:
        """Give up an operation that was not confirmed in time; return the message to send, or None."""
        return self.complete(id)

    def ping(self, payload: Mapping[str, Any] | None = None) -> str | None:
        """Return a ping, or None if the subprotocol has none.

        Raises:
            LocalProtocolError: the connection is closed.
        """
        return None

    def pong(self, payload: Mapping[str, Any] | None = None) -> str | None:
        """Return a pong, or None if the subprotocol has none. The pong for a ping has the payload of the ping.

        Raises:
            LocalProtocolError: the connection is closed.
        """
        return None

    def close(self) -> list[str]:
        """End the connection; return the messages to send before the close frame."""
        messages = [self._stop(id) for id in self.operations]
        self._enter(State.CLOSED)
        return messages

    # -- messages from the server

    def receive(self, text: str) -> Received | None:
        """Process a message from the server; return its event, if any.

        Raises:
            TransportProtocolError: the message violates the protocol; ``code`` is the close code to send.
        """
        try:
            message = self.decode(text)
        except CODEC_ERRORS as error:
            return self._unreadable(not_json(error), text, error)
        try:
            reaction, next_state = self._receives[message["type"]]
        except (TypeError, KeyError):
            return self._unreadable(self._unexpected(message), text, None)
        try:
            if len(text) > LONGEST_PING and message["type"] == "ping":
                raise BrokenMessage(f"a ping has at most {LONGEST_PING:,} characters")
            event = reaction(self, message)
        except BrokenMessage as error:
            return self._unreadable(str(error), text, None)
        if next_state is not self.state and event is not None:
            self._enter(next_state)
        return event

    def receive_bytes(self, data: bytes) -> Received | None:
        """Process a binary message from the server, which is read as text.

        Raises:
            TransportProtocolError: the message violates the protocol; ``code`` is the close code to send.
        """
        try:
            text = data.decode()
        except UnicodeDecodeError as error:
            return self._unreadable("a message must be UTF-8 text", repr(data[:100]), error)
        return self.receive(text)

    def decision(self, code: int, reason: str = "", *, complained: bool = False) -> RetryDecision:
        """Return whether to reconnect after the server closed the connection.

        Args:
            code: the close code.
            reason: the reason in the close frame.
            complained: whether the server reported an error before (``Complained``).
        """
        if code == NORMAL and not self.acknowledged:
            return RetryDecision.WITH_NEW_CREDENTIALS
        if (code, reason) == PING_TIMEOUT:
            return RetryDecision.YES
        return self.DECISIONS.get(code) or CLOSE_CODES[code].decision

    def is_limit(self, errors: list[dict[str, Any]]) -> bool:
        """Return whether an operation failed with *errors* because there are too many on this connection.

        The text is Strawberry's: https://github.com/strawberry-graphql/strawberry (subscriptions/protocols)
        """
        return any(error.get("message") == "Subscription limit reached" for error in errors)

    def violation(self, rule: str, received: str) -> TransportProtocolError:
        """Enter CLOSED and return the error, which names the rule that the server violated."""
        self._enter(State.CLOSED)
        return self.violation_error(rule, received)

    def violation_error(self, rule: str, received: str) -> TransportProtocolError:
        """Return the error for a violated rule without entering CLOSED; may be called in any thread."""
        return TransportProtocolError(
            f"The server violated the {self.NAME} protocol: {as_sentence(rule)} It sent: {received[:200]!r}",
            rule=rule,
            received=received,
            code=self.VIOLATION_CODE,
        )

    def failure(self, errors: list[dict[str, Any]]) -> TransportError:
        """Return the exception for an operation that the server ended with *errors*."""
        return error_of(ExecutionResult(ABSENT, errors))

    def failure_decision(self, errors: list[dict[str, Any]]) -> RetryDecision:
        """Return whether to retry an operation that the server ended with *errors*."""
        return RetryDecision.NO

    # -- for subclasses

    def _send(self, type: str) -> None:
        """Enter the state that follows a message that the client is about to send."""
        try:
            state = self.SENDS[self.state][type]
        except KeyError:
            raise LocalProtocolError(f"{self.NAME} does not allow sending {type} while {self.state.value}.") from None
        if state is not self.state:
            self._enter(state)

    def _unreadable(self, rule: str, text: str, cause: Exception | None) -> Received | None:
        """Handle a message that violates a rule: end the connection, unless it is already closed."""
        if self.state is State.CLOSED:
            return None
        raise self.violation(rule, text) from cause

    def _enter(self, state: State) -> None:
        self.state = state
        self._receives = self.RECEIVES[state]
        if state is State.READY:
            self.acknowledged = True
        elif state is State.CLOSED:
            self.operations.clear()
            self.readers.clear()

    def _new_id(self) -> str:
        self._last_id += 1
        return str(self._last_id)

    def _enter_operation(self, id: str, state: OperationState) -> None:
        if state is OperationState.DONE:
            del self.operations[id]
        else:
            self.operations[id] = state

    def _end(self, id: str) -> bool:
        """Remove an operation; return whether it had not ended before."""
        self.readers.pop(id, None)
        return self.operations.pop(id, None) is not None

    def _stop(self, id: str) -> str:
        self._send(self.STOP)
        return f'{{"id":"{id}","type":"{self.STOP}"}}'

    def _unexpected(self, message: Any) -> str:
        if not isinstance(message, dict):
            return "a message must be a JSON object"
        type = message.get("type")
        name = repr(type)[:50]
        if isinstance(type, str) and any(type in messages for messages in self.RECEIVES.values()):
            return f"{name} is not allowed while {self.state.value}"
        return f"{name} is not a type of message"


def _for_results(json_deserialize: JSONDeserialize) -> JSONDeserialize:
    """Return a decoder that uses the user's codec for results and the standard one for all other messages.

    The payload of a ping is sent back, and a user's codec may return values that cannot be encoded again, for example
    for numbers.
    """

    def decode(text: str) -> Any:
        message = json_deserialize(text)
        is_control = isinstance(message, dict) and message.get("type") in CONTROL
        return json_codec.loads(text) if is_control else message

    return decode


def not_json(error: Exception) -> str:
    """Return the rule that is violated by a message whose decoding raised *error*."""
    if isinstance(error, NotJSONConstant):
        return f"a message must be JSON, which has no {error.constant}. {error.advice}"
    return "a message must be JSON"


def operation_id(message: dict[str, Any]) -> str:
    """Return the id of the operation that a message belongs to."""
    id = message.get("id")
    if not isinstance(id, str) or not id:
        raise _no_id(message)
    return id


def _no_id(message: dict[str, Any]) -> BrokenMessage:
    return BrokenMessage(f"the id of {message['type']} is a non-empty string")


def failure_errors(message: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the errors of a message that ends an operation, at least one."""
    return read_reasons(message.get("payload"))


def on_event(protocol: WebSocketProtocol, message: dict[str, Any]) -> Event | Unreadable | None:
    """Handle a message with a result of an operation; this is the hot path of subscriptions."""
    id, payload = message.get("id"), message.get("payload")
    if not isinstance(id, str) or not id:
        raise _no_id(message)
    if not isinstance(payload, dict):
        raise BrokenMessage(f"the payload of {message['type']} is an object")
    if id not in protocol.operations:
        return None
    if protocol.readers and id in protocol.readers:
        return _read_part(id, payload, protocol.readers[id])
    try:
        return id, parse_response(payload)
    except MalformedResponse as error:
        return id, empty_result(message, error)


def empty_result(message: dict[str, Any], error: MalformedResponse) -> ExecutionResult:
    """Return the result in a message whose payload is not a response: Ariadne sends no members for a falsy result."""
    payload = message["payload"]
    if "data" in payload or "errors" in payload:
        raise BrokenMessage(f"the payload of {message['type']} must be a GraphQL response, but {error}") from None
    return ExecutionResult(ABSENT)


def _read_part(id: str, payload: dict[str, Any], read: ResultReader) -> Event | Unreadable:
    """Read a part of a response; a part that does not match the others ends its operation, but not the connection."""
    try:
        return id, read(payload, None)
    except TransportProtocolError as error:
        return Unreadable(id, error)


def on_complete(protocol: WebSocketProtocol, message: dict[str, Any]) -> Completed | None:
    """Handle a message that ends an operation."""
    id = operation_id(message)
    return Completed(id) if protocol._end(id) else None


def ignore(protocol: WebSocketProtocol, message: dict[str, Any]) -> None:
    """Ignore a message that has no meaning in this state."""
