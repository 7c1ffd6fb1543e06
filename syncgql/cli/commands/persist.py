"""``syncgql persist``: writes the manifest of the documents that a program sends."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ...codegen.manifest import FORMATS, check_manifest
from ...codegen.output import file_changes, write_file
from ...messages import escaped
from ..document_files import DocumentFiles
from ..exit_codes import ExitCode
from ..output import write
from ..report import pluralized, print_message
from ..sent_documents import SentDocument, sent_documents


@click.command()
@click.argument("paths", metavar="FILES...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--output", type=click.Path(path_type=Path), help="The file to write; standard output by default.")
@click.option(
    "--format",
    "format_name",
    type=click.Choice(list(FORMATS)),
    default="mapping",
    help="mapping (the default): by SHA-256; prefixed: by sha256: and SHA-256; apollo: for Apollo's tools.",
)
@click.option(
    "--check",
    is_flag=True,
    help="Write nothing; print a diff, and exit with code 9 unless it is empty.",
)
def persist(paths: tuple[Path, ...], output: Path | None, format_name: str, check: bool) -> None:
    """Write the manifest of trusted documents.

    FILES are files and folders with GraphQL (.graphql, .gql) or Python, as for syncgql check. The documents are not
    changed: a client with the manifest recognizes them in any formatting. For generated code, pass the folder of the
    package.

    \b
    syncgql persist app/ --output documents.json
    syncgql persist app/ --output persisted-query-manifest.json --format apollo
    """
    files = DocumentFiles(paths)
    documents = list(sent_documents(files))
    errors = [f"{position}: {message}" for position, message in files.syntax_errors]
    if format_name == "apollo":
        errors += _without_names(documents)
    if errors:
        for line in errors:
            click.echo(escaped(line), err=True)
        sys.exit(ExitCode.DOCUMENT)
    if not documents:
        raise click.UsageError(f"There are no operations in {', '.join(map(str, paths))}, only fragments.")
    text = FORMATS[format_name](each.document for each in documents)
    if check:
        if output is None:
            raise click.UsageError("--check needs --output, the file to compare.")
        diff = file_changes(output, text)
        if diff:
            write(diff.removesuffix("\n"))
        sys.exit(ExitCode.FINDINGS if diff else ExitCode.OK)
    if output is None:
        write(text.removesuffix("\n"))
        return
    check_manifest(output)
    write_file(output, text)
    count = len({each.document.sha256 for each in documents})
    print_message(f"{pluralized(count, 'document')} in {output}")


def _without_names(documents: list[SentDocument]) -> list[str]:
    return [
        f"{each.position}: Apollo's manifest requires a single named operation per document."
        for each in documents
        if each.document.name is None
    ]
