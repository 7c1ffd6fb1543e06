"""Results with Python values."""

from __future__ import annotations

import pickle
from datetime import date
from typing import Any

import pytest
from graphql import GraphQLScalarType, GraphQLSchema

from syncgql import GraphQLRequest, TransportProtocolError, update_schema_enum, update_schema_scalar
from syncgql.schema.results import result_parser
from tests.schemas import schema_of


@pytest.fixture
def schema() -> GraphQLSchema:
    """The library, with dates as dates and genres as numbers."""
    schema = schema_of("library")
    update_schema_scalar(schema, "DateTime", GraphQLScalarType("DateTime", parse_value=date.fromisoformat))
    update_schema_enum(schema, "Genre", {"NOVEL": 1, "ESSAY": 2, "POEM": 3})
    return schema


def parsed(schema: GraphQLSchema, document: str, data: Any) -> Any:
    parser = result_parser(schema, GraphQLRequest(document))
    return data if parser is None else parser(data)


@pytest.mark.parametrize(
    ("document", "data", "expected"),
    [
        (
            "{ book(id: 1) { printedAt } }",
            {"book": {"printedAt": "2020-01-02"}},
            {"book": {"printedAt": date(2020, 1, 2)}},
        ),
        ("{ book(id: 1) { printedAt } }", {"book": {"printedAt": None}}, {"book": {"printedAt": None}}),
        ("{ book(id: 1) { printedAt } }", {"book": None}, {"book": None}),
        ("{ a: book(id: 1) { when: printedAt } }", {"a": {"when": "2020-01-02"}}, {"a": {"when": date(2020, 1, 2)}}),
        (
            "{ books { genre } }",
            {"books": [{"genre": "NOVEL"}, {"genre": None}]},
            {"books": [{"genre": 1}, {"genre": None}]},
        ),
        (
            "{ book(id: 1) { printings } }",
            {"book": {"printings": [["2020-01-02", None], []]}},
            {"book": {"printings": [[date(2020, 1, 2), None], []]}},
        ),
        (
            "{ works { __typename ... on Book { genre } ... on Film { minutes } } }",
            {"works": [{"__typename": "Film", "minutes": 3}, {"genre": "ESSAY"}]},
            {"works": [{"__typename": "Film", "minutes": 3}, {"genre": 2}]},
        ),
        (
            """
            { node(id: 1) { ...N } }
            fragment N on Node { id ... on Author { favourite { ...B } } }
            fragment B on Book { printedAt author { favourite { genre } } }
            """,
            {"node": {"favourite": {"printedAt": "2020-01-02", "author": {"favourite": {"genre": "POEM"}}}}},
            {"node": {"favourite": {"printedAt": date(2020, 1, 2), "author": {"favourite": {"genre": 3}}}}},
        ),
        (
            """
            { book(id: 1) { author { name } } book(id: 1) { author { favourite { genre } } ...X } }
            fragment X on Book { ... @include(if: true) { genre } }
            """,
            {"book": {"author": {"name": "x", "favourite": {"genre": "POEM"}}, "genre": "NOVEL"}},
            {"book": {"author": {"name": "x", "favourite": {"genre": 3}}, "genre": 1}},
        ),
        (
            'mutation { addBook(input: {title: ""}) { genre } }',
            {"addBook": {"genre": "POEM"}},
            {"addBook": {"genre": 3}},
        ),
        ("subscription { bookAdded { genre } }", {"bookAdded": {"genre": "POEM"}}, {"bookAdded": {"genre": 3}}),
    ],
)
def test_scalars_and_enums_are_parsed_wherever_they_are(
    schema: GraphQLSchema, document: str, data: Any, expected: Any
) -> None:
    """Aliases, lists, fragments and repeated fields are followed; null stays null."""
    assert parsed(schema, document, data) == expected


@pytest.mark.parametrize(
    "document", ["{ version }", "{ books { title author { id } extra } }", "{ __schema { queryType { name } } }"]
)
def test_results_without_values_to_parse(schema: GraphQLSchema, document: str) -> None:
    """A document without custom scalars and enums needs no parser."""
    assert result_parser(schema, GraphQLRequest(document)) is None


def test_enums_are_left_as_they_are_unless_registered() -> None:
    """The names of an enum are its values by default, so a name that is new on the server is accepted."""
    assert result_parser(schema_of("library"), GraphQLRequest("{ books { genre } }")) is None


def test_the_error_has_the_path_and_the_value(schema: GraphQLSchema) -> None:
    """The path leads to the value; the cause is the scalar's exception."""
    data = {"books": [{"printedAt": "2020-01-02"}, {"printedAt": "soon"}]}
    with pytest.raises(TransportProtocolError, match=r"\.books\[1\]\.printedAt: .* parsed as DateTime") as caught:
        parsed(schema, "{ books { printedAt } }", data)
    assert isinstance(caught.value.__cause__, ValueError)
    assert caught.value.received == "'soon'"
    assert pickle.loads(pickle.dumps(caught.value)).received == "'soon'"


def test_an_unknown_enum_value_of_a_registered_enum_is_an_error(schema: GraphQLSchema) -> None:
    """There is no Python value for it."""
    with pytest.raises(TransportProtocolError, match=r"data\.books\[0\]\.genre: .* cannot be parsed as Genre"):
        parsed(schema, "{ books { genre } }", {"books": [{"genre": "SAGA"}]})


def test_data_of_another_shape_than_the_schemas_is_an_error_with_a_path(schema: GraphQLSchema) -> None:
    """A list instead of an object violates the protocol."""
    with pytest.raises(TransportProtocolError, match=r"data\.book: "):
        parsed(schema, "{ book(id: 1) { printedAt } }", {"book": ["2020-01-02"]})
    with pytest.raises(TransportProtocolError, match=r"data\.books: "):
        parsed(schema, "{ books { printedAt } }", {"books": 3})
