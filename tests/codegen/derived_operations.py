"""Documents that are derived from a schema, to generate code for: varied operations, each in a file of its own."""

from __future__ import annotations

from typing import Any, cast

from graphql import (
    GraphQLField,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
    is_required_argument,
    is_union_type,
)

OPERATIONS = 50


def selection(schema: GraphQLSchema, type_: Any, depth: int) -> str:
    """Up to eight leaves and three objects of a type that need no arguments; empty if there are none."""
    named: Any = get_named_type(type_)
    if is_union_type(named):
        members = [(each.name, selection(schema, each, depth - 1)) for each in schema.get_possible_types(named)[:3]]
        return "{ __typename " + " ".join(f"... on {name} {text}" for name, text in members if text) + " }"
    leaves: list[str] = []
    objects: list[str] = []
    for name, field in named.fields.items():
        if any(is_required_argument(argument) for argument in field.args.values()):
            continue
        if is_leaf_type(get_named_type(field.type)):
            leaves.append(name)
        elif depth > 0 and len(objects) < 3 and (inner := selection(schema, field.type, depth - 1)):
            objects.append(f"{name} {inner}")
    fields = " ".join([*leaves[:8], *objects])
    return f"{{ {fields} }}" if fields else ""


def documents(schema: GraphQLSchema) -> dict[str, str]:
    """Queries and mutations, a file each."""
    found: dict[str, str] = {}
    for kind, root in (("query", schema.query_type), ("mutation", schema.mutation_type)):
        fields = cast("dict[str, GraphQLField]", root.fields if root else {})
        for name, field in fields.items():
            required = {key: each for key, each in field.args.items() if is_required_argument(each)}
            variables = ", ".join(f"${key}: {each.type}" for key, each in required.items())
            arguments = ", ".join(f"{key}: ${key}" for key in required)
            inner = "" if is_leaf_type(get_named_type(field.type)) else selection(schema, field.type, 2)
            head = f"{kind} {name[0].upper()}{name[1:]}" + (f"({variables})" if variables else "")
            call = f"{name}({arguments})" if arguments else name
            if inner or is_leaf_type(get_named_type(field.type)):
                found[f"{name}.graphql"] = f"{head} {{ result: {call} {inner} }}"
    chosen = list(found)[:: max(1, len(found) // OPERATIONS)][:OPERATIONS]
    return {name: found[name] for name in chosen}
