"""GitHub's schema: generated code for many operations decodes fake responses."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import pytest
from graphql import (
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    execute_sync,
    is_abstract_type,
    is_enum_type,
    is_input_object_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
    is_required_input_field,
    parse,
    type_from_ast,
)

from syncgql.codegen import CodegenOptions
from syncgql.codegen.options import MODEL_NAMES

from .derived_operations import OPERATIONS, documents
from .packages import PATIENCE, ROOT, check, forget, imported, write

VALUES = {"Int": 1, "Float": 1.5, "Boolean": True, "DateTime": "2026-01-02T03:04:05Z", "Decimal": "1.50"}


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
    return VALUES.get(type_.name, "text")


def answer(schema: GraphQLSchema, text: str, *, nulls: bool) -> Any:
    """The data of a valid response to an operation."""

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
    if operation.operation is OperationType.SUBSCRIPTION:
        schema = GraphQLSchema(schema.subscription_type, types=schema.type_map.values())
        text = text.replace("subscription", "query", 1)
        document = parse(text)
    result = execute_sync(schema, document, variable_values=variables, field_resolver=resolve, type_resolver=first_type)
    assert result.errors is None, result.errors
    return result.data


@pytest.fixture(params=MODEL_NAMES)
def model(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture
def package(github_schema: GraphQLSchema, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model: Any) -> Iterator[Any]:
    """The generated package."""
    write(tmp_path / "github_api", github_schema, documents(github_schema), CodegenOptions(model=model))
    monkeypatch.syspath_prepend(tmp_path)
    yield imported("github_api")
    forget("github_api")


def test_every_operation_decodes_every_response(package: ModuleType, github_schema: GraphQLSchema, model: str) -> None:
    """Responses have all values, or null wherever that is allowed."""
    assert len(package.__all__) == OPERATIONS
    for name in package.__all__:
        operation: Any = getattr(package, name)
        request = object.__new__(operation)
        object.__setattr__(request, "result_type", operation.Data)
        for nulls in (False, True):
            data = answer(github_schema, operation.TEXT, nulls=nulls)
            decoded = request.decode(data)
            result = decoded["result"] if model == "typeddict" else decoded.result
            assert (result is None) == (data["result"] is None)


def test_the_code_is_typed_and_clean(github_schema: GraphQLSchema, tmp_path: Path, model: Any) -> None:
    """``mypy --strict`` and ``ruff check`` find nothing, and no line is too long."""
    pytest.importorskip("mypy", reason="mypy and ruff are in the lint extra")
    write(tmp_path / "github_api", github_schema, documents(github_schema), CodegenOptions(model=model))
    check(tmp_path, "github_api")


def test_classes_are_imported_without_calls(github_schema: GraphQLSchema, tmp_path: Path) -> None:
    """The import of written-out classes runs no code for each class but its creation, nor for each operation."""
    write(tmp_path / "github_api", github_schema, documents(github_schema), CodegenOptions())
    result = subprocess.run(
        [sys.executable, "-c", COUNT_CALLS],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
    )
    calls, added = result.stdout.split()
    texts = [path.read_text("utf-8") for path in (tmp_path / "github_api").glob("*.py") if path.name != "enums.py"]
    classes = sum(len(re.findall("^ *class ", text, re.MULTILINE)) for text in texts)
    # Python calls the body of a class; what remains is for the 50 operations, which are generic.
    assert classes > 300
    assert int(calls) < classes * 1.5
    assert added == "github_api"


COUNT_CALLS = """
import sys, typing
import syncgql.request, syncgql.typed.generated
before = set(sys.modules)
import github_api.enums
counts = {"calls": 0}
def count(frame, event, argument):
    if event == "call" and "importlib" not in frame.f_code.co_filename:
        counts["calls"] += 1
del sys.modules["github_api"]
sys.setprofile(count)
import github_api
sys.setprofile(None)
added = {name.partition(".")[0] for name in set(sys.modules) - before}
print(counts["calls"], ",".join(added))
"""
