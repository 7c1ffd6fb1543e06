"""Convert variables from Python to JSON, and check them against the input types of the schema.

Messages contain the path, the expected GraphQL type and the actual Python type, but never the value, which may be a
secret. The rules are those of the section "Input Coercion" of each type: https://spec.graphql.org/draft/#sec-Types.
"""

from __future__ import annotations

import itertools
import math
import os
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from enum import Enum
from typing import Any, cast

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    is_required_input_field,
)

from ..exceptions import DocumentError
from ..file_var import is_file
from ..protocol.json_values import is_lazy_text, json_value
from ..records import object_members
from ..request import UNSET
from .names import find_name, nearest

LARGEST_INT = 2**31 - 1


def coerce_value(value: object, type_: GraphQLInputType, path: str) -> Any:
    """Convert *value* to a JSON value of the type *type_*.

    Args:
        value: a Python value. Dataclasses and mappings become input objects, and iterables become lists. Enum members
            become their names, or their values if the type is a scalar. Custom scalars are converted by their
            ``serialize`` function; without one, they accept the values that ``execute`` accepts without a schema.
        type_: the type of the argument or variable.
        path: the place of the value, for example ``variables.input``; it starts the error message.

    Raises:
        DocumentError: the value, or a part of it, is not valid for the type; ``path`` is the place of that part.
    """
    if isinstance(type_, GraphQLNonNull):
        if value is None:
            raise refusal(path, f"{type_} must not be null.")
        return coerce_value(value, cast(GraphQLInputType, type_.of_type), path)
    if value is None:
        return None
    if value is UNSET:
        raise refusal(path, "UNSET is allowed only as the value of an argument or an input field.")
    if isinstance(type_, GraphQLList):
        return _coerce_list(value, type_, path)
    if isinstance(type_, GraphQLInputObjectType):
        return _coerce_input_object(value, type_, path)
    if isinstance(type_, GraphQLEnumType):
        return _coerce_enum(value, type_, path)
    return _coerce_scalar(value, type_, path)


def refusal(path: str, message: str) -> DocumentError:
    """Return the error for the value at *path*."""
    return DocumentError(f"{path}: {message}", path=path)


def _coerce_list(value: object, type_: GraphQLList[Any], path: str) -> list[Any]:
    is_one = isinstance(value, (str, bytes, Mapping)) or is_file(value) or is_lazy_text(value)
    if is_one or not isinstance(value, Iterable):
        return [coerce_value(value, type_.of_type, path)]  # as the specification requires
    return [coerce_value(item, type_.of_type, f"{path}[{index}]") for index, item in enumerate(value)]


def _coerce_input_object(value: object, type_: GraphQLInputObjectType, path: str) -> dict[str, Any]:
    coerced: dict[str, Any] = {}
    for key, item in _members(value, type_, path):
        name = find_name(key, type_.fields)
        if name is None:
            raise refusal(f"{path}.{key}", f"{type_} has no field {key!r}.{nearest(key, type_.fields)}")
        if name in coerced:
            raise refusal(f"{path}.{key}", f"{type_}.{name} is given twice.")
        if item is not UNSET:
            coerced[name] = coerce_value(item, type_.fields[name].type, f"{path}.{name}")
    for name, field in type_.fields.items():
        if name not in coerced and is_required_input_field(field):
            raise refusal(f"{path}.{name}", f"{type_} needs {name}: {field.type}.")
    if is_one_of(type_) and (len(coerced) != 1 or None in coerced.values()):
        raise refusal(
            path, f"{type_} needs exactly one field with a value other than null; it got {sorted(coerced) or 'none'}."
        )
    return coerced


def is_one_of(type_: GraphQLInputObjectType) -> bool:
    """Return whether an input object has the directive ``@oneOf``, which graphql-core knows since 3.2.7."""
    directives = type_.ast_node.directives if type_.ast_node else ()
    return getattr(type_, "is_one_of", False) or any(each.name.value == "oneOf" for each in directives or ())


def _members(value: object, type_: GraphQLInputObjectType, path: str) -> Iterable[tuple[str, object]]:
    members = object_members(value)
    if members is None:
        raise refusal(path, f"{type_} accepts a dict, a dataclass or a msgspec.Struct, not {_kind(value)}.")
    for key in members:
        if not isinstance(key, str):
            raise refusal(path, f"the keys of {type_} must be str, not {_kind(key)}.")
    return members.items()


def _coerce_enum(value: object, type_: GraphQLEnumType, path: str) -> str:
    for candidate in _enum_candidates(value, type_):
        if candidate in type_.values:
            return candidate
    if isinstance(value, (str, Enum)):
        near = nearest(value.name if isinstance(value, Enum) else value, type_.values)
        raise refusal(path, f"the enum {type_} does not have this value.{near or _some(type_.values)}")
    raise refusal(path, f"the enum {type_} accepts a name or an enum member, not {_kind(value)}.")


def _some(names: Iterable[str]) -> str:
    first = list(itertools.islice(names, 11))
    return f" Its values are {', '.join(first[:10])}{' and more' if len(first) > 10 else ''}."


def _enum_candidates(value: object, type_: GraphQLEnumType) -> Iterable[str]:
    """Yield the names that *value* may denote, beginning with values from ``update_schema_enum``."""
    for name, registered in type_.values.items():
        if registered.value is value or (registered.value == value and type(registered.value) is type(value)):
            yield name
    if isinstance(value, Enum):
        yield value.name
        value = value.value
    if isinstance(value, str):
        yield value


def _coerce_scalar(value: object, type_: GraphQLScalarType, path: str) -> Any:
    check = SPECIFIED.get(type_.name)
    if check is not None:
        fits, coerced = check(_plain(value))
        if not fits:
            if type_.name == "Int" and isinstance(coerced, int) and not isinstance(coerced, bool):
                raise refusal(
                    path,
                    f"{_number(coerced)} is out of range for a GraphQL Int, which has 32 bits: "
                    f"{-LARGEST_INT - 1} to {LARGEST_INT}.",
                )
            raise refusal(path, f"{type_} does not accept {_kind(value)}.{RANGES.get(type_.name, '')}")
        return coerced
    if is_file(value):
        return value  # files are removed before the variables are encoded as JSON
    if type_.serialize is not GraphQLScalarType.serialize:
        try:
            return type_.serialize(value)
        except Exception as error:
            raise refusal(path, f"{type_} does not accept {_kind(value)}: {type(error).__name__}.") from error
    if isinstance(value, (bytes, bytearray, memoryview)) or (type_.name == "Upload" and isinstance(value, os.PathLike)):
        raise refusal(path, f"{type_} does not accept {_kind(value)}; use FileVar(value) to upload a file.")
    if not _is_json(value):
        raise refusal(
            path,
            f"{type_} is a custom scalar and {_kind(value)} cannot be encoded as JSON; define its serialization with "
            f"update_schema_scalar(), or convert the value.",
        )
    return value


def _number(value: int) -> str:
    # Python does not convert integers of more than 4,300 digits to str.
    return str(value) if value.bit_length() <= 128 else f"A number of {value.bit_length()} bits"


def _plain(value: object) -> object:
    """Return the JSON value for *value*, but keep Decimals; return *value* unchanged if there is none."""
    while isinstance(value, Enum):
        value = value.value
    if value is None or isinstance(value, (str, int, float, Decimal)):
        return value
    try:
        return json_value(value)
    except TypeError:
        return value


def _int(value: object) -> tuple[bool, object]:
    if isinstance(value, Decimal) and value.is_finite() and abs(value) <= LARGEST_INT + 1 and value % 1 == 0:
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return isinstance(value, int) and not isinstance(value, bool) and -LARGEST_INT - 1 <= value <= LARGEST_INT, value


def _float(value: object) -> tuple[bool, object]:
    if isinstance(value, Decimal) and value.is_finite():
        value = float(value)
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value), value


def _string(value: object) -> tuple[bool, object]:
    if isinstance(value, Decimal):
        value = str(value)
    return isinstance(value, str), value


def _boolean(value: object) -> tuple[bool, object]:
    return isinstance(value, bool), value


def _id(value: object) -> tuple[bool, object]:
    return isinstance(value, (str, int)) and not isinstance(value, bool), str(value)


SPECIFIED: Mapping[str, Callable[[object], tuple[bool, object]]] = {
    "Int": _int,
    "Float": _float,
    "String": _string,
    "Boolean": _boolean,
    "ID": _id,
}

RANGES: Mapping[str, str] = {
    "Int": " It accepts whole numbers of 32 bits.",
    "Float": " It accepts finite numbers.",
    "ID": " It accepts strings, whole numbers and UUIDs.",
}


def _is_json(value: object) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    if value is None or isinstance(value, (str, int)) or is_file(value):
        return True
    if isinstance(value, (list, tuple)):
        return all(map(_is_json, value))
    members = object_members(value)
    if members is not None:
        return all(isinstance(key, str) and (item is UNSET or _is_json(item)) for key, item in members.items())
    try:
        return _is_json(json_value(value))
    except TypeError:
        return False


def _kind(value: object) -> str:
    return "null" if value is None else type(value).__name__
