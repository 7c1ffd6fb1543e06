"""run: reads the schema and the documents, generates, and writes the package or compares it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from graphql import GraphQLSchema

from ..exceptions import DocumentError
from ..schema.provider import SchemaSource, load_schema
from ..schema.text_file import read_text
from .options import CodegenOptions, Scalar
from .output import changes, write_file, write_files
from .package import generate, manifest


@dataclass(frozen=True)
class CodegenConfig:
    """What to generate from what.

    Attributes:
        schema: a path of SDL or of an introspection result, or what else ``Client(schema=...)`` accepts.
        documents: patterns of paths below *root*, for example ``app/**/*.graphql``.
        output: the folder of the package below *root*.
        root: the folder of the project.
        options: the options of the code.
        manifest: a path below *root* for a JSON file of the texts that are sent, by their SHA-256; None for none.
    """

    schema: SchemaSource
    documents: Sequence[str]
    output: str | Path
    root: Path = field(default_factory=Path)
    options: CodegenOptions = field(default_factory=CodegenOptions)
    manifest: str | Path | None = None


@dataclass(frozen=True)
class CodegenReport:
    """What was done.

    Attributes:
        written: the files that were new or different.
        removed: the files that were written for documents that are gone.
        diff: what would change, if the files were only compared; empty if they are up to date.
    """

    written: Sequence[Path] = ()
    removed: Sequence[Path] = ()
    diff: str = ""


def run(config: CodegenConfig, *, check: bool = False) -> CodegenReport:
    """Generate the package, or with *check* only compare it with what is there, without a network.

    Raises:
        CodegenError: the documents have errors; nothing is written.
        DocumentError: the schema has errors, or there are no documents.
        FileExistsError: a file in the output folder was not written by code generation.
        OSError: a file cannot be read or written.
    """
    schema = _schema(config)
    texts = _texts(config)
    files = generate(schema, texts, config.options)
    folder = config.root / config.output
    if check:
        return CodegenReport(diff=changes(folder, files))
    written, removed = write_files(folder, files)
    if config.manifest is not None:
        write_file(config.root / config.manifest, manifest(schema, texts))
    return CodegenReport(written, removed)


def config_of(settings: Mapping[str, Any], root: Path) -> CodegenConfig:
    """Return the configuration in the table ``[tool.syncgql]`` of a ``pyproject.toml`` in *root*.

    Raises:
        ValueError: a setting is missing, unknown, or has the wrong type.
    """
    table = settings.get("codegen")
    if not isinstance(table, Mapping):
        raise ValueError("[tool.syncgql.codegen] is missing; it needs documents and output.")
    unknown = sorted(table.keys() - {"documents", "output", "scalars", "manifest", "model", "schema"})
    if unknown:
        raise ValueError(f"[tool.syncgql.codegen] has no setting {unknown[0]!r}.")
    documents, output = table.get("documents"), table.get("output")
    if not isinstance(documents, list) or not all(isinstance(pattern, str) for pattern in documents):
        raise ValueError('[tool.syncgql.codegen] documents must be a list of patterns, as in ["app/**/*.graphql"].')
    if not isinstance(output, str):
        raise ValueError('[tool.syncgql.codegen] output must be the folder of the package, as in "app/api".')
    schema = table.get("schema", settings.get("schema"))
    if not isinstance(schema, str):
        raise ValueError('[tool.syncgql] schema must be the path of the schema, as in "schema.graphql".')
    scalars = {name: _scalar(name, value) for name, value in table.get("scalars", {}).items()}
    options = _options(scalars, table.get("model", "classes"))
    return CodegenConfig(root / schema, documents, output, root, options, table.get("manifest"))


def _options(scalars: Mapping[str, Scalar], model: Any) -> CodegenOptions:
    try:
        return CodegenOptions(scalars, model)
    except ValueError as error:
        raise ValueError(f"[tool.syncgql.codegen] {error}") from error


def _scalar(name: str, value: Any) -> Scalar:
    if not isinstance(value, Mapping) or not isinstance(value.get("type"), str):
        raise ValueError(f'[tool.syncgql.codegen.scalars.{name}] needs a type, as in type = "datetime.datetime".')
    try:
        return Scalar(**value)
    except TypeError as error:
        raise ValueError(f"[tool.syncgql.codegen.scalars.{name}] may have type, parse and serialize only.") from error


def _schema(config: CodegenConfig) -> GraphQLSchema:
    def no_network() -> dict[str, Any]:
        raise DocumentError("Code generation needs a schema; save it with 'syncgql schema'.")

    return load_schema(config.schema, no_network)


def _texts(config: CodegenConfig) -> dict[str, str]:
    """Return the documents by their paths below the root, the same on every system."""
    paths = {path for pattern in config.documents for path in config.root.glob(pattern) if path.is_file()}
    if not paths:
        raise DocumentError(f"No file matches {', '.join(config.documents)} in {config.root.absolute()}.")
    return {path.relative_to(config.root).as_posix(): read_text(path) for path in sorted(paths)}
