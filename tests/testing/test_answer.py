"""Answer: the HTTP response of a registered answer."""

from __future__ import annotations

import json
from typing import Any

import pytest

from syncgql import TransportConnectionFailed
from syncgql.testing.answer import Answer


def test_a_payload_is_json() -> None:
    """Its headers may be overridden."""
    answer = Answer({"data": {"n": 1}}, headers={"X": "1"})
    assert json.loads(answer.content) == {"data": {"n": 1}}
    assert answer.http_headers == {"Content-Type": "application/json", "X": "1"}


def test_a_body_is_text() -> None:
    """It is sent as it is."""
    answer = Answer(body="<p>", headers={"Content-Type": "text/html"})
    assert (answer.content, answer.http_headers) == (b"<p>", {"Content-Type": "text/html"})


def test_an_exception_is_a_new_object() -> None:
    """Each call raises its own exception, whether a class or an object was given."""
    error = TransportConnectionFailed("cut")
    assert isinstance(Answer(raises=TransportConnectionFailed("cut")).error(), TransportConnectionFailed)
    assert Answer(raises=error).error() is not error
    assert isinstance(Answer(raises=ZeroDivisionError).error(), ZeroDivisionError)
    assert Answer().error() is None


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"status": "500"}, TypeError, "status must be an int, not str"),
        ({"status": True}, TypeError, "status must be an int, not bool"),
        ({"status": 99}, ValueError, "status must be from 200 to 599, not 99"),
        ({"body": 5}, TypeError, "body must be"),
        ({"raises": "x"}, TypeError, "raises must be an exception, not str"),
        ({"raises": int}, TypeError, "raises must be an exception, not type"),
        ({"delay": "3"}, TypeError, "delay must be a number of seconds, not str"),
        ({"delay": -1}, ValueError, "delay must be 0 seconds or more"),
    ],
)
def test_wrong_values(arguments: dict[str, Any], error: type[Exception], message: str) -> None:
    """They are refused by name where the answer is registered, not by the call that receives it."""
    with pytest.raises(error, match=message):
        Answer(**arguments)
