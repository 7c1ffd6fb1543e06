"""Player: recordings as answers and scripts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from syncgql import GraphQLRequest
from syncgql.protocol.masking import Mask
from syncgql.testing import RecordedRequest, complete, errors, event
from syncgql.testing.answer import Answer
from syncgql.testing.player import Player
from syncgql.testing.redactor import Redactor
from syncgql.testing.tape import NotRecorded, Tape

CALL = RecordedRequest(GraphQLRequest("query Book { book }"))
NOTHING = Redactor([])


def player(response: dict[str, Any]) -> Player:
    tape = Tape(Path("a.json"))
    tape.record(CALL, Mask({}), NOTHING, response)
    return Player(tape, NOTHING)


@pytest.mark.parametrize(
    ("response", "answer"),
    [
        ({"data": None, "errors": [{"message": "m"}]}, Answer({"data": None, "errors": [{"message": "m"}]})),
        (
            {"status": 503, "headers": {"Retry-After": "7"}, "body": "later"},
            Answer({}, 503, {"Retry-After": "7"}, "later"),
        ),
    ],
)
def test_answers(response: dict[str, Any], answer: Answer) -> None:
    """Payloads, and HTTP responses that are none of GraphQL."""
    assert player(response).answer(CALL) == answer


@pytest.mark.parametrize(
    ("end", "steps"),
    [
        ({}, []),
        ({"end": "complete"}, [complete()]),
        ({"end": {"errors": [{"message": "no"}]}}, [errors({"message": "no"})]),
    ],
)
def test_subscriptions(end: dict[str, Any], steps: list[Any]) -> None:
    """The events, and the end if there was one."""
    assert player({"events": [{"data": {"n": 1}}], **end}).act(CALL) == [event({"n": 1}), *steps]


def test_a_stale_response() -> None:
    """The message has the tape, the reasons and what to do."""
    assert player({}).describe_stale(CALL, ["book is missing."]).splitlines() == [
        "a.json has a response to query Book that could not come from a server with this schema:",
        "- book is missing.",
        "To record it again, with the real server, call record() instead of replay().",
    ]


def test_checking_does_not_play() -> None:
    """It raises what playing raises."""
    checked = player({"data": {"n": 1}})
    checked.check(CALL)
    with pytest.raises(NotRecorded):
        checked.check(RecordedRequest(GraphQLRequest("query Other { book }")))
