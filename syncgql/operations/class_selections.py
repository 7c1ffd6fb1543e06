"""Selections for classes: maps the fields of a Python class to the fields of a GraphQL type."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from graphql import GraphQLField, GraphQLNamedType, get_named_type, is_composite_type

from ..schema.names import find_name
from ..schema.variables import refusal
from ..typed.class_members import class_fields, object_classes, typename_key, typenames_of
from ..typed.names import TYPENAME
from ..typed.record_fields import RecordField
from .fields import Field, Fields, InlineFragment, Selection
from .schema_selection import OfClass


def class_selections(type_: GraphQLNamedType, of: OfClass, path: str) -> list[Selection]:
    """Return the fields to select from *type_* so that instances of the class can be created.

    Raises:
        DocumentError: the class contains itself, and the field that ends the recursion has no default.
    """
    classes = object_classes(of.kind)
    if len(classes) == 1:
        return list(_fields(type_, classes[0], of, path))
    key = typename_key(classes[0])
    selected: list[Selection] = [Field(TYPENAME, alias=key)]
    for each in classes:
        names = typenames_of(each)
        if not names:  # the class represents all other types
            selected += _fields(type_, each, of, path)
        for name in names or ():
            selected.append(InlineFragment(name, fields=Fields(OfClass(each, of.depth, of.within))))
    return selected


def _fields(type_: GraphQLNamedType, kind: Any, of: OfClass, path: str) -> Iterator[Field]:
    fields: dict[str, GraphQLField] = getattr(type_, "fields", {})  # a union has no fields
    within = (*of.within, kind)
    for field in class_fields(kind) or ():
        name = _name(field, fields)
        key = name if name in field.names else field.names[0]
        definition = fields.get(name)
        inner = object_classes(field.kind)
        if not inner or (definition is not None and not is_composite_type(get_named_type(definition.type))):
            yield Field(name, alias=key)
        elif all(within.count(each) < of.depth for each in inner):
            yield Field(name, alias=key, fields=OfClass(field.kind, of.depth, within))
        elif field.is_required:
            raise refusal(
                f"{path}.{key}".lstrip("."),
                f"{kind.__name__} contains itself, but its field {field.name!r} has no default to end the recursion; "
                f"add one, for example None, or raise the depth: Fields.of({kind.__name__}, depth={of.depth + 1}).",
            )


def _name(field: RecordField, fields: dict[str, GraphQLField]) -> str:
    """Return the schema's name for a field of a class; the most likely name if the schema has no such field."""
    for name in field.names:
        if name in fields or name == TYPENAME:
            return name
    return find_name(field.names[0], fields) or find_name(field.name, fields) or field.names[0]
