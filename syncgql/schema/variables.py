"""Variables: Python values on their way into JSON, checked against the input types of the schema.

Messages name the path, the type that was expected and the Python type that came; never the value, which may be a
secret. The rules are those of the GraphQL specification, section "Input Values" and "Input Coercion" of each type.
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
from ..file_var import FileVar
from ..protocol.json_values import is_lazy_text, json_value, object_members
from ..request import UNSET
from .names import find_name, nearest

LARGEST_INT = 2**31 - 1


def coerce_value(value: object, type_: GraphQLInputType, path: str) -> Any:
    """Return *value* as the JSON value that *type_* takes.

    Args:
        value: a Python value; dataclasses and mappings become input objects, any iterable a list, and enum members
            their names, or their values where the type is a scalar. What a custom scalar takes is up to its
            ``serialize``; without one it takes what ``execute`` takes without a schema.
        type_: the type of the argument or variable.
        path: where the value stands, for example ``variables.input``; errors start with it.

    Raises:
        DocumentError: the value does not fit; ``path`` leads to the part that does not.
    """
    if isinstance(type_, GraphQLNonNull):
        if value is None:
            raise refusal(path, f"{type_} must not be null.")
        return coerce_value(value, cast(GraphQLInputType, type_.of_type), path)
    if value is None:
        return None
    if value is UNSET:
        raise refusal(path, "UNSET can stand for an argument or an input field, not here.")
    if isinstance(type_, GraphQLList):
        return _coerce_list(value, type_, path)
    if isinstance(type_, GraphQLInputObjectType):
        return _coerce_input_object(value, type_, path)
    if isinstance(type_, GraphQLEnumType):
        return _coerce_enum(value, type_, path)
    return _coerce_scalar(value, type_, path)


def refusal(path: str, message: str) -> DocumentError:
    """Return the error for what stands at *path*."""
    return DocumentError(f"{path}: {message}", path=path)


def _coerce_list(value: object, type_: GraphQLList[Any], path: str) -> list[Any]:
    is_one = isinstance(value, (str, bytes, Mapping)) or _is_file(value) or is_lazy_text(value)
    if is_one or not isinstance(value, Iterable):
        return [coerce_value(value, type_.of_type, path)]  # "a list of one", as the specification has it
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
    # Releases before graphql-core 3.2.7 do not know one-of types.
    if getattr(type_, "is_one_of", False) and (len(coerced) != 1 or None in coerced.values()):
        raise refusal(
            path, f"{type_} takes exactly one of its fields, and not null; it got {sorted(coerced) or 'none'}."
        )
    return coerced


def _members(value: object, type_: GraphQLInputObjectType, path: str) -> Iterable[tuple[str, object]]:
    members = object_members(value)
    if members is None:
        raise refusal(path, f"{type_} takes a dict or a dataclass, not {_kind(value)}.")
    for key in members:
        if not isinstance(key, str):
            raise refusal(path, f"{type_} takes names as keys, not {_kind(key)}.")
    return members.items()


def _coerce_enum(value: object, type_: GraphQLEnumType, path: str) -> str:
    for candidate in _enum_candidates(value, type_):
        if candidate in type_.values:
            return candidate
    if isinstance(value, (str, Enum)):
        near = nearest(value.name if isinstance(value, Enum) else value, type_.values)
        raise refusal(path, f"this is no value of the enum {type_}.{near or _some(type_.values)}")
    raise refusal(path, f"the enum {type_} takes a name or a member, not {_kind(value)}.")


def _some(names: Iterable[str]) -> str:
    first = list(itertools.islice(names, 11))
    return f" It takes {', '.join(first[:10])}{' and more' if len(first) > 10 else ''}."


def _enum_candidates(value: object, type_: GraphQLEnumType) -> Iterable[str]:
    """Yield the names that *value* may mean: of what ``update_schema_enum`` registered first."""
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
                    f"{_number(coerced)} is out of the range of a GraphQL Int, which has 32 bits: "
                    f"{-LARGEST_INT - 1} to {LARGEST_INT}.",
                )
            raise refusal(path, f"{type_} cannot be made from {_kind(value)}.{RANGES.get(type_.name, '')}")
        return coerced
    if _is_file(value):
        return value  # leaves the variables before those become JSON
    if type_.serialize is not GraphQLScalarType.serialize:
        try:
            return type_.serialize(value)
        except Exception as error:
            raise refusal(path, f"{type_} cannot be made from {_kind(value)}: {type(error).__name__}.") from error
    if isinstance(value, (bytes, bytearray, memoryview)) or (type_.name == "Upload" and isinstance(value, os.PathLike)):
        raise refusal(path, f"{type_} cannot be made from {_kind(value)}; use FileVar(value) to upload a file.")
    if not _is_json(value):
        raise refusal(
            path,
            f"{type_} is a custom scalar and {_kind(value)} is not JSON; tell how to serialize it with "
            f"update_schema_scalar(), or convert the value.",
        )
    return value


def _number(value: int) -> str:
    # Python refuses to write numbers of more than 4,300 digits.
    return str(value) if value.bit_length() <= 128 else f"A number of {value.bit_length()} bits"


def _plain(value: object) -> object:
    """Return the JSON value that stands for *value*, a number for a Decimal; *value* itself when there is none."""
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
    "Int": " It takes whole numbers of 32 bits.",
    "Float": " It takes finite numbers.",
    "ID": " It takes text, whole numbers and UUIDs.",
}


def _is_json(value: object) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    if value is None or isinstance(value, (str, int)) or _is_file(value):
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


def _is_file(value: object) -> bool:
    """Whether *value* is an upload."""
    return isinstance(value, FileVar) or callable(getattr(value, "read", None))


def _kind(value: object) -> str:
    return "null" if value is None else type(value).__name__
