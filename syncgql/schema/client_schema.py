"""ClientSchema: the schema of a client, applied to its requests and results."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..checks import check_flag, check_function, check_mapping
from ..messages import as_sentence
from ..request import GraphQLRequest
from ..result import ExecutionResult
from ..runtime.once import Once
from .cache import SchemaCache

if TYPE_CHECKING:
    from graphql import GraphQLSchema

    from .provider import SchemaSource
    from .validation import SchemaDocuments

Execute = Callable[[GraphQLRequest], ExecutionResult]


class PreparedRequest(GraphQLRequest):
    """A request that was validated and whose variables were serialized."""

    __slots__ = ()

    def __reduce__(self) -> tuple[Any, ...]:
        return PreparedRequest, (self.text, self.variable_values, self.operation_name, self.extensions)


class ClientSchema:
    """Loads the schema on first use, once for all threads.

    Methods receive *execute*, a function that sends a request unchanged, as an argument. Storing it would create a
    reference cycle with the client, which owns its ClientSchema, and keep an unused client alive.

    Args:
        schema: see ``schema.provider.load_schema``; None fetches the schema from the server.
        introspection: an introspection result to use instead of *schema*.
        fetch_schema_from_transport: fetch the schema from the server and validate documents against it.
        introspection_args: options of the introspection query.
        validate: validate documents before sending them; None does so if one of the first three arguments is given.
        serialize_variables: convert variables to JSON according to the schema.
        parse_results: convert custom scalars and enums in results to Python values.

    Attributes:
        prepares_requests: whether ``prepare`` does anything.
        parses_results: whether ``parse`` does anything.

    Raises:
        TypeError: more than one of the first three arguments is given, an argument has the wrong type, or
            *introspection_args* has an unknown name.
        ValueError: *schema* is the path of a file that cannot be read.
    """

    def __init__(
        self,
        schema: SchemaSource = None,
        introspection: Mapping[str, Any] | None = None,
        fetch_schema_from_transport: bool = False,
        introspection_args: Mapping[str, Any] | None = None,
        validate: bool | None = None,
        serialize_variables: bool = False,
        parse_results: bool = False,
    ) -> None:
        _check_source(schema)
        _check_introspection(introspection)
        check_flag("fetch_schema_from_transport", fetch_schema_from_transport)
        given = (schema is not None) + (introspection is not None) + fetch_schema_from_transport
        if given > 1:
            raise TypeError("Pass only one of schema=, introspection= and fetch_schema_from_transport=True.")
        self._source = schema if introspection is None else introspection
        self._introspection_args = _known_options(introspection_args)
        self._validate = bool(given) if validate is None else check_flag("validate", validate)
        self._serialize_variables = check_flag("serialize_variables", serialize_variables)
        self._parse_results = check_flag("parse_results", parse_results)
        self._documents: Once[SchemaDocuments] = Once()
        # Attributes instead of properties, because every call reads them.
        self.prepares_requests = self._validate or self._serialize_variables
        self.parses_results = self._parse_results

    def get(self, execute: Execute) -> GraphQLSchema:
        """Return the schema; load it first if necessary.

        Raises what ``load_schema`` and ``introspect`` raise.
        """
        return self.documents(execute).schema

    def fetch(self, execute: Execute) -> GraphQLSchema:
        """Fetch the schema from the server and use it from now on.

        Raises what ``introspect`` raises.
        """
        from .provider import load_schema
        from .validation import SchemaDocuments

        result = self._introspect(execute)
        schema = load_schema(None, lambda: result)
        if isinstance(self._source, SchemaCache):
            self._source.store(result)
        self._documents.put(SchemaDocuments(schema))
        return schema

    def documents(self, execute: Execute) -> SchemaDocuments:
        """Return the cache of documents that were checked against the schema; load the schema if necessary."""
        return self._documents.get(lambda: self._load(execute))

    def prepare(self, request: GraphQLRequest, execute: Execute) -> GraphQLRequest:
        """Return *request*, validated and with serialized variables if the client is configured to do so.

        Raises:
            DocumentError: the document or a variable does not match the schema.
        """
        if not (self._validate or self._serialize_variables) or isinstance(request, PreparedRequest):
            return request
        documents = self.documents(execute)
        if self._validate:
            documents.validate(request)
        if not self._serialize_variables:
            return request
        variables = documents.serialize_variables(request)
        return PreparedRequest(request.text, variables, request.operation_name, request.extensions)

    def parse(self, request: GraphQLRequest, result: ExecutionResult, execute: Execute) -> ExecutionResult:
        """Parse the data of *result* in place, if the client is configured to do so.

        Raises:
            TransportProtocolError: the server sent a value that a scalar or enum cannot parse.
        """
        if self._parse_results and result.data is not None:
            self.documents(execute).parse_data(request, result.data)
        return result

    def _load(self, execute: Execute) -> SchemaDocuments:
        from .provider import load_schema
        from .validation import SchemaDocuments

        return SchemaDocuments(load_schema(self._source, lambda: self._introspect(execute)))

    def _introspect(self, execute: Execute) -> dict[str, Any]:
        from .introspection import introspect

        return introspect(execute, self._introspection_args)


def _check_source(source: SchemaSource) -> None:
    """Check that *source* can be a schema, without reading it and without loading graphql-core.

    Raises:
        TypeError: it has the wrong type.
        ValueError: it is empty text, or the path of a file that cannot be read.
    """
    if isinstance(source, str | os.PathLike):
        _check_text_or_path(source)
        return
    if source is None or isinstance(source, Mapping) or hasattr(source, "load_schema"):
        return
    if callable(source):
        check_function("schema", source, 0)
        return
    from .provider import NO_SOURCE, core_schema

    if core_schema(source) is None:
        raise TypeError(NO_SOURCE.format(type(source).__name__))


def _check_text_or_path(source: str | os.PathLike[str]) -> None:
    from .text_file import check_file, is_path  # clients without a schema need no files

    if isinstance(source, str):
        if not source.strip():
            raise ValueError("schema must be SDL text or the path of a file, not an empty str.")
        if not is_path(source):
            return
    try:
        check_file(Path(source))
    except (OSError, ValueError) as error:  # ValueError for a null character
        reason = as_sentence(getattr(error, "strerror", None) or str(error))
        hint = "" if Path(source).is_absolute() else " The path is relative to the current working directory."
        unreadable = f"the file {os.fspath(source)!r} cannot be read: {reason}{hint}"
        raise ValueError(f"schema must be SDL text or the path of a file; {unreadable}") from error


def _known_options(options: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return the options of the introspection query after checking their names; loads graphql-core only if needed.

    Raises:
        TypeError: *options* is not a mapping, or has an unknown name.
    """
    if not check_mapping("introspection_args", options):
        return None
    from .introspection import known_options

    return known_options(options or {})


def _check_introspection(result: object) -> None:
    if result is not None and not isinstance(result, Mapping):
        raise TypeError(
            "introspection must be a mapping, the result of an introspection query, "
            f"not {type(result).__name__}; pass text or a path as schema=."
        )
