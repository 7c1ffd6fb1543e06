"""Decoders of classes that have a library for it: msgspec's structs and pydantic's models.

This module imports the libraries only when such a class is passed, which has already imported its library.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from typing import Any

from .mismatch import Mismatch, Missing
from .record_fields import RecordField, is_class
from .scalars import Decoder

_STEP = re.compile(r"\[(\d+)\]|\.([^.\[\]]+)")

HIDDEN_STEP = ":"
"""The prefixes of the steps that pydantic adds to the path for the members of a union."""


def is_struct(kind: Any) -> bool:
    """Return whether a class is a ``msgspec.Struct``."""
    msgspec = sys.modules.get("msgspec")
    return msgspec is not None and is_class(kind) and issubclass(kind, msgspec.Struct)


def is_model(kind: Any) -> bool:
    """Return whether a class is a pydantic model."""
    pydantic = sys.modules.get("pydantic")
    return pydantic is not None and is_class(kind) and issubclass(kind, pydantic.BaseModel)


def struct_fields(kind: Any) -> list[RecordField]:
    """Return the fields of a ``msgspec.Struct``, under their encoded names."""
    from msgspec import structs

    return [RecordField(each.name, (each.encode_name,), each.type, each.required) for each in structs.fields(kind)]


def model_fields(kind: Any) -> list[RecordField]:
    """Return the fields of a pydantic model, under their aliases."""
    by_name = kind.model_config.get("populate_by_name") or kind.model_config.get("validate_by_name")
    fields = []
    for name, field in kind.model_fields.items():
        names = _alias_names(field.validation_alias) or [name]
        is_required = field.is_required()
        fields.append(RecordField(name, (*names, name) if by_name else (*names,), field.annotation, is_required))
    return fields


def _alias_names(alias: Any) -> list[str]:
    """Return the keys that a pydantic alias stands for: the alias itself, or the keys of its choices or its path."""
    if alias is None or isinstance(alias, str):
        return [alias] if alias else []
    choices = getattr(alias, "choices", None)
    if choices is not None:
        return [name for choice in choices for name in _alias_names(choice)]
    return [alias.path[0]]


def struct_decoder(kind: Any, scalars: Mapping[Any, Callable[[Any], Any]]) -> Decoder:
    """Return the decoder of a ``msgspec.Struct``, or of a union of structs with ``tag_field="__typename"``."""
    import msgspec

    def hook(wanted: Any, value: Any) -> Any:
        parse = scalars.get(wanted) or scalars.get(getattr(wanted, "__name__", None))
        if parse is None:
            raise NotImplementedError(f"a function for {wanted} in scalars=")
        return parse(value)

    convert = msgspec.convert

    def decode(value: Any) -> Any:
        try:
            return convert(value, kind, dec_hook=hook)
        except msgspec.ValidationError as error:
            raise struct_mismatch(error, value) from error

    return decode


def model_decoder(kind: Any) -> Decoder:
    """Return the decoder of a pydantic model, which uses the aliases of the model, such as those of ``to_camel``."""
    import pydantic

    validate = kind.model_validate

    def decode(value: Any) -> Any:
        try:
            return validate(value)
        except pydantic.ValidationError as error:
            raise model_mismatch(error) from error

    return decode


def model_mismatch(error: Any) -> Mismatch:
    """Return a ``Mismatch`` for the first error of a ``pydantic.ValidationError``."""
    first = error.errors(include_url=False)[0]
    steps = [step for step in reversed(first["loc"]) if not str(step).startswith(HIDDEN_STEP)]
    inner = first.get("ctx", {}).get("error")
    if isinstance(inner, Mismatch):
        inner.steps += steps
        return inner
    missing = first["type"] == "missing"
    expected = "a value" if missing else _lowered(first["msg"].removeprefix("Input should be "))
    mismatch = Mismatch(expected, Missing if missing else first["input"])
    mismatch.steps = steps
    return mismatch


def _lowered(message: str) -> str:
    return message[:1].lower() + message[1:]


def struct_mismatch(error: Exception, value: Any) -> Mismatch:
    """Parse the path and the expected type in a message of msgspec: ``Expected `int`, got `str` - at `$.a[0].b```."""
    text, _, place = str(error).rpartition(" - at `$")
    steps: list[str | int] = [name or int(index) for index, name in _STEP.findall(place.rstrip("`"))]
    steps.reverse()
    if isinstance(error.__cause__, Mismatch):
        error.__cause__.steps += steps
        return error.__cause__
    expected = (text or place).removeprefix("Expected ").partition(", got")[0].replace("`", "")
    missing = re.match("Object missing required field (.*)", expected)
    if missing:
        steps.insert(0, missing.group(1))
        expected = "a value"
    mismatch = Mismatch(expected, Missing if missing else _at(value, steps[::-1]))
    mismatch.steps = steps
    return mismatch


def _at(value: Any, steps: list[str | int]) -> Any:
    for step in steps:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return None
    return value
