"""check_variables: compares the variables of a request with what a server accepts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLNonNull,
    GraphQLSchema,
    get_nullable_type,
    is_list_type,
    is_required_input_field,
    type_from_ast,
)

from ..checks import is_number, is_whole_number
from ..request import GraphQLRequest
from ..schema.names import nearest
from ..schema.variables import LARGEST_INT, is_one_of


def check_variables(schema: GraphQLSchema, request: GraphQLRequest) -> list[str]:
    """Return the reasons why a server refuses the variables of *request*; an empty list if it accepts them.

    The values are compared as JSON values, without calling the functions of custom scalars, which accept any value
    here. So are files, and values that only the client's own serializer can encode. Unlike servers, this also refuses
    variables that the operation does not define. See https://spec.graphql.org/draft/#sec-Coercing-Variable-Values.

    Args:
        schema: a schema for which the document is valid.
        request: the document with its variables, as JSON values.
    """
    given = request.variable_values or {}
    definitions = {node.variable.name.value: node for node in request.operation.variable_definitions or ()}
    unknown = [name for name in given if name not in definitions]
    problems = [f"${name} is not a variable of the operation.{nearest(name, definitions)}" for name in unknown]
    for name, node in definitions.items():
        type_: Any = type_from_ast(schema, node.type)
        if name in given:
            problems += _problems(type_, given[name], f"${name}")
        elif isinstance(type_, GraphQLNonNull) and node.default_value is None:
            problems.append(f"${name} is missing; its type is {type_}.")
    return problems


def _problems(type_: Any, value: Any, place: str) -> Iterator[str]:
    nullable: Any = get_nullable_type(type_)
    if value is None:
        if isinstance(type_, GraphQLNonNull):
            yield f"{place} is null, but its type is {type_}."
    elif is_list_type(nullable):
        if not isinstance(value, list | tuple):
            yield from _problems(nullable.of_type, value, place)  # a list of one item
            return
        for index, item in enumerate(value):
            yield from _problems(nullable.of_type, item, f"{place}[{index}]")
    elif isinstance(nullable, GraphQLInputObjectType):
        yield from _problems_of_object(nullable, value, place)
    elif not _accepts(nullable, value):
        near = nearest(str(value), nullable.values) if isinstance(nullable, GraphQLEnumType) else ""
        yield f"{place} is {value!r}, but its type is {type_}.{near}"


def _problems_of_object(type_: GraphQLInputObjectType, value: Any, place: str) -> Iterator[str]:
    if not isinstance(value, Mapping):
        yield f"{place} is {value!r}, but its type is {type_}."
        return
    for name, item in value.items():
        if name in type_.fields:
            yield from _problems(type_.fields[name].type, item, f"{place}.{name}")
        else:
            yield f"{place}.{name} is not a field of {type_}.{nearest(str(name), type_.fields)}"
    for name, field in type_.fields.items():
        if name not in value and is_required_input_field(field):
            yield f"{place}.{name} is missing; its type is {field.type}."
    if is_one_of(type_) and (len(value) != 1 or None in value.values()):
        yield f"{place} needs exactly one field of {type_}, with a value other than null."


def _accepts(type_: Any, value: Any) -> bool:
    if not isinstance(value, str | int | float | list | tuple | Mapping):
        return True  # a file, or a value for the client's own serializer
    if isinstance(type_, GraphQLEnumType):
        return isinstance(value, str) and value in type_.values
    match type_.name:
        case "Int":
            whole = int(value) if isinstance(value, float) and value.is_integer() else value
            return is_whole_number(whole) and -LARGEST_INT - 1 <= whole <= LARGEST_INT
        case "Float":
            return is_number(value)
        case "String":
            return isinstance(value, str)
        case "Boolean":
            return isinstance(value, bool)
        case "ID":
            return isinstance(value, str) or is_whole_number(value)
    return True
