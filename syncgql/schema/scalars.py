"""Custom scalars and enums: how their values look in Python.

The functions have the names and parameters of ``gql.utilities``. They change the schema they are given, so a schema
object that several clients share is changed for all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from graphql import GraphQLScalarType, GraphQLSchema

__all__ = ["revision", "update_schema_enum", "update_schema_scalar", "update_schema_scalars"]

# What makes a scalar, in graphql-core 3.2 (the first three) and 3.3.
BEHAVIOUR = (
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
    """Return a number that grows with every update, for those who remember how a type behaves."""
    return _updates


def update_schema_scalar(schema: GraphQLSchema, name: str, scalar: GraphQLScalarType) -> None:
    """Give the scalar called *name* the ``serialize`` and ``parse_value`` of *scalar*.

    Args:
        schema: for example ``client.schema``.
        name: the scalar's name in the schema.
        scalar: ``serialize`` turns a Python value into JSON for variables, ``parse_value`` the other way for results.

    Raises:
        TypeError: *scalar* is no ``GraphQLScalarType``.
        ValueError: the schema has no such scalar, or it is one of the five that GraphQL itself defines.
    """
    from graphql import GraphQLScalarType, is_specified_scalar_type

    if not isinstance(scalar, GraphQLScalarType):
        raise TypeError(f"scalar must be a graphql.GraphQLScalarType, not {type(scalar).__name__}.")
    target = _named(schema, name, GraphQLScalarType)
    if is_specified_scalar_type(target):
        # These five are shared by every schema in the process.
        raise ValueError(f"{name} is defined by GraphQL itself and cannot be changed; define a scalar of your own.")
    for behaviour in BEHAVIOUR:
        vars(target).pop(behaviour, None)
        if behaviour in vars(scalar) or behaviour in vars(type(scalar)):
            setattr(target, behaviour, getattr(scalar, behaviour))
    _updated()


def update_schema_scalars(schema: GraphQLSchema, scalars: Iterable[GraphQLScalarType]) -> None:
    """Call ``update_schema_scalar`` for each of *scalars* under its own name; raises what that raises."""
    for scalar in scalars:
        update_schema_scalar(schema, getattr(scalar, "name", ""), scalar)


def update_schema_enum(
    schema: GraphQLSchema, name: str, values: Mapping[str, Any] | type[Enum], use_enum_values: bool = False
) -> None:
    """Let the enum called *name* stand for Python values.

    Args:
        schema: for example ``client.schema``.
        name: the enum's name in the schema.
        values: a Python enum whose member names are the schema's, or a mapping of those names to any values.
        use_enum_values: with a Python enum, use the members' values in place of the members.

    Raises:
        TypeError: *values* is neither an enum class nor a mapping.
        ValueError: the schema has no such enum, or *values* lacks a name of it or has one more.
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
    vars(target).pop("_value_lookup", None)  # made of the values, once
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
