"""Definitions that SDL omits."""

from __future__ import annotations

import pytest
from graphql import GraphQLScalarType, print_type

from syncgql import DocumentError
from syncgql.schema.provider import load_schema
from tests.schema.test_provider import no_server

APPSYNC = """
type Post @aws_iam { id: ID!  createdAt: AWSDateTime!  meta(at: AWSDate): AWSJSON  day: AWSDate }
input PostInput { at: AWSTimestamp }
type Query { post(id: ID!): Post }
type Subscription { added: Post @aws_subscribe(mutations: ["add"]) }
schema { query: Query subscription: Subscription }
"""


def test_scalars_that_are_not_declared(caplog: pytest.LogCaptureFixture) -> None:
    """Each is declared, and logged once with the first place that uses it."""
    schema = load_schema(APPSYNC, no_server)
    for name in ("AWSDateTime", "AWSJSON", "AWSDate", "AWSTimestamp"):
        assert isinstance(schema.type_map[name], GraphQLScalarType)
    assert len(caplog.messages) == 4
    assert "schema: Post.createdAt: the type AWSDateTime is not defined; it is read as 'scalar AWSDateTime'." in (
        caplog.messages
    )
    assert any("Post.meta(at): the type AWSDate " in message for message in caplog.messages)


def test_extensions_without_a_base(caplog: pytest.LogCaptureFixture) -> None:
    """Several extensions may extend the same type; an existing base is used."""
    schema = load_schema(
        """
        extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
        extend type Query { book: Book }
        extend type Query { author: String }
        type Book @key(fields: "id") { id: ID! }
        extend type Book { title: String }
        extend enum Genre { NOVEL }
        extend input Filter { genre: Genre }
        extend union Item = Book
        extend interface Node { id: ID! }
        extend scalar Date @a
        """,
        no_server,
    )
    assert schema.query_type is schema.type_map["Query"]
    assert print_type(schema.type_map["Query"]) == "type Query {\n  book: Book\n  author: String\n}"
    assert print_type(schema.type_map["Book"]) == "type Book {\n  id: ID!\n  title: String\n}"
    assert print_type(schema.type_map["Item"]) == "union Item = Book"
    assert print_type(schema.type_map["Filter"]) == "input Filter {\n  genre: Genre\n}"
    assert "schema: extend type Query: the type Query is not defined; it is read as 'type Query'." in caplog.messages
    assert len(caplog.messages) == 6


@pytest.mark.parametrize("sdl", ["type Query { a: Bok }", "type Query { a(b: Bok): Int }"])
def test_other_types_that_are_not_defined(sdl: str) -> None:
    """A typing error does not become a scalar."""
    with pytest.raises(DocumentError, match="Unknown type"):
        load_schema(sdl, no_server)


def test_a_complete_schema_logs_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """Built-in scalars and the types of introspection are known."""
    load_schema("type Query { a(b: Int): String  type: __Type }", no_server)
    assert not caplog.messages
