"""Default values of arguments in GraphQL syntax."""

from __future__ import annotations

import pytest
from graphql import build_schema

from syncgql.operations.default_value import default_text, typed_with_default


@pytest.mark.parametrize(
    ("argument", "text", "default"),
    [
        ("Int! = 100", "Int! = 100", "100"),
        ('[String] = ["a"]', '[String] = ["a"]', '["a"]'),
        ("Int = null", "Int = null", "null"),
        ("Int", "Int", None),
    ],
)
def test_a_default_value(argument: str, text: str, default: str | None) -> None:
    """An argument without a default value has only its type."""
    query = build_schema(f"type Query {{ a(x: {argument}): Int }}").query_type
    assert query is not None
    found = query.fields["a"].args["x"]
    assert (typed_with_default(found), default_text(found)) == (text, default)
