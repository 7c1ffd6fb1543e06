"""The names of the operations of one connection, for its log records."""

from __future__ import annotations

from syncgql import GraphQLRequest
from syncgql.transport.recovery.operation_names import MAX_NAMES, operation_names


def test_names_are_sorted_and_unique() -> None:
    """They come from the documents, or from operation_name if there are several operations."""
    several = "subscription C { c } subscription D { d }"
    requests = [
        GraphQLRequest("subscription B { b }", {"x": 1}),
        GraphQLRequest("subscription B { b }", {"x": 2}),
        GraphQLRequest("subscription { anonymous }"),
        GraphQLRequest(several, operation_name="D"),
        GraphQLRequest("subscription A { a }"),
    ]
    assert operation_names(requests) == "A, B, D"


def test_operations_without_names() -> None:
    """There is no name for an anonymous operation, nor for a document that cannot be parsed."""
    assert (
        operation_names([GraphQLRequest("subscription { n }"), GraphQLRequest("{"), GraphQLRequest("{ a } ")]) is None
    )


def test_many_names() -> None:
    """The number of further names is given."""
    names = operation_names([GraphQLRequest(f"subscription S{n:02} {{ n }}") for n in range(MAX_NAMES + 3)])
    assert names == "S00, S01, S02, S03, S04, S05, S06, S07, S08, S09, 3 more"
