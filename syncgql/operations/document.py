"""OperationBuilder: turns a selection into a document with variables, once per shape of call.

The shape of a call is everything except the values of its arguments. The first call of each shape is resolved against
the schema, written as text and validated; later calls only serialize their values.
"""

from __future__ import annotations

import copy
from collections.abc import Hashable, Mapping
from typing import Any

from graphql import GraphQLNonNull, GraphQLObjectType, GraphQLSchema, OperationType, validate

from ..bounded_cache import BYTES_PER_CHARACTER, BoundedCache
from ..exceptions import DocumentError
from ..request import UNSET, parse_document
from ..schema.client_schema import PreparedRequest
from ..schema.names import find_name, nearest
from ..schema.validation import document_error
from ..schema.variables import coerce_value, refusal
from .call_shape import ANONYMOUS, CallShape, OperationHead
from .document_writer import DocumentVariable, DocumentWriter, WrittenOperation
from .fields import Fields
from .typed_operation import TypedOperation


class BuiltOperation:
    """A document with the values of the arguments, except those that the caller passes later.

    Attributes:
        text: the document.
        holes: the variables whose values are given when the operation runs, by name.
    """

    def __init__(self, operation: WrittenOperation, values: Mapping[str, Any]) -> None:
        self.text = operation.text
        self.holes = {hole.name: hole for hole in operation.holes}
        self._values = values
        self._result: tuple[str, Any] | None = None

    def with_result(self, name: str, result_type: Any) -> BuiltOperation:
        """Return the same operation with a class for its result, which is the value of the field *name*."""
        changed = copy.copy(self)
        changed._result = name, result_type
        return changed

    def unfilled(self) -> PreparedRequest:
        """Return the request without the values of the holes."""
        return self._request(self._values)

    def _request(self, values: Mapping[str, Any]) -> PreparedRequest:
        return (
            PreparedRequest(self.text, values)
            if self._result is None
            else TypedOperation(self.text, values, *self._result)
        )

    def filled(self, given: Mapping[str, Any]) -> PreparedRequest:
        """Return the request with the values of the holes; holes with a default may be omitted.

        Raises:
            DocumentError: a name is unknown, a value does not fit its type, or a required value is missing.
        """
        values = dict(self._values)
        for key, value in given.items():
            name = find_name(key, self.holes)
            if name is None:
                raise refusal(f"variables.{key}", f"the document has no variable {key!r}.{self._known(key)}")
            if value is not UNSET:
                values[name] = coerce_value(value, self.holes[name].type, f"variables.{name}")
        for name, hole in self.holes.items():
            if name not in values and _is_required(hole):
                raise refusal(f"variables.{name}", f"the variable {name}: {hole.type} needs a value.")
        return self._request(values)

    def _known(self, name: str) -> str:
        return nearest(name, self.holes) or f" It has {', '.join(map(repr, self.holes)) or 'none'}."


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

    def request(self, fields: Fields, head: OperationHead = ANONYMOUS) -> PreparedRequest:
        """Return the request for *fields* of the root type, in which every ``Variable`` has a default.

        Raises:
            DocumentError: a selection or an argument does not match the schema; ``path`` names it.
        """
        return self.build(fields, head).filled({})

    def build(self, fields: Fields, head: OperationHead = ANONYMOUS) -> BuiltOperation:
        """Return the operation for *fields* of the root type.

        Raises:
            DocumentError: a selection or an argument does not match the schema; ``path`` names it.
        """
        shape = CallShape(fields, head)
        operation = self._operations.get(shape.key)
        if operation is None:
            operation = self._write(fields, head, shape)
            self._operations.put(shape.key, operation, len(operation.text) * BYTES_PER_CHARACTER)
        values = {
            variable.name: coerce_value(value, variable.type, f"variables.{variable.name}")
            for variable, value in zip(operation.variables, shape.values, strict=True)
        }
        return BuiltOperation(operation, values)

    def _write(self, fields: Fields, head: OperationHead, shape: CallShape) -> WrittenOperation:
        if self.root is None:
            raise DocumentError(f"The schema has no {self.kind} type.")
        if not fields:
            raise DocumentError("Nothing is selected; pass the names of fields.")
        writer = DocumentWriter(self.schema, self.kind, fields, self.root, head, frozenset(shape.variables))
        operation = writer.operation()
        errors = validate(self.schema, parse_document(operation.text))
        if errors:
            raise document_error(errors[0], len(errors) - 1)
        return operation


def _is_required(hole: DocumentVariable) -> bool:
    return isinstance(hole.type, GraphQLNonNull) and not hole.has_default
