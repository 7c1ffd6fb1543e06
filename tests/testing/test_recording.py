"""Recording: what is masked, and which operations a recording fits."""

from __future__ import annotations

from typing import Any

import pytest

from syncgql import GraphQLRequest
from syncgql.protocol.masking import Mask
from syncgql.testing import RecordedRequest
from syncgql.testing.recording import Recording
from syncgql.testing.redactor import Redactor

MASK = Mask({"Authorization": "Bearer book-token"})


def recording(variables: Any = None, document: str = "query Book { book }", **response: Any) -> Recording:
    return Recording.of(RecordedRequest(GraphQLRequest(document, variables)), Redactor([]), response)


def test_json() -> None:
    """The members have a fixed order, and empty ones are omitted."""
    written = recording(errors=[], data={"book": 1}).as_json()
    assert list(written) == ["operation", "document", "data", "errors"]
    assert Recording.from_json(written).as_json() == written


def test_masking() -> None:
    """Credentials in variables, in the response and in strings of the document are masked, but not the names in it."""
    document = 'query Book { book(token: "book-token", text: """\na "book-token"\n""") { title } }'
    masked = recording({"a": ["book-token"], "n": 1}, document, data={"said": "no book-token"}).masked(MASK)
    assert masked.variables == {"a": ["***"], "n": 1}
    assert masked.response == {"data": {"said": "no ***"}}
    assert "book-token" not in "\n".join(masked.document)
    assert masked.document[0] == "query Book {"
    assert '  book(token: "***", text: """' in masked.document
    assert masked.fits(recording({"a": ["other-token"], "n": 1}, document.replace("book-token", "x")))


@pytest.mark.parametrize(
    ("recorded", "sent", "fits"),
    [
        ({"a": "***"}, {"a": "anything\nat all"}, True),
        ({"a": "Bearer ***!"}, {"a": "Bearer x!"}, True),
        ({"a": "Bearer ***!"}, {"a": "Basic x!"}, False),
        ({"a": "***"}, {"a": 1}, False),
        ({"a": "***"}, {"a": "x", "b": 1}, False),
        ({"a": {"b": ["***", "c.d"]}}, {"a": {"b": ["x", "c.d"]}}, True),
        ({"a": {"b": ["***", "c.d"]}}, {"a": {"b": ["x", "c-d"]}}, False),
        ({"a": ["***"]}, {"a": []}, False),
        ({"a": 1}, {"a": True}, False),
        ({"a": 1}, {"a": 1.0}, False),
        ({"a": None}, {"a": None}, True),
    ],
)
def test_variables_that_fit(recorded: Any, sent: Any, fits: bool) -> None:
    """``***`` stands for any text; everything else must be equal."""
    assert recording(recorded).fits(recording(sent)) is fits


def test_other_operations_do_not_fit() -> None:
    """The name and the document must be equal; the layout does not matter."""
    assert recording().fits(recording(document="query Book {\n book }"))
    assert not recording().fits(recording(document="query Books { book }"))
    assert not recording().fits(recording(document="query Book { books }"))
