"""The sources of schemas."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NoReturn

import pytest
import strawberry
from graphql import GraphQLSchema, build_schema, introspection_from_schema, print_schema

from syncgql import Client, DocumentError, LocalSchemaTransport
from syncgql.schema.provider import load_schema
from tests.schemas import FOLDER, schema_of, sdl_of

LIBRARY = schema_of("library")
INTROSPECTION: Any = introspection_from_schema(LIBRARY, input_value_deprecation=False)


def no_server() -> NoReturn:
    raise ConnectionError("The server must not be asked.")


def field_names(schema: GraphQLSchema) -> list[str]:
    assert schema.query_type is not None
    return list(schema.query_type.fields)


class Provider:
    def load_schema(self, introspect: Any) -> Any:
        return sdl_of("library")


class AskingProvider:
    def load_schema(self, introspect: Any) -> Any:
        return {"data": introspect()}


@pytest.mark.parametrize(
    "source",
    [
        sdl_of("library"),
        FOLDER / "library.graphql",
        str(FOLDER / "library.graphql"),
        INTROSPECTION,
        {"data": INTROSPECTION, "extensions": {}},
        json.dumps(INTROSPECTION),
        "\ufeff " + json.dumps({"data": INTROSPECTION}),
        LIBRARY,
        Provider(),
        lambda: FOLDER / "library.graphql",
    ],
    ids=lambda source: type(source).__name__,
)
def test_forms_of_schemas(source: Any) -> None:
    """The server is not queried for any of them."""
    assert field_names(load_schema(source, no_server)) == field_names(LIBRARY)


@pytest.mark.parametrize("wrap", [lambda result: result, lambda result: {"data": result}])
def test_a_json_file_contains_an_introspection_result(tmp_path: Path, wrap: Any) -> None:
    """It may have ``data`` around it, as in the server's response."""
    path = tmp_path / "schema.json"
    path.write_text(json.dumps(wrap(INTROSPECTION)), "utf-8")
    assert field_names(load_schema(path, no_server)) == field_names(LIBRARY)


def test_the_schema_is_fetched_by_default_or_by_a_provider() -> None:
    """A provider may modify the server's schema."""
    assert field_names(load_schema(None, lambda: INTROSPECTION)) == field_names(LIBRARY)
    assert field_names(load_schema(AskingProvider(), lambda: INTROSPECTION)) == field_names(LIBRARY)


def test_a_schema_object_of_a_server_library_is_accepted() -> None:
    """Scalars and enums keep their Python values."""

    @strawberry.type
    class Query:
        hello: str

    assert field_names(load_schema(strawberry.Schema(Query), no_server)) == ["hello"]


def test_an_invalid_schema_is_accepted_unchanged() -> None:
    """Schemas of others violate rules (GitHub's does), which the client does not check."""
    sdl = "type Query { a: A } type A implements B { __x: Int } interface B { y: Int } directive @__d on FIELD"
    assert field_names(load_schema(sdl, no_server)) == ["a"]
    with Client(transport=LocalSchemaTransport(LIBRARY), schema=sdl) as client:
        with pytest.raises(DocumentError, match="Cannot query field 'b'"):
            client.execute("{ b }")
        assert client.query.a.request("y: __x").text


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("type Query { a: }", "schema: cannot be read as SDL: Syntax Error"),
        ("type Query { a: Unknown }", "schema: cannot build a schema from it: .*Unknown type"),
        ('{"data": null}', "schema: not an introspection result"),
        ("{'__schema': 1}", "schema: not SDL, and not valid JSON"),
        ("query Q { a } fragment F on A { b }", "schema: contains operations and fragments instead of"),
        ({"errors": []}, "not an introspection result"),
        ({"__schema": {}}, "cannot build a schema from it"),
    ],
)
def test_the_error_for_an_invalid_schema(source: Any, message: str) -> None:
    """The error has the reason, and the position if there is one."""
    with pytest.raises(DocumentError, match=message) as caught:
        load_schema(source, no_server)
    assert caught.value.line == (1 if "Syntax" in message else None)


def test_an_error_in_a_file_names_the_file(tmp_path: Path) -> None:
    """It raises the same error as a missing file."""
    path = tmp_path / "schema.graphql"
    path.write_text("type Query {\n  a:\n}", "utf-8")
    with pytest.raises(DocumentError, match=r"schema\.graphql: cannot be read as SDL: Syntax Error") as caught:
        load_schema(path, no_server)
    assert caught.value.line == 3
    with pytest.raises(FileNotFoundError, match=r"missing\.graphql"):
        load_schema(tmp_path / "missing.graphql", no_server)
    with pytest.raises(FileNotFoundError, match=r"The schema file cannot be read.*schema\.grapql"):
        load_schema("schema.grapql", no_server)


def test_other_types_are_refused() -> None:
    """The error lists the accepted types."""
    with pytest.raises(TypeError, match=r"schema must be SDL text, a path, .* not int"):
        load_schema(3, no_server)
    with pytest.raises(TypeError, match="provider returned None"):
        load_schema(lambda: None, no_server)


def test_a_schema_survives_printing() -> None:
    """A written schema is read unchanged."""
    assert print_schema(load_schema(print_schema(LIBRARY), no_server)) == print_schema(build_schema(sdl_of("library")))
