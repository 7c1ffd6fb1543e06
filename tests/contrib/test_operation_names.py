"""The type and the name of an operation."""

from __future__ import annotations

import pytest

from syncgql import Deadline, GraphQLRequest, Operation
from syncgql.contrib.operation_names import label, type_and_name


@pytest.mark.parametrize(
    ("text", "expected"),
    [("mutation Add { add }", ("mutation", "Add")), ("{ a }", ("query", None)), ("query {", (None, None))],
)
def test_the_type_and_the_name(text: str, expected: tuple[str | None, str | None]) -> None:
    """A syntax error is for the server to report."""
    assert type_and_name(Operation(GraphQLRequest(text), Deadline())) == expected


@pytest.mark.parametrize(
    ("text", "expected"), [("mutation Add { add }", "mutation Add"), ("{ a }", "query"), ("query {", "operation")]
)
def test_the_label(text: str, expected: str) -> None:
    """Parts that are unknown are left out."""
    assert label(Operation(GraphQLRequest(text), Deadline())) == expected
