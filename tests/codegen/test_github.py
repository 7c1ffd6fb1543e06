"""GitHub's schema: generated code for many operations, fed with made-up answers."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import pytest
from graphql import (
    GraphQLField,
    GraphQLSchema,
    OperationDefinitionNode,
    execute_sync,
    get_named_type,
    is_abstract_type,
    is_enum_type,
    is_input_object_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
    is_required_argument,
    is_required_input_field,
    is_union_type,
    parse,
    type_from_ast,
)

from syncgql.codegen import generate

OPERATIONS = 50


def selection(schema: GraphQLSchema, type_: Any, depth: int) -> str:
    """Up to eight leaves and three objects of a type that need no arguments; empty if there are none."""
    named: Any = get_named_type(type_)
    if is_union_type(named):
        members = [(each.name, selection(schema, each, depth - 1)) for each in schema.get_possible_types(named)[:3]]
        return "{ __typename " + " ".join(f"... on {name} {text}" for name, text in members if text) + " }"
    leaves: list[str] = []
    objects: list[str] = []
    for name, field in named.fields.items():
        if any(is_required_argument(argument) for argument in field.args.values()):
            continue
        if is_leaf_type(get_named_type(field.type)):
            leaves.append(name)
        elif depth > 0 and len(objects) < 3 and (inner := selection(schema, field.type, depth - 1)):
            objects.append(f"{name} {inner}")
    fields = " ".join([*leaves[:8], *objects])
    return f"{{ {fields} }}" if fields else ""


def documents(schema: GraphQLSchema) -> dict[str, str]:
    """Queries and mutations, a file each."""
    found: dict[str, str] = {}
    for kind, root in (("query", schema.query_type), ("mutation", schema.mutation_type)):
        fields = cast("dict[str, GraphQLField]", root.fields if root else {})
        for name, field in fields.items():
            required = {key: each for key, each in field.args.items() if is_required_argument(each)}
            variables = ", ".join(f"${key}: {each.type}" for key, each in required.items())
            arguments = ", ".join(f"{key}: ${key}" for key in required)
            inner = "" if is_leaf_type(get_named_type(field.type)) else selection(schema, field.type, 2)
            head = f"{kind} {name[0].upper()}{name[1:]}" + (f"({variables})" if variables else "")
            call = f"{name}({arguments})" if arguments else name
            if inner or is_leaf_type(get_named_type(field.type)):
                found[f"{name}.graphql"] = f"{head} {{ result: {call} {inner} }}"
    chosen = list(found)[:: max(1, len(found) // OPERATIONS)][:OPERATIONS]
    return {name: found[name] for name in chosen}


def made_up(schema: GraphQLSchema, type_: Any, *, nulls: bool) -> Any:
    """A value for a field: null where that is allowed and wanted."""
    if is_non_null_type(type_):
        type_ = type_.of_type
    elif nulls:
        return None
    if is_list_type(type_):
        return [made_up(schema, type_.of_type, nulls=nulls)]
    if is_enum_type(type_):
        return next(iter(type_.values))
    if is_input_object_type(type_):
        required = {key: field for key, field in type_.fields.items() if is_required_input_field(field)}
        return {key: made_up(schema, field.type, nulls=True) for key, field in required.items()}
    if is_object_type(type_) or is_abstract_type(type_):
        return {}
    return {"Int": 1, "Float": 1.5, "Boolean": True}.get(type_.name, "text")


def answer(schema: GraphQLSchema, text: str, *, nulls: bool) -> Any:
    """The data of a valid answer to an operation."""

    def resolve(_source: Any, info: Any, **_arguments: Any) -> Any:
        return made_up(schema, info.return_type, nulls=nulls)

    def first_type(_value: Any, _info: Any, type_: Any) -> str:
        return schema.get_possible_types(type_)[0].name

    document = parse(text)
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    variables = {
        node.variable.name.value: made_up(schema, type_from_ast(schema, cast(Any, node.type)), nulls=True)
        for node in operation.variable_definitions or ()
    }
    result = execute_sync(schema, document, variable_values=variables, field_resolver=resolve, type_resolver=first_type)
    assert result.errors is None, result.errors
    return result.data


@pytest.fixture
def package(github_schema: GraphQLSchema, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The generated package."""
    folder = tmp_path / "github_api"
    folder.mkdir()
    for name, text in generate(github_schema, documents(github_schema)).items():
        (folder / name).write_text(text, "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    importlib.invalidate_caches()
    yield importlib.import_module("github_api")
    for name in [name for name in sys.modules if name.partition(".")[0] == "github_api"]:
        del sys.modules[name]


def test_every_operation_decodes_every_answer(package: ModuleType, github_schema: GraphQLSchema) -> None:
    """Once with all values, and once with null wherever that is allowed."""
    assert len(package.__all__) == OPERATIONS
    for name in package.__all__:
        operation: Any = getattr(package, name)
        for nulls in (False, True):
            data = answer(github_schema, operation.TEXT, nulls=nulls)
            decoded = operation.Data.from_data(data)
            assert (decoded.result is None) == (data["result"] is None)
