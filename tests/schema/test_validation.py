"""Validation of documents against a schema."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import DocumentNode, GraphQLError, GraphQLSchema, validate

from syncgql import DocumentError, GraphQLRequest
from syncgql.bounded_cache import MAX_ENTRIES
from syncgql.schema import validation
from syncgql.schema.validation import SchemaDocuments
from tests.schemas import schema_of


@pytest.fixture
def documents() -> SchemaDocuments:
    return SchemaDocuments(schema_of("library"))


def test_a_valid_document_is_accepted(documents: SchemaDocuments) -> None:
    """Nothing is returned and nothing is raised."""
    documents.validate(GraphQLRequest("query ($id: ID!) { book(id: $id) { title } }"))


def test_the_first_violation_is_raised_with_its_position_and_the_nearest_name(documents: SchemaDocuments) -> None:
    """Line and column are those in the document; further errors are counted."""
    with pytest.raises(DocumentError, match=r"Cannot query field 'titel'.*Did you mean 'title'") as caught:
        documents.validate(GraphQLRequest("{\n  book(id: 1) { titel naem }\n}"))
    assert (caught.value.line, caught.value.column) == (2, 17)
    assert "(and 1 more)" in caught.value.message


def test_a_syntax_error_has_its_position(documents: SchemaDocuments) -> None:
    """A document that cannot be parsed cannot be validated either."""
    with pytest.raises(DocumentError, match="Syntax Error") as caught:
        documents.validate(GraphQLRequest("{ book(id: 1 { title }"))
    assert caught.value.line == 1


def test_a_document_is_validated_once(documents: SchemaDocuments, monkeypatch: pytest.MonkeyPatch) -> None:
    """The result of a validation is cached, with or without errors."""
    calls: list[DocumentNode] = []

    def counted(schema: GraphQLSchema, document: DocumentNode) -> list[GraphQLError]:
        calls.append(document)
        return validate(schema, document)

    monkeypatch.setattr(validation, "validate", counted)
    for _ in range(3):
        documents.validate(GraphQLRequest("{ version }"))
        with pytest.raises(DocumentError):
            documents.validate(GraphQLRequest("{ versoin }"))
    assert len(calls) == 2


def test_only_so_many_documents_are_remembered(documents: SchemaDocuments) -> None:
    """A program that generates documents does not use more and more memory."""
    for number in range(MAX_ENTRIES + 10):
        documents.validate(GraphQLRequest(f"query q{number} {{ version }}"))
    assert len(documents._findings) == 10


@pytest.mark.parametrize(
    ("document", "variables", "serialized"),
    [
        ("{ version }", None, {}),
        ("query ($id: ID!) { book(id: $id) { id } }", {"id": 1}, {"id": "1"}),
        ("query ($id: ID! = 3) { book(id: $id) { id } }", {}, {}),
        ("query ($g: [Genre!]) { books(genres: $g) { id } }", {"g": ("NOVEL",)}, {"g": ["NOVEL"]}),
        ("query ($g: [Genre!]) { books(genres: $g) { id } }", {"g": None}, {"g": None}),
    ],
)
def test_variables_are_serialized_by_the_documents_types(
    documents: SchemaDocuments, document: str, variables: Any, serialized: Any
) -> None:
    """Omitted variables stay omitted, and null stays null."""
    assert documents.serialize_variables(GraphQLRequest(document, variables)) == serialized


@pytest.mark.parametrize(
    ("document", "variables", "path", "message"),
    [
        ("query ($id: ID!) { book(id: $id) { id } }", {}, "variables.id", "the operation requires $id: ID!"),
        ("query ($id: ID!) { book(id: $id) { id } }", {"id": None}, "variables.id", "must not be null"),
        ("query ($id: ID!) { book(id: $id) { id } }", {"ID": 1}, "variables.ID", "no variable $ID. Did you mean 'id'?"),
        (
            "query ($id: Id!) { book(id: $id) { id } }",
            {"id": 1},
            "variables.id",
            "the type in the document is not an input type",
        ),
        (
            "query ($id: Book!) { book(id: $id) { id } }",
            {"id": 1},
            "variables.id",
            "the type in the document is not an input type",
        ),
        (
            "mutation ($i: BookInput!) { addBook(input: $i) { id } }",
            {"i": {"title": "x", "tags": [{"name": "a", "weights": [1, "b"]}]}},
            "variables.i.tags[0].weights[1]",
            "Int does not accept str",
        ),
    ],
)
def test_invalid_variables_are_refused_with_their_path(
    documents: SchemaDocuments, document: str, variables: Any, path: str, message: str
) -> None:
    """Unknown, missing and wrong variables raise an error before the request is sent."""
    with pytest.raises(DocumentError) as caught:
        documents.serialize_variables(GraphQLRequest(document, variables))
    assert caught.value.path == path
    assert message in caught.value.message


def test_the_operation_is_chosen_by_name(documents: SchemaDocuments) -> None:
    """Each operation in a document has its own variables."""
    text = "query a($x: ID!) { book(id: $x) { id } } query b($x: Genre) { book(id: 1, genre: $x) { id } }"
    assert documents.serialize_variables(GraphQLRequest(text, {"x": 1}, "a")) == {"x": "1"}
    assert documents.serialize_variables(GraphQLRequest(text, {"x": "POEM"}, "b")) == {"x": "POEM"}
