"""GraphQL over Server-Sent Events: the meaning of the events of a stream.

Follows "GraphQL over Server-Sent Events Protocol", which has two modes:
https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md

- distinct connections, ``GraphQLEventStream``: each operation has its own stream.
- single connection, ``SingleConnectionEventStream``: one stream carries all operations, distinguished by their ids.

Deviations of servers are accepted if their meaning is clear: an event without a name that contains a response counts as
``next``; ``error`` ends the operation; events with other names, such as ``ping``, count as heartbeats.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any, Generic, TypeVar

from ..exceptions import TransportProtocolError
from ..result import Response
from . import json_codec
from .event_stream import Comment, EventStreamParser, ServerSentEvent
from .graphql_errors import read_reasons
from .graphql_response import MalformedResponse, parse_response
from .json_codec import CODEC_ERRORS, JSONDeserialize
from .response_stream import (
    COMPLETED,
    HEARTBEAT,
    Failed,
    Heartbeat,
    MalformedEvent,
    ResultReader,
    StreamEvent,
    not_json,
    read_result,
    violation,
)

PROTOCOL = "GraphQL over Server-Sent Events"
OperationEvent = tuple[str, StreamEvent]
"""The id of an operation, and an event of it."""

E = TypeVar("E", StreamEvent, OperationEvent)


class EventStreamMode(ABC, Generic[E]):
    """The base class of the streams of both modes.

    Args:
        max_message_size: the maximum size of an event in bytes; 0 for no limit.
        json_deserialize: decodes the data of events; may be a function of the user.
        response: the HTTP response that carries the stream; attached to results and errors.
        read: reads the payload of a result; a reader other than ``parse_response`` can accept incremental results.

    Attributes:
        is_closed: whether the operation completed or failed, or the server violated the protocol. If the body ends
            earlier, the connection was lost.
    """

    def __init__(
        self,
        max_message_size: int,
        json_deserialize: JSONDeserialize = json_codec.loads,
        *,
        response: Response | None = None,
        read: ResultReader = parse_response,
    ) -> None:
        self.is_closed = False
        self._parser = EventStreamParser(max_message_size, response)
        self._decode = json_deserialize
        self._response = response
        self._read = read

    @property
    def last_event_id(self) -> str:
        """The id to send as ``Last-Event-ID`` when reconnecting; empty if the server sent none."""
        return self._parser.last_event_id

    @property
    def reconnection_time(self) -> float | None:
        """Seconds to wait before reconnecting; None if the server sent none."""
        return self._parser.reconnection_time

    def feed(self, chunk: bytes) -> Iterator[E | Heartbeat]:
        """Take bytes and yield the events that they complete; yield nothing once the stream is closed.

        Raises:
            TransportProtocolError: the server violated the protocol; the stream is closed.
        """
        if self.is_closed:
            return
        try:
            for event in self._parser.feed(chunk):
                yield HEARTBEAT if isinstance(event, Comment) else self._receive(event)
                if self.is_closed:
                    return
        except TransportProtocolError:
            self.is_closed = True
            raise

    @abstractmethod
    def _react(self, event: ServerSentEvent) -> E | Heartbeat:
        """Return the meaning of an event.

        Raises:
            MalformedEvent: it violates a rule.
        """

    def _receive(self, event: ServerSentEvent) -> E | Heartbeat:
        try:
            return self._react(event)
        except MalformedEvent as error:
            raise violation(PROTOCOL, str(error), event.data or "", self._response) from error.__cause__

    def _decode_data(self, event: ServerSentEvent) -> Any:
        try:
            return self._decode(event.data or "")
        except CODEC_ERRORS as error:
            raise not_json(f"the data of {event.type}", error) from error


class GraphQLEventStream(EventStreamMode[StreamEvent]):
    """A stream in distinct connections mode, which carries one operation.

    Args:
        max_message_size: the maximum size of an event in bytes; 0 for no limit.
        json_deserialize: decodes the data of events; may be a function of the user.
        has_one_result: whether the operation is a query or mutation, which is complete after its result.
        response: the HTTP response that carries the stream; attached to results and errors.
        read: reads the payload of a result.
    """

    def __init__(
        self,
        max_message_size: int,
        json_deserialize: JSONDeserialize = json_codec.loads,
        *,
        has_one_result: bool = False,
        response: Response | None = None,
        read: ResultReader = parse_response,
    ) -> None:
        super().__init__(max_message_size, json_deserialize, response=response, read=read)
        self._has_one_result = has_one_result
        self._has_result = False

    @property
    def may_end(self) -> bool:
        """Whether the only result has arrived; some servers do not send ``complete`` after it."""
        return self._has_one_result and self._has_result

    def _react(self, event: ServerSentEvent) -> StreamEvent | Heartbeat:
        if event.type == "next" and event.data is not None:
            self._has_result = True
            return read_result(self._decode_data(event), self._response, self._read)
        if event.type == "message":
            return self._react_to_unnamed(event)
        if event.type == "complete":
            self.is_closed = True
            return COMPLETED
        if event.type == "error":
            self.is_closed = True
            return Failed(read_reasons(self._decode_or_text(event)))
        return HEARTBEAT

    def _react_to_unnamed(self, event: ServerSentEvent) -> StreamEvent | Heartbeat:
        try:
            result = self._read(self._decode_data(event), self._response)
        except (MalformedEvent, MalformedResponse):
            return HEARTBEAT
        self._has_result = True
        return result

    def _decode_or_text(self, event: ServerSentEvent) -> Any:
        try:
            return self._decode_data(event)
        except MalformedEvent:
            return event.data


class SingleConnectionEventStream(EventStreamMode[OperationEvent]):
    """A stream in single connection mode, which carries any number of operations.

    Call ``start`` before sending an operation, because its results can arrive before the response to its request. Use
    each id only once. An event for an id that is not active counts as a heartbeat, because servers may still send
    events for an operation after a request to stop it.

    Attributes:
        active: the ids of the operations that have not ended.
    """

    def __init__(
        self,
        max_message_size: int,
        json_deserialize: JSONDeserialize = json_codec.loads,
        *,
        response: Response | None = None,
        read: ResultReader = parse_response,
    ) -> None:
        super().__init__(max_message_size, json_deserialize, response=response, read=read)
        self.active: set[str] = set()

    def start(self, id: str) -> None:
        """Accept events for an operation."""
        self.active.add(id)

    def stop(self, id: str) -> None:
        """Accept no more events for an operation; does nothing if it has ended."""
        self.active.discard(id)

    def _react(self, event: ServerSentEvent) -> OperationEvent | Heartbeat:
        if event.type == "message":
            return self._react_to_unnamed(event)
        if event.type not in ("next", "complete", "error") or event.data is None:
            return HEARTBEAT
        message = self._decode_data(event)
        id = message.get("id") if isinstance(message, dict) else None
        if not isinstance(id, str):
            raise MalformedEvent(f"{event.type} must have the id of its operation")
        if id not in self.active:
            return HEARTBEAT
        if event.type == "next":
            return id, read_result(message.get("payload"), self._response, self._read)
        self.active.discard(id)
        if event.type == "complete":
            return id, COMPLETED
        return id, Failed(read_reasons(message.get("payload", message.get("errors"))))

    def _react_to_unnamed(self, event: ServerSentEvent) -> OperationEvent | Heartbeat:
        try:
            message = self._decode_data(event)
            id = message.get("id") if isinstance(message, dict) else None
            if not isinstance(id, str) or id not in self.active:
                return HEARTBEAT
            return id, self._read(message.get("payload"), self._response)
        except (MalformedEvent, MalformedResponse):
            return HEARTBEAT
