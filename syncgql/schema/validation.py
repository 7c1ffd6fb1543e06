"""Validate documents against a schema, once per document."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any, cast

from graphql import (
    GraphQLError,
    GraphQLInputType,
    GraphQLSchema,
    is_input_type,
    is_non_null_type,
    type_from_ast,
    validate,
)

from ..bounded_cache import BYTES_PER_CHARACTER, BoundedCache
from ..exceptions import DocumentError
from ..request import UNSET, GraphQLRequest
from .names import nearest
from .results import Parser, result_parser
from .scalars import revision
from .variables import coerce_value, refusal


class DocumentFindings:
    """The properties of a document under a schema, each computed on first access."""

    def __init__(self, schema: GraphQLSchema, text: str, operation_name: str | None) -> None:
        self._schema = schema
        self._request = GraphQLRequest(text, operation_name=operation_name)

    @functools.cached_property
    def errors(self) -> Sequence[GraphQLError]:
        """The validation errors; see https://spec.graphql.org/draft/#sec-Validation."""
        return validate(self._schema, self._request.document)

    @functools.cached_property
    def variable_types(self) -> Mapping[str, tuple[GraphQLInputType, bool]]:
        """The type of each variable, and whether the variable is required."""
        types = {}
        for node in self._request.operation.variable_definitions or ():
            name = node.variable.name.value
            type_ = type_from_ast(self._schema, cast(Any, node.type))
            if type_ is None or not is_input_type(type_):
                raise refusal(f"variables.{name}", "the type in the document is not an input type of the schema.")
            types[name] = (type_, is_non_null_type(type_) and node.default_value is None)
        return types

    @functools.cached_property
    def parser(self) -> Parser | None:
        """The parser for the operation's data; None if there is nothing to parse."""
        return result_parser(self._schema, self._request)


class SchemaDocuments:
    """A cache of the documents that a client has checked against its schema."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self.schema = schema
        self._revision = revision()
        self._findings: BoundedCache[tuple[str, str | None], DocumentFindings] = BoundedCache()

    def validate(self, request: GraphQLRequest) -> None:
        """Validate the document of *request*.

        Raises:
            DocumentError: the document has a syntax error or is not valid for the schema. The message has the first
                error, its position and the number of other errors.
        """
        errors = self._find(request).errors
        if errors:
            raise document_error(errors[0], len(errors) - 1)

    def serialize_variables(self, request: GraphQLRequest) -> dict[str, Any]:
        """Return the request's variables as JSON values.

        Raises:
            DocumentError: a variable is unknown, missing or not valid for its type; ``path`` is its place.
        """
        types = self._find(request).variable_types
        given = request.variable_values or {}
        values = {name: value for name, value in given.items() if value is not UNSET}
        for name in values:
            if name not in types:
                raise refusal(f"variables.{name}", f"the operation has no variable ${name}.{nearest(name, types)}")
        for name, (type_, required) in types.items():
            if required and name not in values:
                raise refusal(f"variables.{name}", f"the operation requires ${name}: {type_}.")
        return {name: coerce_value(value, types[name][0], f"variables.{name}") for name, value in values.items()}

    def parse_data(self, request: GraphQLRequest, data: Any) -> Any:
        """Parse custom scalars and enums in *data*, in place.

        Raises:
            TransportProtocolError: the server sent a value that a scalar or enum cannot parse.
        """
        parser = self._find(request).parser
        return data if parser is None or data is None else parser(data)

    def _find(self, request: GraphQLRequest) -> DocumentFindings:
        if self._revision != revision():
            # A scalar or enum has changed, so the cached parsers are outdated.
            self._revision = revision()
            self._findings.clear()
        key = request.text, request.operation_name
        findings = self._findings.get(key)
        if findings is None:
            findings = DocumentFindings(self.schema, *key)
            self._findings.put(key, findings, len(request.text) * BYTES_PER_CHARACTER)
        return findings


def document_error(error: GraphQLError, others: int = 0) -> DocumentError:
    """Convert an error of graphql-core to a DocumentError, with its position."""
    position = error.locations[0] if error.locations else None
    more = f"\n(and {others} more)" if others else ""
    found = DocumentError(
        f"{error}{more}", line=position.line if position else None, column=position.column if position else None
    )
    found.__cause__ = error
    return found
