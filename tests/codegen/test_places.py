"""Places in files."""

from __future__ import annotations

from graphql import GraphQLError, Source, SourceLocation, parse

from syncgql.codegen.places import Place, error_place, node_place


def test_a_place_in_a_literal() -> None:
    """The column of the literal counts in its first line only."""
    document = parse(Source("{ a\n b }", "app.py", SourceLocation(3, 10)))
    (operation,) = document.definitions
    assert node_place(operation) == Place("app.py", 3, 10)
    second = operation.selection_set.selections[1]  # type: ignore[attr-defined]
    assert error_place(GraphQLError("wrong", second)) == Place("app.py", 4, 2)


def test_without_a_place() -> None:
    """An error that belongs to no file is at its beginning."""
    assert error_place(GraphQLError("wrong")) == Place("", 1, 1)
    assert node_place(parse("{ a }", no_location=True)) == Place("", 1, 1)
