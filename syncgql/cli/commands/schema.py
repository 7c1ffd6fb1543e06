"""``syncgql schema``: prints a schema as SDL or as an introspection result, or one of its types."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ...overwrite_check import check_overwrite
from ..connection import Connection, connection_options
from ..output import write
from ..schemas import SchemaSource, read_schema

if TYPE_CHECKING:
    from graphql import GraphQLNamedType, GraphQLSchema

SCHEMA = r'''(?x)
    \{\s*"(__schema|type)"  # JSON, also of one type
    | ([\s,] | \#.*\n | """(\\""" | (?!\\?""")[\s\S])*""" | "(?!")[^"\n]+")*  # comments and descriptions
      (schema|scalar|type|interface|union|enum|input|directive|extend)\b\s*[\w@{]
'''
"""The beginning of a file that ``--output`` may overwrite: a schema."""


@click.command()
@click.argument("source", type=SchemaSource())
@click.option("--format", "format_name", type=click.Choice(["sdl", "json"]), default="sdl", show_default=True)
@click.option("--sort", is_flag=True, help="Sort types, fields and arguments by name.")
@click.option("--type", "type_name", metavar="NAME", help="Print one type, and the places that use it.")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Write to a file; create its folders.")
@connection_options
def schema(
    source: str, connection: Connection, format_name: str, sort: bool, type_name: str | None, output: Path | None
) -> None:
    """Print a schema as SDL or JSON.

    SOURCE is a URL, the name of an endpoint, or a file with SDL or an introspection result.

    \b
    syncgql schema https://api.example.com/graphql --output schema.graphql
    syncgql schema schema.graphql --format json
    syncgql schema prod --type Book
    """
    from graphql import lexicographic_sort_schema

    if output is not None:
        check_overwrite(output, SCHEMA, "a schema")
    found = read_schema(source, connection, prefer_file=False)
    if sort:
        found = lexicographic_sort_schema(found)
    text = _schema_text(found, format_name) if type_name is None else _type_text(found, type_name, format_name)
    if output is None:
        write(text)
    else:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(f"{text}\n", "utf-8")


def _schema_text(schema: GraphQLSchema, format_name: str) -> str:
    from graphql import introspection_from_schema, print_schema

    return print_schema(schema) if format_name == "sdl" else _json(introspection_from_schema(schema))


def _type_text(schema: GraphQLSchema, name: str, format_name: str) -> str:
    from graphql import introspection_from_schema, print_type

    type_ = _type(schema, name)
    users = _users(schema, name)
    if format_name == "sdl":
        return "\n".join([print_type(type_), "", f"# Used by: {', '.join(users) or 'nothing'}"])
    types = introspection_from_schema(schema)["__schema"]["types"]
    described = next(each for each in types if each["name"] == name)
    return _json({"type": described, "usedBy": users})


def _type(schema: GraphQLSchema, name: str) -> GraphQLNamedType:
    from ...schema.names import nearest

    type_ = schema.type_map.get(name)
    if type_ is None:
        raise click.UsageError(f"The schema has no type {name!r}.{nearest(name, schema.type_map)}")
    return type_


def _users(schema: GraphQLSchema, name: str) -> list[str]:
    """Return the coordinates of references to a type: fields, arguments, input fields, unions and implementations.

    See https://spec.graphql.org/draft/#sec-Schema-Coordinates.
    """
    from graphql import GraphQLInterfaceType

    from ...operations.type_view import users

    type_ = schema.type_map[name]
    implementations: list[str] = []
    if isinstance(type_, GraphQLInterfaceType):
        found = schema.get_implementations(type_)
        implementations = [each.name for each in (*found.objects, *found.interfaces)]
    return [*users(schema).get(name, []), *implementations]


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
