"""``syncgql codegen``: typed Python from a schema and documents."""

from __future__ import annotations

import sys
from dataclasses import replace

import click

from ...codegen import CodegenError, config_of, run
from ...codegen.options import MODEL_NAMES, ModelName
from ...messages import escaped
from ..endpoints import project_settings
from ..exit_codes import ExitCode
from ..output import write
from ..report import tell


@click.command()
@click.option("--check", is_flag=True, help="Print what would change, and exit with 9 if anything would.")
@click.option("--model", type=click.Choice(MODEL_NAMES), help="What results are, instead of what pyproject.toml says.")
def codegen(check: bool, model: ModelName | None) -> None:
    r"""Write typed Python for the documents of a project.

    The nearest pyproject.toml says what to generate: [tool.syncgql] has the schema, and [tool.syncgql.codegen] the
    documents and the output folder. Exits with 8 if a document has an error; then nothing is written.

    \b
    syncgql codegen
    syncgql codegen --check
    """
    path, settings = project_settings()
    try:
        config = config_of(settings, path.parent)
    except ValueError as error:
        raise click.UsageError(f"{path}: {error}") from error
    if model is not None:
        config = replace(config, options=replace(config.options, model=model))
    try:
        report = run(config, check=check)
    except CodegenError as error:
        for line in error.errors:
            click.echo(escaped(line), err=True)
        sys.exit(ExitCode.DOCUMENT)
    if check:
        write(report.diff)
        sys.exit(ExitCode.FINDINGS if report.diff else ExitCode.OK)
    tell(f"{len(report.written)} files written, {len(report.removed)} removed")
