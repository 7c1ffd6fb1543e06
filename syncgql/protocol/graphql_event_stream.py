"""GraphQL over Server-Sent Events: what the events of a stream mean.

Follows "GraphQL over Server-Sent Events Protocol", which has two modes:
https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md

- distinct connections, ``GraphQLEventStream``: a stream carries one operation.
- single connection, ``SingleConnectionEventStream``: a stream carries all operations of a client, by their ids.

What servers do beside the protocol is read where its meaning is clear. Events without a name that hold a response
count as ``next``. ``error`` ends the operation. Events of other names, such as ``ping``, are heartbeats.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any, Generic, TypeVar

from ..exceptions import TransportProtocolError
from ..result import Response
from . import json_codec
from .event_stream import Comment, EventStreamParser, ServerSentEvent
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
    read_errors,
    read_result,
    violation,
)

PROTOCOL = "GraphQL over Server-Sent Events"
OperationEvent = tuple[str, StreamEvent]
"""The id of an operation, and what the stream says about it."""

E = TypeVar("E", StreamEvent, OperationEvent)


class EventStreamMode(ABC, Generic[E]):
    """What both modes have in common.

    Args:
        max_message_size: bytes of the largest event that is accepted; 0 for no limit.
        json_deserialize: decodes events; may be the user's.
        response: the HTTP response that carries the stream; stands in results and errors.
        read: reads the payload of one result; other than ``parse_response`` for incremental results.

    Attributes:
        is_closed: nothing more is read, because the operation ended or the server broke the protocol. A stream whose
            bytes end before that was lost.
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
        """The value for ``Last-Event-ID`` when the stream is opened again; empty when there is none."""
        return self._parser.last_event_id

    @property
    def reconnection_time(self) -> float | None:
        """Seconds to wait before the stream is opened again; None when the server did not say."""
        return self._parser.reconnection_time

    def feed(self, chunk: bytes) -> Iterator[E | Heartbeat]:
        """Take bytes and yield what they complete; nothing after the end.

        Raises:
            TransportProtocolError: the server broke the protocol; this is the end of the stream.
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
        """Return what an event means.

        Raises:
            MalformedEvent: it breaks a rule.
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
            raise MalformedEvent(f"the data of {event.type} is JSON") from error


class GraphQLEventStream(EventStreamMode[StreamEvent]):
    """A stream of the mode "distinct connections", which carries one operation."""

    def _react(self, event: ServerSentEvent) -> StreamEvent | Heartbeat:
        if event.type == "next" and event.data is not None:
            return read_result(self._decode_data(event), self._response, self._read)
        if event.type == "message":
            return self._react_to_unnamed(event)
        if event.type == "complete":
            self.is_closed = True
            return COMPLETED
        if event.type == "error":
            self.is_closed = True
            return Failed(read_errors(self._decode_or_text(event)))
        return HEARTBEAT

    def _react_to_unnamed(self, event: ServerSentEvent) -> StreamEvent | Heartbeat:
        try:
            return self._read(self._decode_data(event), self._response)
        except (MalformedEvent, MalformedResponse):
            return HEARTBEAT

    def _decode_or_text(self, event: ServerSentEvent) -> Any:
        try:
            return self._decode_data(event)
        except MalformedEvent:
            return event.data


class SingleConnectionEventStream(EventStreamMode[OperationEvent]):
    """A stream of the mode "single connection", which carries operations by their ids.

    Register an id by ``start`` before its operation is sent, because results may arrive before the answer to that.
    Events for other ids are heartbeats: a server may send them after it was told to stop. Use each id once.
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
        """Expect events of an operation."""
        self.active.add(id)

    def stop(self, id: str) -> None:
        """Expect no more events of an operation, which may have ended already."""
        self.active.discard(id)

    def _react(self, event: ServerSentEvent) -> OperationEvent | Heartbeat:
        if event.type == "message":
            return self._react_to_unnamed(event)
        if event.type not in ("next", "complete", "error") or event.data is None:
            return HEARTBEAT
        message = self._decode_data(event)
        id = message.get("id") if isinstance(message, dict) else None
        if not isinstance(id, str):
            raise MalformedEvent(f"{event.type} has the id of its operation")
        if id not in self.active:
            return HEARTBEAT
        if event.type == "next":
            return id, read_result(message.get("payload"), self._response, self._read)
        self.active.discard(id)
        if event.type == "complete":
            return id, COMPLETED
        return id, Failed(read_errors(message.get("payload", message.get("errors"))))

    def _react_to_unnamed(self, event: ServerSentEvent) -> OperationEvent | Heartbeat:
        try:
            message = self._decode_data(event)
            id = message.get("id") if isinstance(message, dict) else None
            if not isinstance(id, str) or id not in self.active:
                return HEARTBEAT
            return id, self._read(message.get("payload"), self._response)
        except (MalformedEvent, MalformedResponse):
            return HEARTBEAT
