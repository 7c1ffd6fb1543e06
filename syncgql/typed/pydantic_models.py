"""The base classes of generated code with ``model = "pydantic"``, and the markers in the annotations of fields."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable
from typing import Any, TypeVar, get_args

import pydantic
from pydantic_core import core_schema

from ..request import UNSET, Unset
from .generated import parsed, typename_of
from .libraries import HIDDEN_STEP, model_mismatch
from .names import camel_case

__all__ = ["Absent", "ByTypename", "ParsedBy", "PydanticModel"]

ModelT = TypeVar("ModelT", bound="PydanticModel")


class PydanticModel(pydantic.BaseModel):
    """Base class of the objects in results."""

    model_config = pydantic.ConfigDict(
        alias_generator=camel_case,
        populate_by_name=True,
        arbitrary_types_allowed=True,
        defer_build=True,
        protected_namespaces=(),
    )

    @classmethod
    def from_data(cls: type[ModelT], data: Any) -> ModelT:
        """Return the object for the data of a response.

        Raises:
            Mismatch: the data does not match the class.
        """
        try:
            return cls.model_validate(data)
        except pydantic.ValidationError as error:
            raise model_mismatch(error) from error


class ByTypename:
    """Chooses the model of a union by ``__typename``.

    Args:
        members: the name of the type, or a tuple of names, for each model of the union except the last one, which is
            used for all other names.
    """

    def __init__(self, *members: str | tuple[str, ...]) -> None:
        self._members = members

    def __get_pydantic_core_schema__(self, source: Any, handler: Callable[[Any], Any]) -> core_schema.CoreSchema:
        models = get_args(source)
        keys = [f"{HIDDEN_STEP}{index}" for index in range(len(models))]
        key_of_model = dict(zip(models, keys, strict=True))
        key_of_name = {
            name: key
            for names, key in zip(self._members, keys, strict=False)
            for name in ((names,) if isinstance(names, str) else names)
        }

        def key_of(value: Any) -> str | None:
            if isinstance(value, pydantic.BaseModel):
                return key_of_model.get(type(value))
            return key_of_name.get(typename_of(value), keys[-1])

        choices = {key: handler(model) for model, key in key_of_model.items()}
        return core_schema.no_info_before_validator_function(
            _with_typename, core_schema.tagged_union_schema(choices, key_of)
        )


def _with_typename(value: Any) -> Any:
    """Reject an object without a ``__typename``. A validator does this, because pydantic adds the path to its error."""
    if not isinstance(value, pydantic.BaseModel):
        typename_of(value)
    return value


class Absent:
    """Marks a field that may be absent from the response; its value is then ``UNSET``."""

    def __get_pydantic_core_schema__(self, source: Any, handler: Callable[[Any], Any]) -> core_schema.CoreSchema:
        present = [member for member in get_args(source) if member is not Unset]
        schema = handler(functools.reduce(operator.or_, present))
        written = core_schema.wrap_serializer_function_ser_schema(_written, schema=schema)
        return core_schema.no_info_after_validator_function(lambda value: value, schema, serialization=written)


def _written(value: Any, handler: Callable[[Any], Any]) -> Any:
    return value if value is UNSET else handler(value)


class ParsedBy:
    """Converts the values of a custom scalar.

    Args:
        name: the name of the scalar.
        parse: the user's function.
    """

    def __init__(self, name: str, parse: Callable[[Any], Any]) -> None:
        self._name = name
        self._parse = parse

    def __get_pydantic_core_schema__(self, _source: Any, _handler: Any) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(lambda value: parsed(self._parse, self._name, value))
