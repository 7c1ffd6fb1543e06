"""What the GraphQL subprotocols over WebSocket have in common: events, ids, and how a message finds its reaction.

A subclass describes one subprotocol. It is a pure state machine: methods named after a client's message return the
text to send; ``receive`` takes a text that came and returns what it means, or None when there is nothing to do. The
state decides which messages are allowed and what they cause, in one table per subprotocol, ``REACTIONS``. A message
that the table does not know in the current state breaks the protocol: ``TransportProtocolError``.

Ids are counted up and never used twice on one connection, so that a late message cannot be taken for another
operation's.
"""

from __future__ import annotations

import enum
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from ..exceptions import TransportError, TransportProtocolError
from ..messages import as_sentence
from ..result import ABSENT, ExecutionResult
from . import json_codec
from .close_codes import NORMAL, RetryDecision, close_code
from .graphql_errors import NO_REASON, read_errors
from .graphql_response import MalformedResponse, error_of, parse_response
from .json_codec import CODEC_ERRORS, JSONDeserialize, NotJSONConstant


class State(enum.Enum):
    """Where a connection stands; the same for every subprotocol."""

    OPEN = "open"
    AWAITING_ACK = "awaiting the acknowledgement"
    READY = "ready"
    CLOSED = "closed"


@dataclass(slots=True)
class Acknowledged:
    """The server accepted the connection."""

    payload: dict[str, Any] | None


@dataclass(slots=True)
class Refused:
    """The server refused the connection, for its credentials as a rule."""

    payload: Any
    decision: RetryDecision = RetryDecision.WITH_NEW_CREDENTIALS


@dataclass(slots=True)
class Complained:
    """The server says that something is wrong, but of no operation and without an end to the connection."""

    payload: Any


@dataclass(slots=True)
class Pinged:
    """The server asks for a sign of life."""

    payload: dict[str, Any] | None


@dataclass(slots=True)
class Ponged:
    """The server gave a sign of life."""

    payload: dict[str, Any] | None


@dataclass(slots=True)
class Started:
    """The server runs an operation; it may say so by sending the first result."""

    id: str
    result: ExecutionResult | None = None


@dataclass(slots=True)
class Reply:
    """Something is to be sent now."""

    message: str


@dataclass(slots=True)
class Failed:
    """An operation ended with errors."""

    id: str
    errors: list[dict[str, Any]]


@dataclass(slots=True)
class Completed:
    """An operation ended."""

    id: str


Event = tuple[str, ExecutionResult]
"""The operation of this id has a result; more may follow. A bare pair, because one is made for every event."""

Received = Acknowledged | Refused | Complained | Pinged | Ponged | Started | Reply | Event | Failed | Completed
Reaction = Callable[[Any, dict[str, Any]], "Received | None"]


class BrokenMessage(Exception):
    """A message breaks a rule; raised by reactions and turned into TransportProtocolError by ``receive``."""


LONGEST_PING = 65_536
"""Characters of the longest ping; its payload is written again for the pong, which takes longer than reading it."""

CONTROL = frozenset({"connection_ack", "connection_error", "ping", "pong"})
"""The messages whose payload is no result but the protocol's own."""


class WebSocketProtocol(ABC):
    """The client's side of one GraphQL subprotocol on one connection.

    Args:
        json_deserialize: decodes messages that bring results; may be the user's.
    """

    NAME: ClassVar[str]
    """The subprotocol as it stands in ``Sec-WebSocket-Protocol``."""

    VIOLATION_CODE: ClassVar[int]
    """The close code that tells the server that it broke the protocol."""

    START: ClassVar[str]
    """The type of the message that starts an operation."""

    STOP: ClassVar[str]
    """The type of the message that stops one."""

    REACTIONS: ClassVar[Mapping[State, Mapping[str, Reaction]]]
    """For every state, what each type of message causes."""

    DECISIONS: ClassVar[Mapping[int, RetryDecision]] = {}
    """Close codes that mean something else here than in the common table."""

    CONFIRMS: ClassVar[bool] = False
    """Whether the server confirms that it runs an operation (``Started``)."""

    silence_limit: float | None = None
    """Seconds of silence after which the server says that it is to be taken for dead; known from the ack on."""

    def __init__(self, json_deserialize: JSONDeserialize = json_codec.loads) -> None:
        self._decode = json_deserialize if json_deserialize is json_codec.loads else _for_results(json_deserialize)
        self.active: set[str] = set()
        self.acknowledged = False
        self._last_id = 0
        self._enter(State.OPEN)

    # -- what the client sends

    @abstractmethod
    def connection_init(self, payload: Mapping[str, Any] | None) -> str:
        """The first message."""

    def subscribe(self, payload: str) -> tuple[str, str]:
        """Start an operation; returns its id and the message.

        Args:
            payload: the request, already written as JSON; so it is encoded once, in the thread that made it.
        """
        id = self._new_id()
        self.active.add(id)
        return id, f'{{"id":"{id}","type":"{self.START}","payload":{payload}}}'

    def complete(self, id: str) -> str | None:
        """Stop an operation; None when it has ended already and nothing is to be sent."""
        return self._stop(id) if self._end(id) else None

    def unconfirmed(self, id: str) -> str | None:
        """Give up an operation that was not confirmed in time, wanted or not; None when nothing is to be sent."""
        return self.complete(id)

    def ping(self, payload: Mapping[str, Any] | None = None) -> str | None:
        """Ask for a sign of life; None where the subprotocol has no message for it."""
        return None

    def pong(self, payload: Mapping[str, Any] | None = None) -> str | None:
        """Give a sign of life, to a ping with the ping's payload; None where the subprotocol has no message for it."""
        return None

    def close(self) -> list[str]:
        """End the connection; returns the messages to send before the close frame."""
        messages = [message for id in list(self.active) if (message := self.complete(id))]
        self._enter(State.CLOSED)
        return messages

    # -- what the server sends

    def receive(self, text: str) -> Received | None:
        """Take a message.

        Raises:
            TransportProtocolError: it breaks the protocol; ``code`` is the close code to answer with.
        """
        try:
            message = self._decode(text)
        except NotJSONConstant as error:
            return self._unreadable(f"a message is JSON, which has no {error.constant}. {error.advice}", text, error)
        except CODEC_ERRORS as error:
            return self._unreadable("a message is JSON", text, error)
        try:
            reaction = self._reactions[message["type"]]
        except (TypeError, KeyError):
            return self._unreadable(self._unexpected(message), text, None)
        try:
            if len(text) > LONGEST_PING and message["type"] == "ping":
                raise BrokenMessage(f"a ping has at most {LONGEST_PING:,} characters")
            return reaction(self, message)
        except BrokenMessage as error:
            return self._unreadable(str(error), text, None)

    def receive_bytes(self, data: bytes) -> Received | None:
        """Take a binary message, which is read as text; as ``receive``."""
        try:
            text = data.decode()
        except UnicodeDecodeError as error:
            return self._unreadable("a message is UTF-8 text", repr(data[:100]), error)
        return self.receive(text)

    def decision(self, code: int, *, complained: bool = False) -> RetryDecision:
        """Return what to do after the server closed the connection with *code*.

        Args:
            code: the close code.
            complained: whether the server said before that something is wrong.
        """
        if code == NORMAL and not self.acknowledged:
            return RetryDecision.WITH_NEW_CREDENTIALS
        return self.DECISIONS.get(code) or close_code(code).decision

    def is_limit(self, errors: list[dict[str, Any]]) -> bool:
        """Tell whether an operation failed with *errors* because there are too many on this connection.

        By the words of Strawberry: https://github.com/strawberry-graphql/strawberry (subscriptions/protocols)
        """
        return any(error.get("message") == "Subscription limit reached" for error in errors)

    def violation(self, rule: str, received: str) -> TransportProtocolError:
        """Close the machine and return the error that says which rule was broken."""
        self._enter(State.CLOSED)
        self.active.clear()
        return TransportProtocolError(
            f"The server broke the {self.NAME} protocol: {as_sentence(rule)} It sent: {received[:200]!r}",
            rule=rule,
            received=received,
            code=self.VIOLATION_CODE,
        )

    def failure(self, errors: list[dict[str, Any]]) -> TransportError:
        """Return what an operation ends with when the server ended it with *errors*."""
        return error_of(ExecutionResult(ABSENT, errors))

    def failure_decision(self, errors: list[dict[str, Any]]) -> RetryDecision:
        """Return whether to start an operation anew that the server ended with *errors*."""
        return RetryDecision.NO

    # -- for subclasses

    def _unreadable(self, rule: str, text: str, cause: Exception | None) -> Received | None:
        """React to a message that breaks a rule: that is the end of the connection, unless it has ended before."""
        if self.state is State.CLOSED:
            return None
        raise self.violation(rule, text) from cause

    def _enter(self, state: State) -> None:
        self.state = state
        self.acknowledged = self.acknowledged or state is State.READY
        self._reactions = self.REACTIONS[state]

    def _new_id(self) -> str:
        self._last_id += 1
        return str(self._last_id)

    def _end(self, id: str) -> bool:
        """Forget an operation; tell whether it was active, so that anyone wants to hear of it."""
        was_active = id in self.active
        self.active.discard(id)
        return was_active

    def _stop(self, id: str) -> str:
        return f'{{"id":"{id}","type":"{self.STOP}"}}'

    def _unexpected(self, message: Any) -> str:
        if not isinstance(message, dict):
            return "a message is a JSON object"
        type = message.get("type")
        name = repr(type)[:50]
        if isinstance(type, str) and any(type in reactions for reactions in self.REACTIONS.values()):
            return f"{name} is not allowed while {self.state.value}"
        return f"{name} is no type of message"


def _for_results(json_deserialize: JSONDeserialize) -> JSONDeserialize:
    """Return what decodes messages with results as the user wants it, and all others as it must be.

    The payload of a ping is sent back, which what a codec makes of numbers, for one, may not allow.
    """

    def decode(text: str) -> Any:
        message = json_deserialize(text)
        is_control = isinstance(message, dict) and message.get("type") in CONTROL
        return json_codec.loads(text) if is_control else message

    return decode


def operation_id(message: dict[str, Any]) -> str:
    """Return the id of the operation that a message is about."""
    id = message.get("id")
    if not isinstance(id, str) or not id:
        raise BrokenMessage(f"the id of {message['type']} is a non-empty string")
    return id


def failure_errors(message: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the errors of a message that ends an operation, at least one."""
    return read_errors(message.get("payload")) or [{"message": NO_REASON}]


def on_event(protocol: WebSocketProtocol, message: dict[str, Any]) -> Event | None:
    """The reaction to a message that brings an operation's result; it has the tightest budget of all."""
    id, payload = message.get("id"), message.get("payload")
    if type(id) is str and id in protocol.active and type(payload) is dict and len(payload) == 1:
        data = payload.get("data")
        if type(data) is dict:
            return id, ExecutionResult(data)  # as a rule: nothing but data
    id = operation_id(message)
    if not isinstance(payload, dict):
        raise BrokenMessage(f"the payload of {message['type']} is an object")
    if id not in protocol.active:
        return None
    try:
        return id, parse_response(payload)
    except MalformedResponse as error:
        if not ("data" in payload or "errors" in payload):
            return id, ExecutionResult(ABSENT)  # what Ariadne makes of a falsy result
        raise BrokenMessage(f"the payload of {message['type']} is a GraphQL response, but {error}") from None


def on_complete(protocol: WebSocketProtocol, message: dict[str, Any]) -> Completed | None:
    """The reaction to a message that ends an operation."""
    id = operation_id(message)
    return Completed(id) if protocol._end(id) else None


def ignore(protocol: WebSocketProtocol, message: dict[str, Any]) -> None:
    """The reaction to a message that means nothing in this state."""
