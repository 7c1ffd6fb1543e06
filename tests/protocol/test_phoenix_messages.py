"""What messages of Phoenix and Absinthe say."""

from __future__ import annotations

import json
from typing import Any

import pytest

from syncgql import ExecutionResult
from syncgql.protocol import json_codec
from syncgql.protocol.phoenix_frames import SERIALIZERS, Frame
from syncgql.protocol.phoenix_messages import errors_of, outcome, read_message, reason_of, result_of
from syncgql.protocol.websocket import BrokenMessage

OK: dict[str, Any] = {"status": "ok", "response": {}}
ERROR: dict[str, Any] = {"status": "error", "response": {"reason": "no"}}
UNMATCHED: dict[str, Any] = {"status": "error", "response": {"reason": "unmatched topic"}}


@pytest.mark.parametrize(
    ("ref", "topic", "event", "payload", "type"),
    [
        ("2", "c", "phx_reply", OK, "ok"),
        ("2", "c", "phx_reply", ERROR, "error"),
        ("2", "c", "phx_reply", {"status": "timeout"}, "error"),
        ("2", "c", "phx_reply", UNMATCHED, "unmatched topic"),
        ("2", "phoenix", "phx_reply", OK, "heartbeat"),
        (None, "c", "phx_reply", OK, "other"),
        ("2", "c", "phx_reply", "ok", "other"),
        (None, "x", "subscription:data", {}, "subscription:data"),
        ("1", "c", "phx_error", {}, "channel end"),
        ("1", "c", "phx_close", {}, "channel end"),
        (None, "c", "presence_diff", {}, "other"),
        ([], {}, [], None, "other"),
    ],
)
def test_the_type_of_a_message(ref: Any, topic: Any, event: Any, payload: Any, type: str) -> None:
    """It follows from the event, the topic and the status."""
    text = json.dumps(["1", ref, topic, event, payload])
    message = read_message(SERIALIZERS["2.0.0"], json_codec.loads, text)
    assert message == {"type": type, "frame": Frame("1", ref, topic, event, payload), "text": text}


def test_values_that_are_not_messages() -> None:
    """Return None, so that the state machine reports the violation."""
    assert read_message(SERIALIZERS["2.0.0"], json_codec.loads, '{"type": "ok"}') is None


def test_the_outcome_of_a_document() -> None:
    """A reply is a subscription, a result or errors; an id that cannot be sent back does not count."""
    assert outcome({"status": "ok", "response": {"subscriptionId": "X"}}) == ("subscription", "X")
    assert outcome({"status": "ok", "response": {"data": 1}}) == ("result", {"data": 1})
    assert outcome({"status": "error", "response": "no"}) == ("errors", "no")
    for id in (7, None, "\ud800"):
        assert outcome({"status": "ok", "response": {"subscriptionId": id}})[0] == "result"


def test_the_result_of_an_event() -> None:
    """It is a GraphQL response, or the message is broken."""
    assert result_of(Frame(None, None, "X", "e", {"result": {"data": {"n": 1}}})) == ExecutionResult({"n": 1})
    payloads: list[Any] = [None, [], {}, {"result": 1}, {"result": {}}]
    for payload in payloads:
        with pytest.raises(BrokenMessage):
            result_of(Frame(None, None, "X", "e", payload))


@pytest.mark.parametrize(
    ("response", "reason"),
    [
        ({"reason": "a", "error": "b"}, "a"),
        ({"error": "b"}, "b"),
        ({"message": "c"}, "c"),
        ({"other": 1}, '{"other":1}'),
        ("d", "d"),
        ({}, "The server gave no reason."),
        (None, "The server gave no reason."),
    ],
)
def test_x05_reasons(response: Any, reason: str) -> None:
    """They are text, and so are the errors that are made of them."""
    assert reason_of(response) == reason
    assert errors_of(response)[0]["message"] == reason
