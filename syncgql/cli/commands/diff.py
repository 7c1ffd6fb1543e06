"""``syncgql diff``: lists the changes between two schemas, by graphql-core's rules."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import click
import graphql
from graphql import GraphQLSchema, find_breaking_changes, find_dangerous_changes, specified_scalar_types

from ...messages import escaped
from ..connection import Connection, connection_options
from ..document_files import DocumentFiles
from ..exit_codes import ExitCode
from ..output import write, write_json
from ..report import print_message
from ..schemas import SchemaSource, read_schema

LEVELS = ("breaking", "dangerous", "safe")


class Change(NamedTuple):
    """A change.

    Attributes:
        level: ``breaking``, ``dangerous`` or ``safe``.
        kind: graphql-core's name for it, such as ``FIELD_REMOVED``.
        description: graphql-core's description.
    """

    level: str
    kind: str
    description: str


@click.command()
@click.argument("old", type=SchemaSource())
@click.argument("new", type=SchemaSource())
@click.option(
    "--documents",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="A file or folder with documents; list only changes that affect them.",
)
@click.option("--deny", type=click.Choice(["dangerous"]), help="Exit with code 9 for dangerous changes as well.")
@click.option("--format", "format_name", type=click.Choice(["text", "json"]), default="text", show_default=True)
@connection_options
def diff(
    old: str, new: str, connection: Connection, documents: tuple[Path, ...], deny: str | None, format_name: str
) -> None:
    """List the changes between two schemas.

    OLD and NEW are URLs, names of endpoints, or files with SDL or an introspection result. The exit code is 9 if there
    is a breaking change. Safe changes are listed with graphql-core 3.3 and newer.

    \b
    syncgql diff schema.graphql https://api.example.com/graphql --documents src/
    """
    before = read_schema(old, connection)
    after = read_schema(new, connection, prefer_file=False)
    if documents:
        before, after = _used_parts(before, after, documents)
    changes = sorted(
        _changes(_with_all_scalars(before), _with_all_scalars(after)), key=lambda change: LEVELS.index(change.level)
    )
    if documents:  # safe changes do not affect documents
        changes = [change for change in changes if change.level != "safe"]
    if format_name == "json":
        write_json([change._asdict() for change in changes])
    else:
        for change in changes:
            write(escaped(f"{change.level}: {change.description} [{change.kind}]"))
    counts = {level: sum(change.level == level for change in changes) for level in LEVELS}
    print_message(", ".join(f"{count} {level}" for level, count in counts.items()))
    denied = counts["breaking"] + (counts["dangerous"] if deny else 0)
    sys.exit(ExitCode.FINDINGS if denied else ExitCode.OK)


def _changes(old: GraphQLSchema, new: GraphQLSchema) -> Iterator[Change]:
    for breaking in find_breaking_changes(old, new):
        yield Change("breaking", breaking.type.name, breaking.description)
    for dangerous in find_dangerous_changes(old, new):
        yield Change("dangerous", dangerous.type.name, dangerous.description)
    if graphql.version_info >= (3, 3):
        for change in graphql.find_schema_changes(old, new):
            if isinstance(change, graphql.SafeChange):
                yield Change("safe", change.type.name, change.description)


def _with_all_scalars(schema: GraphQLSchema) -> GraphQLSchema:
    """Add all standard scalars to a schema, so that a scalar that is no longer used is not reported as removed."""
    members: Any = schema.to_kwargs()
    types = {type_.name: type_ for type_ in members["types"]}
    members["types"] = tuple({**specified_scalar_types, **types}.values())
    return GraphQLSchema(**members)


def _used_parts(old: GraphQLSchema, new: GraphQLSchema, paths: tuple[Path, ...]) -> tuple[GraphQLSchema, GraphQLSchema]:
    """Return both schemas without the definitions that the documents do not use."""
    from ..schema_usage import comparable_part, used_coordinates, used_part

    files = DocumentFiles(paths)
    if files.syntax_errors:
        position, message = files.syntax_errors[0]
        raise click.UsageError(f"{position}: {message}")
    used = used_coordinates(old, [each.document for each in files.documents])
    return used_part(old, used), comparable_part(new, old, used)
