"""OperationBuilder: turns a selection into a document with variables, once per shape of call.

The shape of a call is everything except the values of its arguments. The first call of a shape is resolved against the
schema, written as text and validated; later ones only serialize their values.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any

from graphql import GraphQLObjectType, GraphQLSchema, OperationType, ValueNode, print_ast, validate

from ..bounded_cache import BYTES_PER_CHARACTER, BoundedCache
from ..exceptions import DocumentError
from ..request import parse_document
from ..schema.client_schema import PreparedRequest
from ..schema.validation import document_error
from ..schema.variables import coerce_value
from .document_writer import DocumentWriter, WrittenOperation, given_arguments
from .fields import Automatic, Directive, Field, Fields, InlineFragment, Selection


class OperationBuilder:
    """Builds requests of one kind of operation for one schema.

    Args:
        schema: the schema in which names and types are looked up.
        kind: ``query``, ``mutation`` or ``subscription``.
    """

    def __init__(self, schema: GraphQLSchema, kind: str) -> None:
        self.schema = schema
        self.kind = kind
        self._operations: BoundedCache[Hashable, WrittenOperation] = BoundedCache()

    @property
    def root(self) -> GraphQLObjectType | None:
        """The type whose fields are the operations; None if the schema has no such operations."""
        return self.schema.get_root_type(OperationType(self.kind))

    def request(self, fields: Fields) -> PreparedRequest:
        """Return the request for *fields* of the root type.

        Raises:
            DocumentError: a selection or an argument does not match the schema; ``path`` names it.
        """
        operation = self._operation(fields)
        values = list(_values(fields))
        variables = {
            variable.name: coerce_value(value, variable.type, f"variables.{variable.name}")
            for variable, value in zip(operation.variables, values, strict=True)
        }
        return PreparedRequest(operation.text, variables)

    def _operation(self, fields: Fields) -> WrittenOperation:
        shape = _shape_of_fields(fields)
        operation = self._operations.get(shape)
        if operation is None:
            operation = self._build(fields)
            self._operations.put(shape, operation, len(operation.text) * BYTES_PER_CHARACTER)
        return operation

    def _build(self, fields: Fields) -> WrittenOperation:
        if self.root is None:
            raise DocumentError(f"The schema has no {self.kind} type.")
        if not fields:
            raise DocumentError("Nothing is selected; pass the names of fields.")
        operation = DocumentWriter(self.schema, self.kind, fields, self.root).operation()
        errors = validate(self.schema, parse_document(operation.text))
        if errors:
            raise document_error(errors[0], len(errors) - 1)
        return operation


def _shape(one: Selection) -> Hashable:
    if isinstance(one, Automatic):
        return one
    directives = tuple((directive.name, _shape_of_arguments(directive.arguments)) for directive in one.directives)
    fields = None if one.fields is None else _shape_of_fields(one.fields)
    if isinstance(one, InlineFragment):
        return "...", one.type_condition, directives, fields
    return one.name, one.alias, _shape_of_arguments(one.arguments), directives, fields


def _shape_of_fields(fields: Fields) -> Hashable:
    return tuple(map(_shape, fields))


def _shape_of_arguments(arguments: Mapping[str, Any]) -> Hashable:
    # A literal in GraphQL text is part of the document; any other value becomes a variable.
    return tuple(
        (name, print_ast(value) if isinstance(value, ValueNode) else None) for name, value in given_arguments(arguments)
    )


def _values(fields: Fields) -> Iterator[Any]:
    """Yield the values that become variables, in the order in which ``DocumentWriter`` defines the variables."""
    for one in fields:
        if isinstance(one, Automatic):
            continue
        owners: Sequence[Field | Directive] = [one, *one.directives] if isinstance(one, Field) else one.directives
        for owner in owners:
            yield from (value for _, value in given_arguments(owner.arguments) if not isinstance(value, ValueNode))
        if one.fields is not None:
            yield from _values(one.fields)
