"""introspect: the answer to a query for the schema."""

from __future__ import annotations

from graphql import FieldNode, GraphQLSchema, build_schema, graphql_sync

from .answer import Answer
from .recorded_request import RecordedRequest

NO_SCHEMA = build_schema("type Query { _: Int } type Mutation { _: Int }")
"""Answers ``{ __typename }`` if there is no other schema; the root types have their usual names."""


def introspect(schema: GraphQLSchema | None, call: RecordedRequest) -> Answer | None:
    """Answer a query for the schema, or only for ``__typename``; return None for other operations."""
    if _root_fields(call) != {"__typename"} and (schema is None or not asks_for_schema(call)):
        return None
    result = graphql_sync(
        schema or NO_SCHEMA,
        call.request.text,
        variable_values=dict(call.variables),
        operation_name=call.operation_name,
    )
    return Answer({"data": result.data})


def asks_for_schema(call: RecordedRequest) -> bool:
    """Return whether an operation selects only ``__schema``, ``__type`` and ``__typename``."""
    return all(name.startswith("__") for name in _root_fields(call))


def _root_fields(call: RecordedRequest) -> set[str]:
    """Return the names of the root fields of an operation; a fragment counts as an empty name."""
    selections = call.request.operation.selection_set.selections
    return {node.name.value if isinstance(node, FieldNode) else "" for node in selections}
