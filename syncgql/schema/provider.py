"""Load a schema from text, a file, an introspection result, a schema object, a provider or the server."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol, TypeAlias, runtime_checkable

from graphql import (
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    Source,
    build_ast_schema,
    build_client_schema,
    is_executable_definition_node,
    parse,
)

from ..exceptions import DocumentError, TransportProtocolError
from ..messages import as_sentence
from .repair_introspection import repaired_introspection
from .repair_sdl import completed_document
from .text_file import is_path, read_text
from .validation import document_error

Introspect: TypeAlias = Callable[[], dict[str, Any]]
SchemaSource: TypeAlias = Any
"""SDL text, a path, an introspection result, a schema object, a ``SchemaProvider``, or a function returning one."""


NO_SOURCE = (
    "schema must be SDL text, a path, an introspection result, a schema object, a provider or a function, not {}."
)


@runtime_checkable
class SchemaProvider(Protocol):
    """An object that returns a client's schema."""

    def load_schema(self, introspect: Introspect) -> SchemaSource:
        """Return the schema in any form that ``schema=`` accepts; ``introspect()`` fetches it from the server."""


def load_schema(source: SchemaSource, introspect: Introspect) -> GraphQLSchema:
    """Load the schema from *source*.

    The schemas of public servers often violate a rule of the specification. Schemas are therefore not validated, and
    errors that prevent loading are repaired if possible, with a warning in the log.

    Args:
        source: SDL text; the path of a file with SDL or a JSON introspection result; an introspection result, with or
            without ``data`` around it; a graphql-core, Strawberry, Ariadne or graphene schema; a provider; a function
            without parameters that returns one of these; or None to fetch the schema from the server.
        introspect: a function that fetches the introspection result from the server.

    Raises:
        DocumentError: the text or the introspection result is not a schema.
        TransportProtocolError: the server's introspection result is not a schema.
        OSError: the file cannot be read.
        TypeError: *source* has another type.
    """
    if source is None:
        return _schema_from_server(introspect())
    schema = core_schema(source)
    if schema is not None:
        return schema
    if isinstance(source, Mapping):
        return schema_from_introspection(source, "the introspection result")
    if isinstance(source, os.PathLike) or (isinstance(source, str) and is_path(source)):
        return _schema_from_text(_read(Path(source)), str(Path(source)))
    if isinstance(source, str):
        return _schema_from_text(source, "schema")
    if isinstance(source, SchemaProvider):
        return load_schema(_provided(source.load_schema(introspect)), introspect)
    if callable(source):
        return load_schema(_provided(source()), introspect)
    raise TypeError(NO_SOURCE.format(type(source).__name__))


def core_schema(source: object) -> GraphQLSchema | None:
    """Return *source* if it is a graphql-core schema, the one inside a graphene or Strawberry schema, or None."""
    if isinstance(source, GraphQLSchema):
        return source
    for attribute in ("graphql_schema", "_schema"):  # graphene, Strawberry
        inner = getattr(source, attribute, None)
        if isinstance(inner, GraphQLSchema):
            return inner
    return None


def schema_from_introspection(result: Mapping[str, Any], where: str) -> GraphQLSchema:
    """Build a schema from an introspection result: ``{"__schema": ...}``, with or without ``data`` around it.

    Raises:
        DocumentError: *result* is not an introspection result, or is incomplete.
    """
    inner = result.get("data", result) if "__schema" not in result else result
    if not isinstance(inner, Mapping) or not isinstance(inner.get("__schema"), Mapping):
        raise DocumentError(f"{where}: not an introspection result, because it has no '__schema'.")
    try:
        schema: Any = repaired_introspection(inner["__schema"], where)
        return build_client_schema({"__schema": schema}, assume_valid=True)
    except (GraphQLError, TypeError, KeyError, AttributeError) as error:
        raise DocumentError(f"{where}: cannot build a schema from it: {str(error)[:500]}") from error


def _schema_from_server(result: dict[str, Any]) -> GraphQLSchema:
    try:
        return schema_from_introspection(result, "the server's introspection result")
    except DocumentError as error:
        raise TransportProtocolError(
            f"{as_sentence(error.message)} Pass the schema to the client instead: schema='schema.graphql'.",
            rule="an introspection result describes a schema",
            received=json.dumps(result),
        ) from error.__cause__


def _read(path: Path) -> str:
    try:
        return read_text(path)
    except OSError as error:
        # OSError selects its subclass by errno.
        message = f"The schema file cannot be read: {error.strerror}"
        raise OSError(error.errno, message, str(path)) from error


def _schema_from_text(text: str, where: str) -> GraphQLSchema:
    if text.lstrip("\ufeff \t\r\n").startswith("{"):
        try:
            result = json.loads(text.lstrip("\ufeff"))
        except ValueError as error:
            raise DocumentError(f"{where}: not SDL, and not valid JSON: {error}") from error
        return schema_from_introspection(result, where)
    try:
        # Without locations a large schema takes half the memory.
        document = parse(Source(text, where), no_location=True)
        if all(map(is_executable_definition_node, document.definitions)):
            raise DocumentError(f"{where}: contains operations and fragments instead of the definitions of a schema.")
        document = completed_document(document, where)
        return build_ast_schema(document, assume_valid=True, assume_valid_sdl=True)
    except GraphQLSyntaxError as error:
        found = document_error(error)
        raise DocumentError(
            f"{where}: cannot be read as SDL: {found.message}", line=found.line, column=found.column
        ) from error
    except (GraphQLError, TypeError) as error:
        raise DocumentError(f"{where}: cannot build a schema from it: {str(error)[:500]}") from error


def _provided(source: SchemaSource) -> SchemaSource:
    if source is None:
        raise TypeError("The schema provider returned None; it must return a schema in any form that schema= accepts.")
    return source
