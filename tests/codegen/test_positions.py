"""Places in files."""

from __future__ import annotations

from graphql import GraphQLError, Source, SourceLocation, parse

from syncgql.codegen.positions import Position, error_position, node_position


def test_a_place_in_a_literal() -> None:
    """The column of the literal counts in its first line only."""
    document = parse(Source("{ a\n b }", "app.py", SourceLocation(3, 10)))
    (operation,) = document.definitions
    assert node_position(operation) == Position("app.py", 3, 10)
    second = operation.selection_set.selections[1]  # type: ignore[attr-defined]
    assert error_position(GraphQLError("wrong", second)) == Position("app.py", 4, 2)


def test_without_a_place() -> None:
    """An error that belongs to no file is at its beginning."""
    assert error_position(GraphQLError("wrong")) == Position("", 1, 1)
    assert node_position(parse("{ a }", no_location=True)) == Position("", 1, 1)
