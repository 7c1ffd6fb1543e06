"""Custom scalars and enums: define their values in Python.

The functions have the names and parameters of ``gql.utilities``. They modify the schema in place, so a schema object
that several clients share is modified for all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from graphql import GraphQLScalarType, GraphQLSchema

__all__ = ["revision", "update_schema_enum", "update_schema_scalar", "update_schema_scalars"]

# The methods of a scalar, in graphql-core 3.2 (the first three) and 3.3.
BEHAVIOR = (
    "serialize",
    "parse_value",
    "parse_literal",
    "coerce_output_value",
    "coerce_input_value",
    "coerce_input_literal",
    "value_to_literal",
)

_updates = 0


def revision() -> int:
    """Return a number that increases with every update, so that caches of type behavior can be invalidated."""
    return _updates


def update_schema_scalar(schema: GraphQLSchema, name: str, scalar: GraphQLScalarType) -> None:
    """Replace the conversion functions of the scalar called *name* by those of *scalar*.

    Args:
        schema: the schema to modify, for example ``client.schema``.
        name: the name of the scalar in the schema.
        scalar: a scalar whose ``serialize`` converts a Python value to JSON, for variables, and whose ``parse_value``
            converts JSON to a Python value, for results.

    Raises:
        TypeError: *scalar* is not a ``GraphQLScalarType``.
        ValueError: the schema has no such scalar, or it is one of the five scalars that GraphQL defines.
    """
    from graphql import GraphQLScalarType, is_specified_scalar_type

    if not isinstance(scalar, GraphQLScalarType):
        raise TypeError(f"scalar must be a graphql.GraphQLScalarType, not {type(scalar).__name__}.")
    target = _named(schema, name, GraphQLScalarType)
    if is_specified_scalar_type(target):
        # All schemas in the process share these five.
        raise ValueError(f"{name} is defined by GraphQL and cannot be changed; define a custom scalar instead.")
    for behavior in BEHAVIOR:
        vars(target).pop(behavior, None)
        if behavior in vars(scalar) or behavior in vars(type(scalar)):
            setattr(target, behavior, getattr(scalar, behavior))
    _updated()


def update_schema_scalars(schema: GraphQLSchema, scalars: Iterable[GraphQLScalarType]) -> None:
    """Call ``update_schema_scalar`` for each of *scalars*, with the scalar's own name.

    Raises:
        TypeError: one of *scalars* is not a ``GraphQLScalarType``.
        ValueError: the schema has no scalar of that name, or it is one of the five scalars that GraphQL defines.
    """
    for scalar in scalars:
        update_schema_scalar(schema, getattr(scalar, "name", ""), scalar)


def update_schema_enum(
    schema: GraphQLSchema, name: str, values: Mapping[str, Any] | type[Enum], use_enum_values: bool = False
) -> None:
    """Set the Python values of the enum called *name*.

    Args:
        schema: the schema to modify, for example ``client.schema``.
        name: the name of the enum in the schema.
        values: a Python enum with the member names of the schema's enum, or a mapping of these names to Python values.
        use_enum_values: if *values* is a Python enum, use the values of its members instead of the members. False by
            default.

    Raises:
        TypeError: *values* is neither an enum class nor a mapping.
        ValueError: the schema has no such enum, or *values* has missing or unknown names.
    """
    from graphql import GraphQLEnumType

    target = _named(schema, name, GraphQLEnumType)
    if isinstance(values, type) and issubclass(values, Enum):
        python = {key: member.value if use_enum_values else member for key, member in values.__members__.items()}
    elif isinstance(values, Mapping):
        python = dict(values)
    else:
        raise TypeError(f"values must be an enum class or a mapping, not {type(values).__name__}.")
    if python.keys() != target.values.keys():
        missing, unknown = sorted(target.values.keys() - python.keys()), sorted(python.keys() - target.values.keys())
        raise ValueError(f"The values do not match the enum {name}: missing {missing}, unknown {unknown}.")
    for key, enum_value in target.values.items():
        enum_value.value = python[key]
    vars(target).pop("_value_lookup", None)  # a cache computed from the values
    _updated()


def _named(schema: GraphQLSchema, name: str, kind: type[Any]) -> Any:
    from .names import nearest

    found = schema.type_map.get(name)
    if isinstance(found, kind):
        return found
    names = [key for key, type_ in schema.type_map.items() if isinstance(type_, kind)]
    word = "scalar" if kind.__name__ == "GraphQLScalarType" else "enum"
    raise ValueError(f"The schema has no {word} {name!r}.{nearest(name, names)}")


def _updated() -> None:
    global _updates
    _updates += 1
