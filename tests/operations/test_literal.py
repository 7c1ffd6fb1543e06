"""Default values of variables in GraphQL syntax."""

from __future__ import annotations

from typing import Any, cast

import pytest
from graphql import GraphQLInputType, parse_type, parse_value, type_from_ast, value_from_ast
from hypothesis import given
from hypothesis import strategies as st

from syncgql.operations.literal import literal
from syncgql.schema.variables import coerce_value
from tests.schemas import schema_of

SCHEMA = schema_of("library")


def type_of(text: str) -> GraphQLInputType:
    return cast(GraphQLInputType, type_from_ast(SCHEMA, cast(Any, parse_type(text))))


@pytest.mark.parametrize(
    ("type_", "value", "text"),
    [
        ("Int", 3, "3"),
        ("Float!", 0.5, "0.5"),
        ("Boolean", True, "true"),
        ("String", None, "null"),
        ("[Genre!]!", ["POEM"], "[POEM]"),
        ("BookInput", {"title": "Emma", "genre": "NOVEL"}, '{title: "Emma", genre: NOVEL}'),
        ("JSON", {"a": [1, "POEM"]}, '{a: [1, "POEM"]}'),
    ],
)
def test_the_text_depends_on_the_type(type_: str, value: Any, text: str) -> None:
    """Enums have no quotes, and neither have the names of members."""
    assert literal(coerce_value(value, type_of(type_), "x"), type_of(type_)) == text


@given(value=st.text() | st.integers(-(2**31), 2**31 - 1) | st.floats(allow_nan=False, allow_infinity=False))
def test_a_server_reads_the_same_value(value: Any) -> None:
    """This holds for all characters and numbers."""
    name = {str: "String", int: "Int", float: "Float"}[type(value)]
    assert value_from_ast(parse_value(literal(value, type_of(name))), type_of(name)) == value
