"""The documents of a project: GraphQL files, and string literals in Python files."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
from graphql import (
    DocumentNode,
    ExecutableDefinitionNode,
    FragmentDefinitionNode,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    Source,
    parse,
)

from ..codegen.document_printer import spread_names
from ..codegen.document_sources import document_sources, is_python
from ..codegen.positions import Position, error_position
from ..schema.text_file import read_text

SUFFIXES = {".graphql", ".gql", ".py"}

IGNORED_FOLDERS = {"__pycache__", "node_modules", "venv"}
"""Folders that are not searched, in addition to those that begin with a dot."""

_JSON = re.compile(r'\s*\{\s*"')
_NO_DOCUMENT = "{} contains {} instead of operations and fragments."


@dataclass(frozen=True)
class SourceDocument:
    """A document with its position."""

    document: DocumentNode

    @property
    def fragments(self) -> list[FragmentDefinitionNode]:
        """The fragments that it defines."""
        return [node for node in self.document.definitions if isinstance(node, FragmentDefinitionNode)]

    @property
    def operations(self) -> list[OperationDefinitionNode]:
        """The operations that it defines."""
        return [node for node in self.document.definitions if isinstance(node, OperationDefinitionNode)]

    @property
    def is_literal(self) -> bool:
        """Whether it is a literal in a Python file."""
        return self.document.loc is not None and is_python(self.document.loc.source.name)


class DocumentFiles:
    """The documents in files and folders.

    A document may use the fragments of all others, because some projects have a file for each fragment.

    Attributes:
        documents: the documents that could be parsed.
        syntax_errors: the errors of the others, with their positions.

    Raises:
        click.UsageError: a path does not exist, is a schema, or is a Python file that cannot be parsed; or no file has
            a document.
        OSError: a file cannot be read.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        self.documents: list[SourceDocument] = []
        self.syntax_errors: list[tuple[Position, str]] = []
        for path in paths:
            for file in _files(path):
                self._load(file, is_named=file == path)
        if not self.documents and not self.syntax_errors:
            raise click.UsageError(
                f"There are no GraphQL documents in {', '.join(map(str, paths))}; in a folder, files with the endings "
                f"{', '.join(sorted(SUFFIXES))} are read."
            )
        self._fragments = {node.name.value: node for each in self.documents for node in each.fragments}

    def complete(self, document: DocumentNode) -> DocumentNode:
        """Return a document together with the fragments of other documents that it uses, directly or indirectly."""
        own = {node.name.value for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
        definitions = list(document.definitions)
        for definition in definitions:  # the list grows during the loop
            for name in sorted(spread_names(definition) - own):
                if name in self._fragments:
                    own.add(name)
                    definitions.append(self._fragments[name])
        return DocumentNode(definitions=tuple(definitions))

    def unused_fragments(self) -> Iterator[FragmentDefinitionNode]:
        """Yield the fragments that no document uses."""
        used = set().union(*(spread_names(each.document) for each in self.documents))
        for each in self.documents:
            yield from (node for node in each.fragments if node.name.value not in used)

    def _load(self, file: Path, *, is_named: bool) -> None:
        for source in _sources(file):
            try:
                document = parse(source)
            except GraphQLSyntaxError as error:
                if is_named and _JSON.match(source.body):
                    raise click.UsageError(_NO_DOCUMENT.format(file, "JSON")) from error
                self.syntax_errors.append((error_position(error), error.message))
                continue
            # A folder may also contain schemas, which are skipped.
            if any(isinstance(node, ExecutableDefinitionNode) for node in document.definitions):
                self.documents.append(SourceDocument(document))
            elif is_named:
                raise click.UsageError(_NO_DOCUMENT.format(file, "the definitions of a schema"))


def _files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        if not path.exists():
            raise click.UsageError(f"{path} does not exist.")
        yield path
        return
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if name not in IGNORED_FOLDERS and not name.startswith("."))
        yield from (Path(folder, name) for name in sorted(names) if Path(name).suffix in SUFFIXES)


def _sources(file: Path) -> list[Source]:
    try:
        return list(document_sources(str(file), read_text(file)))
    except SyntaxError as error:
        raise click.UsageError(f"{file}, line {error.lineno}: not valid Python: {error.msg}") from error
