"""Custom scalars and enums as Python values."""

from __future__ import annotations

import enum
from datetime import date

import pytest
from graphql import GraphQLScalarType, GraphQLSchema, print_schema

from syncgql import GraphQLRequest, update_schema_enum, update_schema_scalar, update_schema_scalars
from syncgql.schema.validation import SchemaDocuments
from tests.schemas import schema_of

DATE = GraphQLScalarType("DateTime", serialize=lambda value: value.isoformat(), parse_value=date.fromisoformat)
BOOK = GraphQLRequest("query ($g: Genre) { book(id: 1, genre: $g) { printedAt genre } }")


class Genre(enum.Enum):
    NOVEL = 1
    ESSAY = 2
    POEM = 3


@pytest.fixture
def schema() -> GraphQLSchema:
    return schema_of("library")


def test_a_scalar_changes_its_behavior_and_keeps_its_identity(schema: GraphQLSchema) -> None:
    """The schema itself is unchanged; only the conversion of values differs."""
    before = print_schema(schema)
    update_schema_scalar(schema, "DateTime", DATE)
    documents = SchemaDocuments(schema)
    assert documents.parse_data(BOOK, {"book": {"printedAt": "2020-01-02"}}) == {
        "book": {"printedAt": date(2020, 1, 2)}
    }
    assert print_schema(schema) == before


def test_several_scalars_go_by_their_own_names(schema: GraphQLSchema) -> None:
    """update_schema_scalars() takes the names from the scalars."""
    update_schema_scalars(schema, [DATE, GraphQLScalarType("JSON", parse_value=str)])
    assert schema.type_map["DateTime"].parse_value("2020-01-02") == date(2020, 1, 2)  # type: ignore[attr-defined]
    assert schema.type_map["JSON"].parse_value(1) == "1"  # type: ignore[attr-defined]


def test_a_later_update_replaces_the_whole_behaviour(schema: GraphQLSchema) -> None:
    """The abilities of the first scalar that the second lacks are removed, also for documents used before."""
    documents = SchemaDocuments(schema)
    update_schema_scalar(schema, "DateTime", DATE)
    assert documents.parse_data(BOOK, {"book": {"printedAt": "2020-01-02"}})["book"]["printedAt"] == date(2020, 1, 2)
    update_schema_scalar(schema, "DateTime", GraphQLScalarType("DateTime"))
    assert documents.parse_data(BOOK, {"book": {"printedAt": "2020-01-02"}})["book"]["printedAt"] == "2020-01-02"


def test_an_enum_class_is_used_both_ways(schema: GraphQLSchema) -> None:
    """Members are sent as names, and names are received as members."""
    update_schema_enum(schema, "Genre", Genre)
    documents = SchemaDocuments(schema)
    request = GraphQLRequest(BOOK.text, {"g": Genre.ESSAY})
    assert documents.serialize_variables(request) == {"g": "ESSAY"}
    assert documents.parse_data(request, {"book": {"genre": "POEM"}}) == {"book": {"genre": Genre.POEM}}


def test_the_values_of_an_enum_class_can_be_used_in_place_of_members(schema: GraphQLSchema) -> None:
    """use_enum_values=True gives the values."""
    update_schema_enum(schema, "Genre", Genre, use_enum_values=True)
    documents = SchemaDocuments(schema)
    assert documents.serialize_variables(GraphQLRequest(BOOK.text, {"g": 2})) == {"g": "ESSAY"}
    assert documents.parse_data(BOOK, {"book": {"genre": "POEM"}}) == {"book": {"genre": 3}}


def test_a_second_enum_replaces_the_first(schema: GraphQLSchema) -> None:
    """The values of the first update are removed."""
    update_schema_enum(schema, "Genre", Genre)
    update_schema_enum(schema, "Genre", {"NOVEL": "n", "ESSAY": "e", "POEM": "p"})
    assert SchemaDocuments(schema).serialize_variables(GraphQLRequest(BOOK.text, {"g": "e"})) == {"g": "ESSAY"}
    assert schema.type_map["Genre"].serialize("p") == "POEM"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("DateTme", "The schema has no scalar 'DateTme'. Did you mean 'DateTime'?"),
        ("Genre", "The schema has no scalar 'Genre'."),
        ("String", "String is defined by GraphQL and"),
    ],
)
def test_only_the_schemas_own_scalars_can_be_changed(schema: GraphQLSchema, name: str, message: str) -> None:
    """All schemas of the process share the five scalars of GraphQL."""
    with pytest.raises(ValueError, match=message.replace("?", r"\?")):
        update_schema_scalar(schema, name, DATE)


def test_wrong_types_are_refused(schema: GraphQLSchema) -> None:
    """A scalar must be a GraphQLScalarType, the values of an enum a class or a mapping."""
    with pytest.raises(TypeError, match=r"must be a graphql\.GraphQLScalarType, not type"):
        update_schema_scalar(schema, "DateTime", date)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="must be an enum class or a mapping, not list"):
        update_schema_enum(schema, "Genre", ["NOVEL"])  # type: ignore[arg-type]


def test_an_enum_must_match_the_schemas(schema: GraphQLSchema) -> None:
    """The error names missing and unknown scalars."""
    with pytest.raises(ValueError, match=r"missing \['ESSAY', 'POEM'\], unknown \['SAGA'\]"):
        update_schema_enum(schema, "Genre", {"NOVEL": 1, "SAGA": 2})
    with pytest.raises(ValueError, match=r"no enum 'Genres'. Did you mean 'Genre'\?"):
        update_schema_enum(schema, "Genres", Genre)
