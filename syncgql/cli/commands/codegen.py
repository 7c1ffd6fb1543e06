"""``syncgql codegen``: generates typed Python from a schema and documents."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from ...codegen import CodegenError, config_of, run
from ...codegen.options import MODEL_NAMES, ModelName
from ...codegen.run import schema_setting
from ...messages import escaped
from ..connection import Connection, connection_options
from ..endpoints import configured_endpoint, is_url, project_settings
from ..exit_codes import ExitCode
from ..output import write
from ..report import pluralized, print_message
from ..schemas import SchemaSource, read_schema


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; print a diff, and exit with code 9 unless it is empty.")
@click.option(
    "--schema", type=SchemaSource(), metavar="SOURCE", help="The schema: a file, a URL or the name of an endpoint."
)
@click.option(
    "--python",
    multiple=True,
    metavar="PATTERN",
    help="Python files with GraphQL literals, relative to the project folder: 'app/**/*.py'.",
)
@click.option(
    "--manifest",
    type=click.Path(path_type=Path),
    help="Write the documents that the code sends to this file, by SHA-256, to register them.",
)
@click.option(
    "--model", type=click.Choice(MODEL_NAMES), help="The kind of classes for results; overrides pyproject.toml."
)
@connection_options
def codegen(
    connection: Connection,
    check: bool,
    schema: str | None,
    python: tuple[str, ...],
    manifest: Path | None,
    model: ModelName | None,
) -> None:
    """Write typed Python for the documents of a project.

    The nearest pyproject.toml contains the settings: the schema in [tool.syncgql], and the documents and the output
    folder in [tool.syncgql.codegen]. If a document has an error, nothing is written and the exit code is 8.

    \b
    syncgql codegen
    syncgql codegen --check
    syncgql codegen --schema prod --python 'app/**/*.py' --manifest documents.json
    """
    path, settings = project_settings()
    settings = _with_options(settings, schema, python)
    try:
        config = config_of(settings, path.parent)
        source = schema_setting(settings)
    except ValueError as error:
        raise click.UsageError(f"{path}: {error}") from error
    if is_url(source) or configured_endpoint(source) is not None:
        config = replace(config, schema=read_schema(source, connection))
    elif not (path.parent / source).is_file():
        raise click.UsageError(
            f"The schema {source!r} is neither a URL, a configured endpoint nor a file in {path.parent}. To save the "
            "schema of a server: syncgql schema URL --output schema.graphql"
        )
    if manifest is not None:
        config = replace(config, manifest=manifest.absolute())
    if model is not None:
        config = replace(config, options=replace(config.options, model=model))
    try:
        report = run(config, check=check)
    except CodegenError as error:
        for line in error.errors:
            click.echo(escaped(line), err=True)
        sys.exit(ExitCode.DOCUMENT)
    if check:
        if report.diff:
            write(report.diff.removesuffix("\n"))
        sys.exit(ExitCode.FINDINGS if report.diff else ExitCode.OK)
    print_message(f"{pluralized(len(report.written), 'file')} written, {len(report.removed)} removed")


def _with_options(settings: Mapping[str, Any], schema: str | None, python: tuple[str, ...]) -> Mapping[str, Any]:
    """Return the settings, overridden by the options of the command."""
    table = settings.get("codegen")
    if not isinstance(table, Mapping):
        return settings  # reported as an error later
    table = dict(table)
    if schema is not None:
        # A path on the command line is relative to the current folder.
        table["schema"] = str(Path(schema).absolute()) if Path(schema).is_file() else schema
    configured = table.get("python", [])
    if python and isinstance(configured, list):  # anything else is reported as an error later
        table["python"] = [*configured, *python]
    return {**settings, "codegen": table}
