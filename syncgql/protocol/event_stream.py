"""EventStreamParser: parses ``text/event-stream`` while it arrives.

Follows the WHATWG HTML standard, sections "Parsing an event stream" and "Interpreting an event stream":
https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream

It differs from the standard in two ways: comments are reported, because they show that the connection is alive, and an
event with a type but without data, such as ``complete``, is not dropped.
"""

from __future__ import annotations

import codecs
import math
from collections.abc import Iterator
from typing import NamedTuple

from ..exceptions import TransportProtocolError
from ..result import Response
from .response_stream import too_large

MAX_RECONNECTION_TIME = 3600.0
"""The maximum reconnection time in seconds; longer times from a server are reduced to it."""


class ServerSentEvent(NamedTuple):
    """An event; ``data`` is None if it had no ``data`` line. The standard drops such an event."""

    type: str
    data: str | None


class Comment(NamedTuple):
    """A comment line, without its colon."""

    text: str


class EventStreamParser:
    """Splits the bytes of an event stream into events, in linear time.

    Args:
        max_message_size: the maximum size of an event in bytes, including an unfinished line; 0 for no limit.
        response: the HTTP response that carries the stream; used in errors.

    Attributes:
        last_event_id: the id to send as ``Last-Event-ID`` when reconnecting; empty if the server sent none.
        reconnection_time: seconds to wait before reconnecting, from ``retry``; None if the server sent none.
    """

    def __init__(self, max_message_size: int, response: Response | None = None) -> None:
        self.last_event_id = ""
        self.reconnection_time: float | None = None
        self._limit = max_message_size or math.inf
        self._response = response
        self._line = bytearray()  # the beginning of a line whose end has not arrived
        self._is_first_line = True
        self._ended_with_cr = False
        self._type = ""
        self._data: list[bytes] = []
        self._size = 0
        self._id = ""

    def feed(self, chunk: bytes) -> Iterator[ServerSentEvent | Comment]:
        """Take bytes and yield the events and comments that they complete.

        An event is complete when the empty line after it has arrived.

        Raises:
            TransportProtocolError: an event is larger than ``max_message_size``.
        """
        if not chunk:
            return
        if self._ended_with_cr:
            chunk = chunk.removeprefix(b"\n")  # a CRLF that was split
        self._ended_with_cr = chunk.endswith(b"\r")
        lines = chunk.splitlines()  # at CRLF, LF and CR only, unlike str.splitlines()
        rest = lines.pop() if lines and not chunk.endswith((b"\n", b"\r")) else b""
        if lines and self._line:
            lines[0] = bytes(self._line + lines[0])
            self._line.clear()
        for line in lines:
            event = self._take_line(line)
            if event is not None:
                yield event
        if rest:
            self._line += rest
            if self._size + len(self._line) > self._limit:
                raise self._too_large(self._line)

    def _take_line(self, line: bytes) -> ServerSentEvent | Comment | None:
        if self._is_first_line:
            self._is_first_line = False
            line = line.removeprefix(codecs.BOM_UTF8)
        if not line:
            return self._dispatch()
        if self._size + len(line) > self._limit:
            raise self._too_large(line)
        name, _, value = line.partition(b":")
        if not name:
            return Comment(_text(value))
        value = value.removeprefix(b" ")
        if name == b"data":
            self._data.append(value)
            self._size += len(line)
        elif name == b"event":
            self._type = _text(value)
        elif name == b"id" and b"\0" not in value:
            self._id = _text(value)
        elif name == b"retry" and value.isdigit():
            self.reconnection_time = _seconds(value)
        return None

    def _dispatch(self) -> ServerSentEvent | None:
        self.last_event_id = self._id
        type, data = self._type, self._data
        if not type and not data:
            return None
        self._type, self._data, self._size = "", [], 0
        return ServerSentEvent(type or "message", _text(b"\n".join(data)) if data else None)

    def _too_large(self, line: bytes | bytearray) -> TransportProtocolError:
        beginning = self._data[0] if self._data else line
        return too_large("an event", int(self._limit), beginning, self._response)


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")


def _seconds(milliseconds: bytes) -> float:
    if len(milliseconds) > 15:  # int() rejects thousands of digits
        return MAX_RECONNECTION_TIME
    return min(int(milliseconds) / 1000, MAX_RECONNECTION_TIME)
