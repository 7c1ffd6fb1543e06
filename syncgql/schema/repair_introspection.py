"""Repair introspection results, so that one error in a schema does not make all of it unusable."""

from __future__ import annotations

import copy
import json
import logging
from collections.abc import Iterator, Mapping
from typing import Any

from graphql import GraphQLSyntaxError, parse_const_value

from .names import is_name

logger = logging.getLogger(__name__)


def repaired_introspection(schema: Mapping[str, Any], where: str) -> Mapping[str, Any]:
    """Return the ``__schema`` of an introspection result without the errors that graphql-core cannot handle.

    Default values that are not GraphQL are parsed as JSON or, failing that, removed. Scalars that are used but not
    listed are added. Each repair is logged as a warning with its place in the schema.

    Args:
        schema: the ``__schema``; it is not modified.
        where: the source of the schema, for the log.
    """
    missing = _missing_scalars(schema)
    if not missing and not any(_unreadable_defaults(schema)):
        return schema
    repaired = copy.deepcopy(dict(schema))
    for name, place in missing.items():
        logger.warning("%s: %s: the scalar %s is missing from the list of types; it is added.", where, place, name)
        repaired["types"].append({"kind": "SCALAR", "name": name})
    for place, value in _unreadable_defaults(repaired):
        _repair_default(value, f"{where}: {place}")
    return repaired


def _unreadable_defaults(schema: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for place, value in _typed(schema):
        if isinstance(value.get("defaultValue"), str) and not _is_readable(value):
            yield place, value


def _is_readable(value: Mapping[str, Any]) -> bool:
    """Return whether a default value is valid GraphQL and, for an enum, not a string."""
    try:
        parse_const_value(value["defaultValue"])
    except GraphQLSyntaxError:
        return False
    return _named(value["type"]).get("kind") != "ENUM" or '"' not in value["defaultValue"]


def _repair_default(value: dict[str, Any], where: str) -> None:
    """Convert a default value from JSON to GraphQL, or remove it and make the type nullable instead."""
    is_enum = _named(value["type"]).get("kind") == "ENUM"
    try:
        value["defaultValue"] = _literal(json.loads(value["defaultValue"]), is_enum)
    except ValueError:
        logger.warning("%s: the default value is not GraphQL; it is ignored.", where)
        value["defaultValue"] = None
        if value["type"]["kind"] == "NON_NULL":
            value["type"] = value["type"]["ofType"]
    else:
        logger.warning("%s: the default value is JSON, not GraphQL; it is read as JSON.", where)


def _literal(value: Any, is_enum: bool) -> str:
    """Return a JSON value in GraphQL syntax.

    Raises:
        ValueError: a key of an object is not a GraphQL name.
    """
    if isinstance(value, dict):
        if not all(map(is_name, value)):
            raise ValueError("a key is not a name")
        return "{" + ", ".join(f"{name}: {_literal(member, is_enum)}" for name, member in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_literal(member, is_enum) for member in value) + "]"
    return value if is_enum and isinstance(value, str) and is_name(value) else json.dumps(value, ensure_ascii=False)


def _missing_scalars(schema: Mapping[str, Any]) -> dict[str, str]:
    """Return the names of scalars that are used but not listed, each with the first place that uses it."""
    listed = {type_["name"] for type_ in schema["types"]}
    missing: dict[str, str] = {}
    for place, value in _typed(schema):
        named = _named(value["type"])
        if named.get("kind") == "SCALAR" and named["name"] not in listed:
            missing.setdefault(named["name"], place)
    return missing


def _named(reference: Mapping[str, Any]) -> Mapping[str, Any]:
    while reference.get("ofType"):
        reference = reference["ofType"]
    return reference


def _typed(schema: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield fields, arguments and input fields, each with its place in the schema, such as ``Query.book(id)``."""
    for type_ in schema["types"]:
        for field in type_.get("inputFields") or ():
            yield f"{type_['name']}.{field['name']}", field
        for field in type_.get("fields") or ():
            place = f"{type_['name']}.{field['name']}"
            yield place, field
            yield from _arguments(place, field)
    for directive in schema.get("directives") or ():
        yield from _arguments(f"@{directive['name']}", directive)


def _arguments(place: str, owner: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    return ((f"{place}({argument['name']})", argument) for argument in owner.get("args") or ())
