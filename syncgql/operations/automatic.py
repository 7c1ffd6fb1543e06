"""Automatic selections: the default selection for a type, used if the caller selects no fields."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)

from .fields import Field, Fields, InlineFragment, Selection
from .schema_selection import Automatic

MAX_TYPES = 20
"""The maximum number of types for which an interface or union is selected with a fragment per type. GitHub's ``Node``
has 249 types; a selection of all of them would exceed any server's complexity limit.
"""

Path = frozenset[str]


def automatic_selections(schema: GraphQLSchema, type_: GraphQLNamedType, depth: int) -> list[Selection]:
    """Return a selection of the leaves of *type_* down to *depth*; of ``__typename`` if it has no leaves."""
    return _selections(schema, type_, depth, frozenset()) or [Field("__typename")]


def automatic_nodes(connection: GraphQLNamedType) -> Fields | None:
    """Return a selection of the leaves of the nodes of a connection; None if its type has neither nodes nor edges."""
    nodes = _field(connection, "nodes")
    if nodes is not None:
        return Fields(_leaves_of("nodes", nodes))
    edges = _field(connection, "edges")
    node = None if edges is None else _field(get_named_type(edges.type), "node")
    return None if node is None else Fields(Field("edges", fields=_leaves_of("node", node)))


def _field(type_: GraphQLNamedType, name: str) -> GraphQLField | None:
    fields: dict[str, GraphQLField] = getattr(type_, "fields", {})
    return fields.get(name)


def _leaves_of(name: str, field: GraphQLField) -> Field:
    return Field(name) if is_leaf_type(get_named_type(field.type)) else Field(name, fields=Automatic())


def _selections(schema: GraphQLSchema, type_: GraphQLNamedType, depth: int, path: Path) -> list[Selection]:
    if isinstance(type_, (GraphQLInterfaceType, GraphQLUnionType)):
        return _of_abstract(schema, type_, depth, path)
    return list(_of_fields(schema, type_, depth, path))


def _of_fields(schema: GraphQLSchema, type_: Any, depth: int, path: Path) -> list[Field]:
    selected = []
    inner_path = path | {type_.name}
    for name, field in type_.fields.items():
        if field.deprecation_reason is not None or any(map(is_required_argument, field.args.values())):
            continue
        named = get_named_type(field.type)
        if is_leaf_type(named):
            selected.append(Field(name))
        elif depth > 1 and not _is_omitted(field, named, inner_path):
            inner = _selections(schema, named, depth - 1, inner_path)
            if inner:
                selected.append(Field(name, fields=inner))
    return selected


def _is_omitted(field: GraphQLField, named: GraphQLNamedType, path: Path) -> bool:
    # A field with arguments filters or paginates its objects (GitHub refuses a connection without first or last), and a
    # type inside itself would recurse.
    return bool(field.args) or named.name in path


def _of_abstract(
    schema: GraphQLSchema, type_: GraphQLInterfaceType | GraphQLUnionType, depth: int, path: Path
) -> list[Selection]:
    common = _of_fields(schema, type_, depth, path) if isinstance(type_, GraphQLInterfaceType) else []
    selected: list[Selection] = [Field("__typename"), *common]
    members = schema.get_possible_types(type_)
    if len(members) > MAX_TYPES:
        return selected
    keys = {field.key for field in common}
    own = {
        member.name: [
            field for field in _of_fields(schema, member, depth, path | {type_.name}) if field.key not in keys
        ]
        for member in members
    }
    differing = _differing(members, own)
    for name, fields in own.items():
        # GraphQL allows only one type for a key, in all fragments together.
        renamed = [field.with_alias(f"{field.name}_{name}") if field.name in differing else field for field in fields]
        if renamed:
            selected.append(InlineFragment(name, fields=Fields(renamed)))
    return selected


def _differing(members: list[GraphQLObjectType], own: dict[str, list[Field]]) -> set[str]:
    """Return the names of the selected fields that have different types in different members."""
    types: dict[str, set[str]] = defaultdict(set)
    for member in members:
        for field in own[member.name]:
            types[field.name].add(str(member.fields[field.name].type))
    return {name for name, found in types.items() if len(found) > 1}
