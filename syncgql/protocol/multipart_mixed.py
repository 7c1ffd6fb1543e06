"""MultipartMixedParser: parses a ``multipart/mixed`` body while it arrives.

Follows RFC 2046, section 5.1, and "Incremental Delivery over HTTP", which GraphQL servers use for it:
https://www.rfc-editor.org/rfc/rfc2046#section-5.1
https://github.com/graphql/graphql-over-http/blob/main/rfcs/IncrementalDelivery.md

A part is yielded as soon as the next delimiter has arrived, without the end of its line. Most servers send the
delimiter together with the part, but the line end with the next part, so waiting for it would delay each part by one.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from ..exceptions import TransportProtocolError
from ..result import Response
from .http import decode_json, is_json
from .json_codec import CODEC_ERRORS, JSONDeserialize, NotJSONConstant
from .response_stream import MalformedEvent, not_json, too_large, violation

DEFAULT_BOUNDARY = "-"
MAX_HEADER_BYTES = 16 * 1024

_BOUNDARY = re.compile(
    r'(?P<other>"(?:\\.|[^"\\])*")|;\s*boundary\s*=\s*(?:"(?P<quoted>(?:\\.|[^"\\])*)"|(?P<bare>[^\s;,"]*))',
    re.IGNORECASE | re.DOTALL,
)
_BLANK_LINE = re.compile(rb"\n\r?\n")
_CONTENT_TYPE = re.compile(rb"^content-type[ \t]*:[ \t]*([^;,\r\n]*)", re.IGNORECASE | re.MULTILINE)
_FIRST_HEADER = re.compile(rb"\s*content-[a-z-]+[ \t]*:", re.IGNORECASE)
_WHITESPACE = re.compile(r"[ \t\r\n]*")


class Part(NamedTuple):
    """A part that is not empty; ``media_type`` is in lower case, or empty if the part has no ``Content-Type``."""

    media_type: str
    body: bytes


def boundary_of(content_type: str) -> str:
    """Return the boundary in a ``Content-Type`` header; ``-``, the default for GraphQL, if there is none.

    The header may be a list of types, as from Strawberry; the first boundary counts.
    """
    for match in _BOUNDARY.finditer(content_type):
        if match["other"] is None:
            quoted = match["quoted"]
            return (re.sub(r"\\(.)", r"\1", quoted) if quoted else match["bare"]) or DEFAULT_BOUNDARY
    return DEFAULT_BOUNDARY


class MultipartMixedParser:
    """Splits the bytes of a multipart body into parts, in linear time.

    Accepts deviations that occur on servers: a first delimiter without a line end before it, a first part without a
    delimiter before it, LF instead of CRLF, and text before the first and after the last part. Skips empty parts.

    Args:
        boundary: the boundary, from ``boundary_of``.
        max_message_size: the maximum size of a part in bytes, including its headers; 0 for no limit.
        response: the HTTP response that carries the body; used in errors.

    Attributes:
        is_closed: whether the closing delimiter has arrived. If the body ends earlier, the connection was lost.
    """

    def __init__(self, boundary: str, max_message_size: int, response: Response | None = None) -> None:
        self.is_closed = False
        self._delimiter = b"\n--" + boundary.encode("utf-8", "surrogateescape")
        self._limit = max_message_size or math.inf
        self._response = response
        self._buffer = bytearray(b"\n")  # stands for the end of a line before the first delimiter
        self._searched = 0  # no delimiter begins before this
        self._is_preamble = True
        self._head = b""  # the last part up to its body, with the end of the delimiter's line
        self._media_type = ""

    def feed(self, chunk: bytes) -> Iterator[Part]:
        """Take bytes and yield the parts that they complete; yield nothing after the closing delimiter.

        Raises:
            TransportProtocolError: a part or its headers are too large, or malformed.
        """
        if self.is_closed:
            return
        buffer, delimiter = self._buffer, self._delimiter
        buffer += chunk
        start, end = 0, buffer.find(delimiter, self._searched)
        text = bytes(buffer) if end >= 0 else b""  # slices of a bytearray would be copied twice
        while end >= 0 and not self._take_close(text, start):
            part = self._take_part(text, start, end)
            start = end + len(delimiter)
            end = text.find(delimiter, start)
            if part is not None:
                yield part
        del buffer[:start]
        if not self._take_close(buffer, 0):
            self._searched = max(0, len(buffer) - len(delimiter) + 1)
            self._check_size(buffer, self._searched)

    def _take_close(self, text: bytes | bytearray, start: int) -> bool:
        if text.startswith(b"--", start):  # only after a delimiter: the buffer begins with a line end
            self.is_closed = True
            self._buffer.clear()
        return self.is_closed

    def _take_part(self, text: bytes, start: int, end: int) -> Part | None:
        """Parse the text between two delimiters; most parts of a body have the same headers as the last one."""
        head = self._head
        if head and text.startswith(head, start, end + 1) and end - start <= self._limit:
            body = text[start + len(head) : end].strip()
            return Part(self._media_type, body) if body else None
        # Includes the LF of the delimiter, which in an empty part can also end the headers.
        text = text[start : end + 1]
        self._check_size(text, end - start)
        if not self._is_preamble:
            return self._parse_part(text)
        self._is_preamble = False
        return self._parse_preamble(text)

    def _parse_preamble(self, text: bytes) -> Part | None:
        """Parse the text before the first delimiter: usually nothing, but with Strawberry the first part."""
        return self._parse_part(b"\n" + text.lstrip()) if _FIRST_HEADER.match(text) else None

    def _parse_part(self, text: bytes) -> Part | None:
        """Parse the text between two delimiters: the end of the delimiter's line, headers, an empty line, a body."""
        blank_line = _BLANK_LINE.search(text, 0, MAX_HEADER_BYTES)
        if blank_line is None:
            if not text.strip():
                return None
            raise self._violation("an empty line ends the headers of a part", text)
        media_type = _media_type(text[: blank_line.start() + 1])
        if media_type is None:
            raise self._violation("a boundary has a line of its own", text)
        self._head, self._media_type = text[: blank_line.end()], media_type
        body = text[blank_line.end() :].strip()
        return Part(media_type, body) if body else None

    def _check_size(self, text: bytes | bytearray, size: int) -> None:
        """Check the size of the part at the beginning of *text*, which may be incomplete."""
        if size > self._limit:
            raise too_large("a part", int(self._limit), text, self._response)
        is_part = not self._is_preamble
        if is_part and size > MAX_HEADER_BYTES and not _BLANK_LINE.search(text, 0, MAX_HEADER_BYTES):
            rule = f"the headers of a part are shorter than {MAX_HEADER_BYTES} bytes"
            raise self._violation(rule, bytes(text[:MAX_HEADER_BYTES]))

    def _violation(self, rule: str, text: bytes) -> TransportProtocolError:
        return violation("multipart/mixed", rule, text.strip(), self._response)


def _media_type(headers: bytes) -> str | None:
    """Return the media type in headers that begin with the rest of the delimiter's line; None if that is not blank."""
    rest, _, lines = headers.partition(b"\n")
    if rest.strip():
        return None
    content_type = _CONTENT_TYPE.search(lines)
    return content_type[1].decode("latin-1").strip().lower() if content_type else ""


def payloads_of(part: Part, json_deserialize: JSONDeserialize) -> Iterable[Any]:
    """Decode the payloads in a part: usually one, but some servers send several, consecutively or in a list.

    Raises:
        MalformedEvent: the part is not JSON. Payloads before the invalid text are yielded first.
    """
    if part.media_type and not is_json(part.media_type):
        raise MalformedEvent(f"a part must be JSON, not {part.media_type[:100]}")
    try:
        value = decode_json(part.body, "utf-8", json_deserialize)
    except CODEC_ERRORS as error:
        return _decode_each(part.body, json_deserialize, error)
    return value if isinstance(value, list) else [value]


def _decode_each(body: bytes, json_deserialize: JSONDeserialize, cause: Exception) -> Iterator[Any]:
    """Decode JSON values that follow one another; *cause* is the error for the body as one value."""
    find_end = json.JSONDecoder().raw_decode
    position = 0
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise not_json("a part", cause) from cause
    while position < len(text):
        try:
            _, end = find_end(text, position)
            value = json_deserialize(text[position:end])
        except NotJSONConstant as error:
            raise not_json("a part", error) from error
        except CODEC_ERRORS:
            raise not_json("a part", cause) from cause
        if isinstance(value, list):
            yield from value
        else:
            yield value
        whitespace = _WHITESPACE.match(text, end)
        position = whitespace.end() if whitespace else end
