"""``syncgql check``: checks documents against a schema."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click
from graphql import NoDeprecatedCustomRule, NoUnusedFragmentsRule, specified_rules, validate

from syncgql import TrustedDocuments

from ...codegen.positions import Position, error_position, node_position
from ...messages import escaped
from ..connection import Connection, connection_options
from ..document_files import DocumentFiles
from ..exit_codes import ExitCode
from ..output import write, write_json
from ..report import pluralized, print_message
from ..schemas import SchemaSource, read_schema
from ..sent_documents import sent_documents

if TYPE_CHECKING:
    from graphql import GraphQLSchema

# Whether a fragment is used depends on all files.
RULES = tuple(rule for rule in specified_rules if rule is not NoUnusedFragmentsRule)


@dataclass(frozen=True)
class Finding:
    """An error or a warning, with its position.

    Attributes:
        position: the position.
        level: ``error`` or ``warning``.
        message: the text of the error or warning.
    """

    position: Position
    level: str
    message: str


@click.command()
@click.argument("source", type=SchemaSource())
@click.argument("paths", metavar="FILES...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--deny", type=click.Choice(["deprecated"]), help="Treat uses of deprecated definitions as errors.")
@click.option(
    "--manifest",
    type=click.Path(path_type=Path),
    help="A manifest of trusted documents; report documents that are not in it.",
)
@click.option(
    "--format", "format_name", type=click.Choice(["text", "github", "json"]), default="text", show_default=True
)
@connection_options
def check(
    source: str,
    paths: tuple[Path, ...],
    connection: Connection,
    deny: str | None,
    manifest: Path | None,
    format_name: str,
) -> None:
    """Check documents against a schema.

    SOURCE is a URL, the name of an endpoint or a file with the schema. FILES are files and folders with GraphQL
    (.graphql, .gql) or Python: literals that are passed to gql() and to the methods of a client, and literals that
    begin with query, mutation, subscription or fragment. The exit code is 9 if there is an error.

    \b
    syncgql check schema.graphql src/
    syncgql check prod queries/*.graphql --deny deprecated --format github
    syncgql check prod src/ --manifest documents.json
    """
    trusted = None if manifest is None else _read_manifest(manifest)
    schema = read_schema(source, connection)
    files = DocumentFiles(paths)
    # An error in a fragment is found once for each document that uses the fragment.
    found = dict.fromkeys(_findings(files, schema, "error" if deny else "warning"))
    if trusted is not None:
        found |= dict.fromkeys(_missing(files, trusted))
    findings = sorted(found, key=lambda each: (each.position.file, each.position.line, each.position.column))
    _WRITERS[format_name](findings)
    errors = sum(each.level == "error" for each in findings)
    counts = {"document": len(files.documents), "error": errors, "warning": len(findings) - errors}
    print_message(", ".join(pluralized(number, noun) for noun, number in counts.items()))
    sys.exit(ExitCode.FINDINGS if errors else ExitCode.OK)


def _findings(files: DocumentFiles, schema: GraphQLSchema, deprecated: str) -> Iterator[Finding]:
    for position, message in files.syntax_errors:
        yield Finding(position, "error", message)
    for each in files.documents:
        document = files.complete(each.document)
        for error in validate(schema, document, RULES, max_errors=1000):
            yield Finding(error_position(error), "error", error.message)
        for error in validate(schema, document, [NoDeprecatedCustomRule], max_errors=1000):
            yield Finding(error_position(error), deprecated, error.message)
    for node in files.unused_fragments():
        yield Finding(node_position(node), "error", f"Fragment '{node.name.value}' is never used.")


def _read_manifest(path: Path) -> TrustedDocuments:
    if not path.is_file():
        raise click.UsageError(f"--manifest: {path} is not a file; syncgql persist writes it.")
    try:
        return TrustedDocuments(path)
    except (TypeError, ValueError) as error:
        raise click.UsageError(f"--manifest: {error}") from error


def _missing(files: DocumentFiles, trusted: TrustedDocuments) -> Iterator[Finding]:
    for each in sent_documents(files):
        if trusted.id_of(each.document.text) is None:
            yield Finding(each.position, "error", "This document is not in the manifest; run syncgql persist.")


def _write_text(findings: list[Finding]) -> None:
    for each in findings:
        write(escaped(f"{each.position}: {each.level}: {_one_line(each.message)}"))


def _write_github(findings: list[Finding]) -> None:
    """Write workflow commands; see https://docs.github.com/actions/reference/workflow-commands-for-github-actions."""
    for each in findings:
        where = each.position.file.replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
        message = each.message.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
        write(f"::{each.level} file={where},line={each.position.line},col={each.position.column}::{message}")


def _write_json(findings: list[Finding]) -> None:
    write_json([{**asdict(each.position), "level": each.level, "message": each.message} for each in findings])


_WRITERS: Mapping[str, Callable[[list[Finding]], None]] = {
    "text": _write_text,
    "github": _write_github,
    "json": _write_json,
}


def _one_line(text: str) -> str:
    return " ".join(text.split())
