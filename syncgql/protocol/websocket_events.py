"""The events that a WebSocket subprotocol reports for messages from the server.

An event of an operation, by far the most frequent one, is a bare tuple. A dataclass with slots takes four times as long
to create (docs/design/websockets.md has the numbers).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..exceptions import TransportProtocolError
from ..result import ExecutionResult
from .close_codes import RetryDecision


@dataclass(slots=True)
class Acknowledged:
    """The server accepted the connection."""

    payload: dict[str, Any] | None


@dataclass(slots=True)
class Refused:
    """The server refused the connection, usually because of its credentials."""

    payload: Any
    decision: RetryDecision = RetryDecision.WITH_NEW_CREDENTIALS


@dataclass(slots=True)
class Complained:
    """The server reported an error that belongs to no operation and does not end the connection."""

    payload: Any


@dataclass(slots=True)
class Pinged:
    """The server sent a ping and expects a pong."""

    payload: dict[str, Any] | None


@dataclass(slots=True)
class Ponged:
    """The server sent a pong."""

    payload: dict[str, Any] | None


@dataclass(slots=True)
class Started:
    """The server confirmed that it runs an operation, possibly by sending its first result."""

    id: str
    result: ExecutionResult | None = None


@dataclass(slots=True)
class Reply:
    """The client must send this message now."""

    message: str


@dataclass(slots=True)
class Failed:
    """An operation ended with errors."""

    id: str
    errors: list[dict[str, Any]]


@dataclass(slots=True)
class Unreadable:
    """A part of an operation's response does not fit the parts before; other operations are not affected."""

    id: str
    error: TransportProtocolError


@dataclass(slots=True)
class Completed:
    """An operation ended."""

    id: str


@dataclass(slots=True)
class SingleResult:
    """An operation ended with its only result."""

    id: str
    result: ExecutionResult


@dataclass(slots=True)
class Interrupted:
    """The server ended all operations, but the connection can be initialized again."""

    reason: str


Event = tuple[str, ExecutionResult]
"""The operation with this id has a result; more may follow."""


@dataclass(slots=True)
class Several:
    """One message meant several things, in this order."""

    events: list[Received]


Received = (
    Acknowledged
    | Refused
    | Complained
    | Pinged
    | Ponged
    | Started
    | Reply
    | Event
    | Failed
    | Unreadable
    | Completed
    | SingleResult
    | Interrupted
    | Several
)
