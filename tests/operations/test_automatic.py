"""Automatic selections."""

from __future__ import annotations

import pytest
from graphql import GraphQLSchema, build_schema, parse, validate

from syncgql import Automatic, Field, Fields
from syncgql.operations.automatic import automatic_nodes
from syncgql.operations.document import OperationBuilder
from syncgql.operations.document_writer import DocumentWriter
from tests.schemas import schema_of


def selected(schema: GraphQLSchema, *selections: object) -> str:
    """The text of a query, without its head and the braces around it."""
    text = OperationBuilder(schema, "query").request(Fields(*selections)).text
    return " ".join(text.split())


def test_leaves_and_the_leaves_of_objects_are_selected() -> None:
    """Deprecated fields, required arguments, objects with arguments and recursive types are not selected."""
    text = selected(schema_of("library"), Field("book", id=1))
    assert text == (
        "query book($id: ID!) { book(id: $id) { id title genre publishedYear printedAt printings "
        "author { id name born } extra } }"
    )


def test_depth_limits_the_selection() -> None:
    """A depth of one selects the leaves of the type itself."""
    schema = build_schema("type Query { a: A } type A { x: Int b: B } type B { y: Int c: C } type C { z: Int a: A }")
    assert selected(schema, Field("a", fields=Automatic(1))) == "query a { a { x } }"
    assert selected(schema, Field("a")) == "query a { a { x b { y } } }"
    assert selected(schema, Field("a", fields=Automatic(9))) == "query a { a { x b { y c { z } } } }"


def test_the_typename_of_a_type_without_leaves_is_selected() -> None:
    """At least one field must be selected."""
    schema = build_schema("type Query { a: A } type A { x(y: Int!): Int b: B } type B { a: A }")
    assert selected(schema, "a") == "query a { a { __typename } }"


def test_the_leaves_of_a_named_object_are_selected() -> None:
    """Among other fields, the depth is one level."""
    text = selected(schema_of("library"), Field("book", id=1, fields=["title", "author"]))
    assert text == "query book($id: ID!) { book(id: $id) { title author { id name born } } }"


def test_explicit_selections_replace_automatic_ones() -> None:
    """All fields are selected automatically, and one in a special way."""
    text = selected(schema_of("library"), Field("book", id=1, fields=Fields(Automatic(), "author.name")))
    assert "author { name }" in text
    assert text.count("author") == 1


def test_unions_have_a_fragment_per_type() -> None:
    """The name of the type is selected as well, to distinguish the types."""
    text = selected(schema_of("library"), Field("works", fields=Automatic(1)))
    assert text == (
        "query works { works { __typename "
        "... on Book { id title_Book: title genre publishedYear printedAt printings extra } "
        "... on Film { id title_Film: title minutes } } }"
    )


def test_common_fields_of_interfaces_are_selected_once() -> None:
    """A fragment has only the fields that its type adds."""
    text = selected(schema_of("library"), Field("node", id=1, fields=Automatic(1)))
    assert "{ __typename id ... on Author { name born }" in text


def test_many_types_have_no_fragments() -> None:
    """A selection of all possible types of a node would exceed any server's limit."""
    types = "".join(f"type T{number} implements N {{ id: ID own: Int }} " for number in range(30))
    schema = build_schema(f"interface N {{ id: ID }} type Query {{ n: N }} {types}")
    assert selected(schema, "n") == "query n { n { __typename id } }"


def check_every_root_field(schema: GraphQLSchema) -> int:
    """Validate an automatic selection of every root field; return their number."""
    checked = 0
    for kind, root in (("query", schema.query_type), ("mutation", schema.mutation_type)):
        for name, field in root.fields.items() if root else ():
            given = Field(name).with_arguments(dict.fromkeys(field.args))
            assert root is not None
            text = DocumentWriter(schema, kind, Fields(given), root).operation().text
            assert validate(schema, parse(text)) == [], text
            checked += 1
    return checked


@pytest.mark.parametrize(("name", "count"), [("library", 11), ("swapi", 9)])
def test_it_validates_for_every_root_field(name: str, count: int) -> None:
    """With connections, cycles and unions whose members differ, the document is always valid."""
    assert check_every_root_field(schema_of(name)) == count


def test_it_validates_for_every_root_field_of_github(github_schema: GraphQLSchema) -> None:
    """A schema of 1,600 types, with unions and interfaces of all kinds."""
    assert check_every_root_field(github_schema) > 270


NODES = "type C { %s pageInfo: Int } type Book { title: String author: Author } type Author { name: String }"


@pytest.mark.parametrize(
    ("fields", "selection"),
    [
        ("nodes: [Book!]! edges: [E]", "c { c { nodes { title author { name } } } }"),
        ("nodes: [ID]", "c { c { nodes } }"),
        ("edges: [E!]!", "c { c { edges { node { title author { name } } } } }"),
    ],
    ids=["nodes", "leaves", "edges"],
)
def test_the_leaves_of_the_nodes_of_a_connection(fields: str, selection: str) -> None:
    """The nodes have the same selection as the value of a root field, whether or not they are in edges."""
    schema = build_schema(f"type Query {{ c: C }} {NODES % fields} type E {{ cursor: ID node: Book }}")
    nodes = automatic_nodes(schema.type_map["C"])
    assert selected(schema, Field("c", fields=nodes)) == f"query {selection}"


@pytest.mark.parametrize("fields", ["rows: [Book]", "edges: [ID]", "edges: [Book]"])
def test_a_type_that_is_not_a_connection_has_no_nodes(fields: str) -> None:
    """No selection of nodes is returned."""
    schema = build_schema(f"type Query {{ c: C }} {NODES % fields}")
    assert automatic_nodes(schema.type_map["C"]) is None
    assert automatic_nodes(schema.type_map["String"]) is None
