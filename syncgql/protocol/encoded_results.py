"""Long messages with a result, which the loop thread passes on without decoding them.

The beginning of such a message shows its type and its operation, so that the consumer can decode it, in its own thread.
A decoded event consists of hundreds of objects. As long as they wait in a buffer, the garbage collector visits all of
them again and again; text it does not visit (docs/design/performance_of_events.md has the numbers).
"""

from __future__ import annotations

import re
from typing import Any

from ..result import ExecutionResult
from .graphql_response import MalformedResponse, parse_response
from .json_codec import CODEC_ERRORS
from .websocket import BrokenMessage, WebSocketProtocol, empty_result, not_json, on_event

LONG_MESSAGE = 1_024
"""The number of characters from which a message is long; a shorter one has few objects, and is decoded quickly."""

_ID = r'"id"\s*:\s*"(?P<{}>[^"\\]+)"'
_TYPE = r'"type"\s*:\s*"(?P<{}>[^"\\]+)"'
_BEGINNING = re.compile(
    rf"\s*\{{\s*(?:{_ID.format('id')}\s*,\s*{_TYPE.format('type')}|{_TYPE.format('type_first')}\s*,\s*{_ID.format('id_last')})"
    r'\s*,\s*"payload"\s*:\s*\{'
)


def operation_of(protocol: WebSocketProtocol, text: str) -> str | None:
    """Return the id of the operation if *text* is a long message that begins like a result; otherwise None.

    Messages that begin with their payload, and parts of a response, are not recognized.
    """
    if len(text) < LONG_MESSAGE or (beginning := _read_beginning(text)) is None:
        return None
    id, type = beginning
    reaction = protocol.RECEIVES[protocol.state].get(type)
    if reaction is None or reaction[0] is not on_event or id not in protocol.operations or id in protocol.readers:
        return None
    return id


def decode_result(protocol: WebSocketProtocol, text: str) -> ExecutionResult:
    """Return the result in a message that ``operation_of`` has recognized; may be called in any thread.

    Raises:
        TransportProtocolError: the message violates the protocol. The state of the connection does not change.
    """
    try:
        message = protocol.decode(text)
    except CODEC_ERRORS as error:
        raise protocol.violation_error(not_json(error), text) from error
    try:
        return _read_result(message, _read_beginning(text))
    except BrokenMessage as error:
        raise protocol.violation_error(str(error), text) from None


def _read_result(message: Any, beginning: tuple[str, str] | None) -> ExecutionResult:
    if not isinstance(message, dict):  # decoded by a function of the user
        raise BrokenMessage("a message must be a JSON object")
    payload = message.get("payload")
    if (message.get("id"), message.get("type")) != beginning or not isinstance(payload, dict):
        raise BrokenMessage("a message has each member once")
    try:
        return parse_response(payload)
    except MalformedResponse as error:
        return empty_result(message, error)


def _read_beginning(text: str) -> tuple[str, str] | None:
    """Return the id and the type at the beginning of a message."""
    match = _BEGINNING.match(text)
    if match is None:
        return None
    return match["id"] or match["id_last"], match["type"] or match["type_first"]
