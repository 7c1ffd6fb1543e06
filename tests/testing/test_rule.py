"""Rule: which operations an answer is for, and which answer is next."""

from __future__ import annotations

import pytest

from syncgql import gql
from syncgql.testing import GraphQLMock

from .program import deep_inside


def test_by_document_and_by_function(mock: GraphQLMock) -> None:
    """A document matches regardless of its layout; a function receives the call."""
    mock.add(gql("query Book($id: ID!) {\n book(id: $id) {\n title } }"), {"book": None})
    mock.add(lambda call: call.operation_type == "mutation", {"ok": True})
    assert deep_inside() == {"book": None}
    assert deep_inside("mutation { ok }") == {"ok": True}


def test_answers_in_their_order(mock: GraphQLMock) -> None:
    """The last answer is repeated."""
    mock.add("Book", {"book": 1})
    mock.add("Book", lambda call: {"book": call.variables["id"]})
    assert [deep_inside(), deep_inside(id="2"), deep_inside(id="3")] == [{"book": 1}, {"book": "2"}, {"book": "3"}]


def test_values_that_cannot_match(mock: GraphQLMock) -> None:
    """It is refused when it is registered."""
    with pytest.raises(TypeError, match="must be an operation name, a document or a function, not int"):
        mock.add(1, {"book": None})  # type: ignore[arg-type]
