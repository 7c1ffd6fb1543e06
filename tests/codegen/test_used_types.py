"""Variables and input objects."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import OperationDefinitionNode, build_schema, parse

from syncgql.codegen import CodegenOptions
from syncgql.codegen.used_types import UsedTypes
from syncgql.schema.variables import is_one_of

SCHEMA = build_schema(
    """
    directive @oneOf on INPUT_OBJECT
    type Query { a(i: I, one: One): String }
    input I { required: String!, withDefault: Int! = 3, nullable: [Float!], again: I, e: E @deprecated, x: Any! y: Any }
    input One @oneOf { a: String, b: Int }
    enum E { A }
    scalar Any
    """,
    assume_valid_sdl=True,
)


def test_inputs() -> None:
    """Required only without null and default; what they use is found."""
    leaves = UsedTypes(SCHEMA, CodegenOptions())
    assert {field.attribute: field.hint for field in leaves.input_class("I").fields} == {
        "required": "str",
        "with_default": "int | Unset",
        "nullable": "list[float] | None | Unset",
        "again": "I | None | Unset",
        "e": "enums.E | None | Unset",
        "x": "Any",
        "y": "Any | Unset",
    }
    assert (leaves.inputs, leaves.enums) == ({"I": "I"}, {"E": "E"})


def test_one_of() -> None:
    """Each member may be absent, none may be null."""
    leaves = UsedTypes(SCHEMA, CodegenOptions())
    one: Any = SCHEMA.type_map["One"]
    assert is_one_of(one)
    assert [field.hint for field in leaves.input_class("One").fields] == ["str | Unset", "int | Unset"]


@pytest.mark.parametrize(
    ("definition", "hint"),
    [
        ("$a: String!", "str"),
        ("$a: Int", "int | None | Unset"),
        ("$a: Int! = 1", "int | Unset"),
        ("$a: [I!]!", "list[inputs.I]"),
        ("$a: Any!", "Any"),
        ("$a: Any", "Any | Unset"),
        ("$a: Any! = 1", "Any | Unset"),
    ],
)
def test_variables(definition: str, hint: str) -> None:
    """A default is the server's, so the variable is not sent."""
    operation = parse(f"query A({definition}) {{ a }}").definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    (field,) = UsedTypes(SCHEMA, CodegenOptions()).variables(operation)
    assert field.hint == hint
