"""Answer: the HTTP response of a registered answer."""

from __future__ import annotations

import json

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
