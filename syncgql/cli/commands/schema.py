"""``syncgql schema``: prints a schema as SDL or as an introspection result, or one of its types."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..connection import Connection, connection_options
from ..output import write
from ..schemas import read_schema

if TYPE_CHECKING:
    from graphql import GraphQLNamedType, GraphQLSchema


@click.command()
@click.argument("source")
@click.option("--format", "format_name", type=click.Choice(["sdl", "json"]), default="sdl", show_default=True)
@click.option("--sort", is_flag=True, help="Sort types, fields and arguments by name.")
@click.option("--type", "type_name", metavar="NAME", help="Print one type, and the places that use it.")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Write to a file.")
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

    found = read_schema(source, connection, prefer_file=False)
    if sort:
        found = lexicographic_sort_schema(found)
    text = _schema_text(found, format_name) if type_name is None else _type_text(found, type_name, format_name)
    if output is None:
        write(text)
    else:
        output.write_text(f"{text}\n", "utf-8")


def _schema_text(schema: GraphQLSchema, format_name: str) -> str:
    from graphql import introspection_from_schema, print_schema

    return print_schema(schema) if format_name == "sdl" else _json(introspection_from_schema(schema))


def _type_text(schema: GraphQLSchema, name: str, format_name: str) -> str:
    from graphql import introspection_from_schema, print_type

    type_ = _type(schema, name)
    users = list(_users(schema, name))
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


def _users(schema: GraphQLSchema, name: str) -> Iterator[str]:
    """Yield the coordinates of references to a type: fields, arguments, input fields, unions and implementations.

    See https://spec.graphql.org/draft/#sec-Schema-Coordinates.
    """
    from graphql import (
        GraphQLInputObjectType,
        GraphQLInterfaceType,
        GraphQLObjectType,
        GraphQLUnionType,
        get_named_type,
    )

    for type_ in schema.type_map.values():
        if type_.name.startswith("__"):
            continue
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            if any(interface.name == name for interface in type_.interfaces):
                yield type_.name
            for field_name, field in type_.fields.items():
                if get_named_type(field.type).name == name:
                    yield f"{type_.name}.{field_name}"
                for argument_name, argument in field.args.items():
                    if get_named_type(argument.type).name == name:
                        yield f"{type_.name}.{field_name}({argument_name}:)"
        elif isinstance(type_, GraphQLInputObjectType):
            for field_name, input_field in type_.fields.items():
                if get_named_type(input_field.type).name == name:
                    yield f"{type_.name}.{field_name}"
        elif isinstance(type_, GraphQLUnionType) and any(member.name == name for member in type_.types):
            yield type_.name


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
