"""GraphQL text of JSON values, for the default values of variables."""

from __future__ import annotations

import json
from typing import Any

from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLInputType, GraphQLList, GraphQLNonNull


def literal(value: Any, type_: GraphQLInputType | None) -> str:
    """Return *value*, the JSON form of a value of the type *type_*, in GraphQL syntax.

    Args:
        value: a JSON value that fits the type.
        type_: the type; None within a custom scalar.
    """
    if isinstance(type_, GraphQLNonNull):
        return literal(value, type_.of_type)
    if isinstance(type_, GraphQLEnumType) and value is not None:
        return str(value)
    if isinstance(value, list):
        item_type = type_.of_type if isinstance(type_, GraphQLList) else None
        return f"[{', '.join(literal(item, item_type) for item in value)}]"
    if isinstance(value, dict):
        fields = type_.fields if isinstance(type_, GraphQLInputObjectType) else {}
        members = (
            f"{name}: {literal(item, fields[name].type if name in fields else None)}" for name, item in value.items()
        )
        return f"{{{', '.join(members)}}}"
    return json.dumps(value, ensure_ascii=False)
