"""Events and errors of the protocols that stream results in the body of an HTTP response.

Each protocol has a stream class that does no I/O. Its ``feed`` method takes bytes as they arrive, in pieces of any
size, and yields events. It is a generator, so that events before an error in the same bytes are not lost. Exhaust it
before the next call. Any bytes are a sign of life, but only whole lines and parts yield a ``Heartbeat``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final, Protocol

from ..exceptions import TransportProtocolError
from ..messages import EXCERPT_CHARACTERS, as_sentence
from ..result import ABSENT, ExecutionResult, Response
from .graphql_response import MalformedResponse, parse_response
from .http import excerpt, public_url
from .json_codec import NotJSONConstant


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """The server sent something without a result, such as a comment."""


@dataclass(frozen=True, slots=True)
class Completed:
    """The operation ended successfully."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The operation ended with errors."""

    errors: list[dict[str, Any]]


HEARTBEAT: Final = Heartbeat()
COMPLETED: Final = Completed()

StreamEvent = ExecutionResult | Completed | Failed
"""The events of an operation."""

ResultReader = Callable[[Any, Response | None], ExecutionResult]
"""Reads the decoded payload of one event, like ``parse_response``."""


class StreamReader(Protocol):
    """Reads the stream of one operation, without I/O.

    Attributes:
        is_closed: whether the operation completed or failed, or the server violated the protocol. If the body ends
            earlier, the connection was lost, unless ``may_end`` is True.
    """

    is_closed: bool

    @property
    def may_end(self) -> bool:
        """Whether the operation counts as complete if the body ends now."""

    @property
    def last_event_id(self) -> str:
        """The id to send as ``Last-Event-ID`` when reconnecting; empty if there is none."""

    @property
    def reconnection_time(self) -> float | None:
        """Seconds to wait before reconnecting; None if the server does not ask for that."""

    def feed(self, chunk: bytes, /) -> Iterator[StreamEvent | Heartbeat]:
        """Take bytes and yield what they complete; yield nothing once the stream is closed.

        Raises:
            TransportProtocolError: the server violated the protocol; the stream is closed.
        """


class MalformedEvent(Exception):
    """An event violates a rule, which is the message. Streams convert it to a ``TransportProtocolError``."""


def not_json(what: str, cause: Exception) -> MalformedEvent:
    """Return the error for *what*, such as a part, that is not JSON; for NaN and infinity, it contains advice."""
    if isinstance(cause, NotJSONConstant):
        return MalformedEvent(f"{what} must be JSON, which has no {cause.constant}. {cause.advice}")
    return MalformedEvent(f"{what} must be JSON")


def read_result(payload: Any, response: Response | None, read: ResultReader = parse_response) -> ExecutionResult:
    """Read the payload of one event.

    Raises:
        MalformedEvent: it is not a GraphQL response.
    """
    try:
        return read(payload, response)
    except MalformedResponse as error:
        if payload == {}:
            return ExecutionResult(ABSENT, response=response)  # sent by Ariadne if the data is empty
        raise MalformedEvent(f"a result must be a GraphQL response, but {error}") from error


def violation(protocol: str, rule: str, received: str | bytes, response: Response | None) -> TransportProtocolError:
    """Return the error for a stream that violates a rule.

    Args:
        protocol: the name of the protocol or format.
        rule: the rule, in one phrase.
        received: the text that violates it; only the beginning is kept.
        response: the HTTP response that carries the stream.
    """
    text = _beginning(received)
    message = f"{_sender(response)} violated the {protocol} protocol: {as_sentence(rule)} It sent: {text[:200]!r}"
    return TransportProtocolError(message, rule=rule, received=text, response=response)


def too_large(what: str, limit: int, received: bytes | bytearray, response: Response | None) -> TransportProtocolError:
    """Return the error for *what*, an event or a part, that is larger than ``max_message_size``, *limit* bytes."""
    text = _beginning(received)
    rule = f"{what} is larger than max_message_size, {limit} bytes"
    message = f"{_sender(response)} sent too much: {rule}. Pass a higher max_message_size=. It begins: {text[:200]!r}"
    return TransportProtocolError(message, rule=rule, received=text, response=response)


def _sender(response: Response | None) -> str:
    return public_url(response.url) if response is not None else "The server"


def _beginning(received: str | bytes | bytearray) -> str:
    if isinstance(received, str):
        return received[:EXCERPT_CHARACTERS]
    return excerpt(bytes(received[: 4 * EXCERPT_CHARACTERS]), "utf-8")
