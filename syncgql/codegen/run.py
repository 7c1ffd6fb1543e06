"""run: reads the schema and the documents, generates the package, and writes or compares it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from graphql import GraphQLSchema

from ..exceptions import DocumentError
from ..schema.names import nearest
from ..schema.provider import SchemaSource, load_schema
from ..schema.text_file import read_text
from .manifest import check_manifest, generated_documents, mapping_manifest
from .options import CodegenOptions, Scalar
from .output import changes, file_changes, write_file, write_files
from .package import HEADER, generate

SETTINGS = {"documents", "manifest", "model", "output", "python", "scalars", "schema"}
"""The keys of the table ``[tool.syncgql.codegen]``."""


@dataclass(frozen=True)
class CodegenConfig:
    """The inputs and outputs of code generation.

    Attributes:
        schema: the path of SDL or of an introspection result, or any other value that ``Client(schema=...)`` accepts.
        documents: patterns of paths below *root*, for example ``app/**/*.graphql``.
        python: patterns of Python files whose literals are also documents: arguments of ``gql()`` and of the methods of
            a client, and literals that begin with ``query``, ``mutation``, ``subscription`` or ``fragment``.
        output: the folder of the package below *root*.
        root: the folder of the project.
        options: the options of the code.
        manifest: the path, below *root*, of a JSON file to write with the documents that are sent, by SHA-256; None for
            none.
    """

    schema: SchemaSource
    documents: Sequence[str]
    output: str | Path
    root: Path = field(default_factory=Path)
    options: CodegenOptions = field(default_factory=CodegenOptions)
    manifest: str | Path | None = None
    python: Sequence[str] = ()


@dataclass(frozen=True)
class CodegenReport:
    """The outcome of code generation.

    Attributes:
        written: the files that were created or changed.
        removed: the stale files that were removed.
        diff: the changes that would be made, if the files were only compared; empty if they are up to date.
    """

    written: Sequence[Path] = ()
    removed: Sequence[Path] = ()
    diff: str = ""


def run(config: CodegenConfig, *, check: bool = False) -> CodegenReport:
    """Generate the package and the manifest, or with *check* only compare them with the existing files, offline.

    Raises:
        CodegenError: the documents have errors; nothing is written.
        DocumentError: the schema has errors, or there are no documents.
        FileExistsError: a file in the output folder was not generated, or the file of the manifest is not a manifest.
        OSError: a file cannot be read or written.
    """
    if config.manifest is not None and not check:
        check_manifest(config.root / config.manifest)
    schema = _schema(config)
    texts = _texts(config)
    files = generate(schema, texts, config.options)
    folder = config.root / config.output
    manifest = None
    if config.manifest is not None:
        manifest = config.root / config.manifest, mapping_manifest(generated_documents(schema, texts))
    if check:
        return CodegenReport(diff=changes(folder, files) + (file_changes(*manifest) if manifest else ""))
    written, removed = write_files(folder, files)
    if manifest and write_file(*manifest):
        written.append(manifest[0])
    return CodegenReport(written, removed)


def config_of(settings: Mapping[str, Any], root: Path) -> CodegenConfig:
    """Return the configuration in the table ``[tool.syncgql]`` of a ``pyproject.toml`` in *root*.

    Raises:
        ValueError: a setting is missing, unknown, or has the wrong type.
    """
    table = settings.get("codegen")
    if not isinstance(table, Mapping):
        raise ValueError("[tool.syncgql.codegen] is missing; add it with documents and output.")
    unknown = sorted(table.keys() - SETTINGS)
    if unknown:
        raise ValueError(f"[tool.syncgql.codegen] has no setting {unknown[0]!r}.{nearest(unknown[0], SETTINGS)}")
    documents = _patterns(table, "documents", "app/**/*.graphql", required="python" not in table)
    python = _patterns(table, "python", "app/**/*.py")
    output = table.get("output")
    if not isinstance(output, str):
        raise ValueError('[tool.syncgql.codegen] output must be the folder of the package, as in "app/api".')
    schema = schema_setting(settings)
    manifest = table.get("manifest")
    if not isinstance(manifest, str | None):
        raise ValueError('[tool.syncgql.codegen] manifest must be the path of a file, as in "documents.json".')
    scalars = {name: _scalar(name, value) for name, value in table.get("scalars", {}).items()}
    options = _options(scalars, table.get("model", "classes"))
    return CodegenConfig(root / schema, documents, output, root, options, manifest, python)


def schema_setting(settings: Mapping[str, Any]) -> str:
    """Return the schema in the table ``[tool.syncgql]``: a path; the command also accepts a server.

    Raises:
        ValueError: there is no schema, or it is not a string.
    """
    schema = settings.get("codegen", {}).get("schema", settings.get("schema"))
    if not isinstance(schema, str):
        raise ValueError('[tool.syncgql] schema must be the path of the schema, as in "schema.graphql".')
    return schema


def _options(scalars: Mapping[str, Scalar], model: Any) -> CodegenOptions:
    try:
        return CodegenOptions(scalars, model)
    except ValueError as error:
        raise ValueError(f"[tool.syncgql.codegen] {error}") from error


def _patterns(table: Mapping[str, Any], name: str, example: str, *, required: bool = False) -> list[str]:
    patterns = table.get(name, None if required else [])
    if not isinstance(patterns, list) or not all(isinstance(pattern, str) for pattern in patterns):
        raise ValueError(f'[tool.syncgql.codegen] {name} must be a list of patterns, as in ["{example}"].')
    return patterns


def _scalar(name: str, value: Any) -> Scalar:
    if not isinstance(value, Mapping) or not isinstance(value.get("type"), str):
        raise ValueError(f'[tool.syncgql.codegen.scalars.{name}] needs a type, as in type = "datetime.datetime".')
    try:
        return Scalar(**value)
    except TypeError as error:
        raise ValueError(f"[tool.syncgql.codegen.scalars.{name}] accepts only type, parse and serialize.") from error


def _schema(config: CodegenConfig) -> GraphQLSchema:
    def no_network() -> dict[str, Any]:
        raise DocumentError("Code generation needs a schema; save it with 'syncgql schema'.")

    return load_schema(config.schema, no_network)


def _texts(config: CodegenConfig) -> dict[str, str]:
    """Return the documents by their paths below the root, in POSIX form on every system."""
    patterns = [*config.documents, *config.python]
    paths = {path for pattern in patterns for path in config.root.glob(pattern) if path.is_file()}
    if not paths:
        raise DocumentError(f"No file matches {', '.join(patterns)} in {config.root.absolute()}.")
    texts = {path.relative_to(config.root).as_posix(): read_text(path) for path in sorted(paths)}
    # Generated modules contain the documents that they send, so they are not sources.
    return {path: text for path, text in texts.items() if not text.startswith(HEADER)}
