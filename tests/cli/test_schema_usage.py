"""The part of a schema that documents use."""

from __future__ import annotations

from graphql import build_schema, parse, print_schema

from syncgql.cli.schema_usage import used_coordinates, used_part


def test_used_part() -> None:
    """Input objects are kept as a whole, with what they contain."""
    schema = build_schema(
        "type Query { a(i: I, n: Int): A b: B } type A { x: Int y: Int } type B { z: Int } "
        "input I { j: J } input J { k: Int }"
    )
    used = used_coordinates(schema, [parse("query ($i: I) { a(i: $i) { x } }")])
    assert {"Query.a", "Query.a(i:)", "A.x", "I", "J"} <= used
    kept = print_schema(used_part(schema, used))
    assert "a(i: I): A" in kept
    assert "input J" in kept
    assert "type B" not in kept
    assert "y: Int" not in kept
