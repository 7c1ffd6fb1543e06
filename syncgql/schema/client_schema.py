"""ClientSchema: the schema of one client, and what it does to that client's requests and results."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ..checks import check_flag, check_function, check_mapping
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
    """A request whose document and variables were already made to fit the schema."""

    __slots__ = ()

    def __reduce__(self) -> tuple[Any, ...]:
        return PreparedRequest, (self.text, self.variable_values, self.operation_name, self.extensions)


class ClientSchema:
    """Loads the schema when it is first needed, once whatever the number of threads.

    Methods take *execute*, which sends a request as it stands, rather than keep it: a client owns its ClientSchema,
    and a way back would keep a dropped client alive.

    Args:
        schema: see ``schema.provider.load_schema``; None asks the server.
        introspection: an introspection result in place of *schema*.
        fetch_schema_from_transport: ask the server, and check documents against its answer.
        introspection_args: options of the introspection query.
        validate: check documents before they are sent; None does so when one of the first three was given.
        serialize_variables: turn variables into JSON as the schema says.
        parse_results: turn custom scalars and enums of results into Python values.

    Attributes:
        prepares_requests: whether ``prepare`` does anything.
        parses_results: whether ``parse`` does anything.

    Raises:
        TypeError: more than one of the first three was given, or an argument has the wrong type.
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
            raise TypeError("Give only one of schema=, introspection= and fetch_schema_from_transport=True.")
        self._source = schema if introspection is None else introspection
        self._introspection_args = check_mapping("introspection_args", introspection_args)
        self._validate = bool(given) if validate is None else check_flag("validate", validate)
        self._serialize_variables = check_flag("serialize_variables", serialize_variables)
        self._parse_results = check_flag("parse_results", parse_results)
        self._documents: Once[SchemaDocuments] = Once()
        # Attributes and not properties, because every call reads them.
        self.prepares_requests = self._validate or self._serialize_variables
        self.parses_results = self._parse_results

    def get(self, execute: Execute) -> GraphQLSchema:
        """Return the schema, loading it if need be; raises what ``load_schema`` and ``introspect`` raise."""
        return self.documents(execute).schema

    def fetch(self, execute: Execute) -> GraphQLSchema:
        """Ask the server for its schema now and use it from here on; raises what ``introspect`` raises."""
        from .provider import load_schema
        from .validation import SchemaDocuments

        result = self._introspect(execute)
        schema = load_schema(None, lambda: result)
        if isinstance(self._source, SchemaCache):
            self._source.store(result)
        self._documents.put(SchemaDocuments(schema))
        return schema

    def documents(self, execute: Execute) -> SchemaDocuments:
        """Return what is known of documents under the schema."""
        return self._documents.get(lambda: self._load(execute))

    def prepare(self, request: GraphQLRequest, execute: Execute) -> GraphQLRequest:
        """Return *request* checked and serialized as the client was asked to.

        Raises:
            DocumentError: the document or a variable does not fit the schema.
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
        """Parse the data of *result* in place, if the client was asked to.

        Raises:
            TransportProtocolError: the server sent what a scalar or enum cannot read.
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
    """Raise a ``TypeError`` unless *source* can stand for a schema; nothing is read, and graphql-core is not loaded."""
    if source is None or isinstance(source, str | os.PathLike | Mapping) or hasattr(source, "load_schema"):
        return
    if callable(source):
        check_function("schema", source, 0)
        return
    from .provider import NO_SOURCE, core_schema

    if core_schema(source) is None:
        raise TypeError(NO_SOURCE.format(type(source).__name__))


def _check_introspection(result: object) -> None:
    if result is not None and not isinstance(result, Mapping):
        raise TypeError(
            "introspection must be a mapping, the result of an introspection query; for text or a path use schema=. "
            f"It is a {type(result).__name__}."
        )
