"""Messages of Phoenix and Absinthe: their types, and the results, ids and errors in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..result import ExecutionResult
from .graphql_errors import NO_REASON, as_text, read_reasons
from .graphql_response import MalformedResponse, parse_response
from .json_codec import JSONDeserialize
from .phoenix_frames import Frame, Serializer
from .websocket import BrokenMessage


def read_message(serializer: Serializer, json_deserialize: JSONDeserialize, text: str) -> dict[str, Any] | None:
    """Decode a message and name its type, as ``RECEIVES`` lists them; return None if it is not a frame."""
    frame = serializer.read(json_deserialize(text))
    return None if frame is None else {"type": _type(frame), "frame": frame, "text": text}


def _type(frame: Frame) -> str:
    if frame.event == "subscription:data":
        return "subscription:data"
    if frame.event in ("phx_error", "phx_close"):
        return "channel end"
    if frame.event != "phx_reply" or not isinstance(frame.ref, str) or not isinstance(frame.payload, dict):
        return "other"
    if frame.topic == "phoenix":
        return "heartbeat"
    if frame.payload.get("status") == "ok":
        return "ok"
    response = frame.payload.get("response")
    is_unmatched = isinstance(response, dict) and response.get("reason") == "unmatched topic"
    return "unmatched topic" if is_unmatched else "error"


def outcome(payload: Mapping[str, Any]) -> tuple[str, Any]:
    """Return the kind of a reply to a document, and its content: the id, the response or the errors."""
    response = payload.get("response")
    if payload.get("status") != "ok":
        return "errors", response
    id = response.get("subscriptionId") if isinstance(response, dict) else None
    return ("subscription", id) if isinstance(id, str) and _can_be_sent(id) else ("result", response)


def _can_be_sent(text: str) -> bool:
    """Return whether a string from the server can be sent back; JSON can contain strings that UTF-8 cannot encode."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def result_of(frame: Frame | None) -> ExecutionResult:
    """Return the result in an event."""
    payload = None if frame is None else frame.payload
    result = payload.get("result") if isinstance(payload, dict) else None
    try:
        return parse_response(result)
    except MalformedResponse as error:
        raise BrokenMessage(f"the result of subscription:data must be a GraphQL response, but {error}") from None


def errors_of(response: Any) -> list[dict[str, Any]]:
    """Return the errors of a reply whose status is not "ok", at least one, each with a message."""
    if isinstance(response, dict) and "errors" not in response and "message" not in response:
        return [{"message": reason_of(response)}]
    return read_reasons(response)


def reason_of(response: Any) -> str:
    """Return the reason in an error reply."""
    if isinstance(response, dict):
        given = [response[name] for name in ("reason", "error", "message") if response.get(name)]
        response = given[0] if given else response
    return as_text(response) if response else NO_REASON
