"""EventStreamParser: the format ``text/event-stream``.

Follows the WHATWG HTML standard, sections "Parsing an event stream" and "Interpreting an event stream":
https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream

It differs from the standard in two points, which GraphQL servers require: comments are reported, because they show
that the connection is alive, and an event that has a type but no data is not dropped.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import NamedTuple

from ..result import Response
from .response_stream import too_large

MAX_RECONNECTION_TIME = 3600.0
"""The longest reconnection time that is accepted from a server, in seconds; a longer one is cut to this."""


class ServerSentEvent(NamedTuple):
    """An event; ``data`` is None when no ``data`` line came, which the standard does not dispatch."""

    type: str
    data: str | None


class Comment(NamedTuple):
    """A comment line, without its colon."""

    text: str


class EventStreamParser:
    """Turns the bytes of an event stream into events, at a cost linear in their number.

    Args:
        max_message_size: bytes of the largest event that is accepted; 0 for no limit. An unfinished line counts as part
            of the event.
        response: the HTTP response that carries the stream, for messages.

    Attributes:
        last_event_id: the value for ``Last-Event-ID`` when the stream is opened again; empty when there is none.
        reconnection_time: seconds to wait before that, from ``retry``; None when the server did not say.
    """

    def __init__(self, max_message_size: int, response: Response | None = None) -> None:
        self.last_event_id = ""
        self.reconnection_time: float | None = None
        self._limit = max_message_size
        self._response = response
        self._line = bytearray()  # the beginning of a line whose end has not arrived
        self._is_first_line = True
        self._ended_with_cr = False
        self._type = ""
        self._data: list[bytes] = []
        self._size = 0
        self._id = ""

    def feed(self, chunk: bytes) -> Iterator[ServerSentEvent | Comment]:
        """Take bytes and yield what they complete.

        An event whose closing empty line never arrives is never yielded, as the standard demands.

        Raises:
            TransportProtocolError: an event is larger than ``max_message_size``.
        """
        if not chunk:
            return
        if self._ended_with_cr:
            chunk = chunk.removeprefix(b"\n")  # a CRLF that was cut in two
        self._ended_with_cr = chunk.endswith(b"\r")
        lines = chunk.splitlines()  # at CRLF, LF and CR, and, unlike that of str, nowhere else
        rest = lines.pop() if lines and not chunk.endswith((b"\n", b"\r")) else b""
        if lines and self._line:
            lines[0] = bytes(self._line + lines[0])
            self._line.clear()
        for line in lines:
            event = self._take_line(line)
            if event is not None:
                yield event
        self._line += rest
        self._check_size(self._line)

    def _take_line(self, line: bytes) -> ServerSentEvent | Comment | None:
        if self._is_first_line:
            self._is_first_line = False
            line = line.removeprefix(codecs.BOM_UTF8)
        if not line:
            return self._dispatch()
        self._check_size(line)
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

    def _check_size(self, line: bytes | bytearray) -> None:
        if self._limit and self._size + len(line) > self._limit:
            beginning = self._data[0] if self._data else line
            raise too_large("an event", self._limit, beginning, self._response)


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")


def _seconds(milliseconds: bytes) -> float:
    if len(milliseconds) > 15:  # int() refuses thousands of digits
        return MAX_RECONNECTION_TIME
    return min(int(milliseconds) / 1000, MAX_RECONNECTION_TIME)
