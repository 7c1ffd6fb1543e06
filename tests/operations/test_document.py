"""Documents that are built from selections."""

from __future__ import annotations

import pytest

from syncgql import UNSET, DocumentError, Field, Fields
from syncgql.bounded_cache import MAX_ENTRIES
from syncgql.operations.document import OperationBuilder
from syncgql.operations.document_writer import DocumentWriter, WrittenOperation
from tests.schemas import schema_of


@pytest.fixture
def builder() -> OperationBuilder:
    return OperationBuilder(schema_of("library"), "query")


def test_a_document_is_built_once_per_shape(builder: OperationBuilder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Values, and the order of arguments, do not change the shape."""
    made: list[str] = []

    def counted(writer: DocumentWriter) -> WrittenOperation:
        operation = write(writer)
        made.append(operation.text)
        return operation

    write = DocumentWriter.operation
    monkeypatch.setattr(DocumentWriter, "operation", counted)
    texts = {
        builder.request(Fields(Field("book", id=number, genre=genre, fields="title"))).text
        for number, genre in ((1, "POEM"), (2, None))
    }
    texts.add(builder.request(Fields(Field("book", genre="NOVEL", id=3, fields=["title"]))).text)
    assert len(texts) == 1
    assert len(made) == 1
    for other in (Field("book", id=1, fields="title"), Field("book", id=1, genre=UNSET, fields="id")):
        builder.request(Fields(other))
    assert len(made) == 3


def test_literals_are_part_of_the_shape(builder: OperationBuilder) -> None:
    """Two texts with different literals are two documents."""
    one, other = (builder.request(Fields(f"book(id: {number}) {{ id }}")) for number in (1, 2))
    assert one.text != other.text


def test_only_so_many_shapes_are_remembered(builder: OperationBuilder) -> None:
    """A program that generates selections does not use more and more memory."""
    for number in range(MAX_ENTRIES + 5):
        builder.request(Fields(Field("version", alias=f"v{number}")))
    assert len(builder._operations) == 5


def test_a_schema_without_the_operation_type_raises(builder: OperationBuilder) -> None:
    """A schema may have no mutations."""
    with pytest.raises(DocumentError, match="has no mutation type"):
        OperationBuilder(schema_of("swapi"), "mutation").request(Fields("addBook"))
    with pytest.raises(DocumentError, match="Nothing is selected"):
        builder.request(Fields())
