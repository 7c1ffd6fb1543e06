"""The base classes of generated code with ``model = "msgspec"``, and types that msgspec cannot decode itself.

msgspec chooses the class of a union by its tag, and each class has one tag, so it has no default class for other tags.
Therefore a union is a custom type here, which msgspec passes to a function together with the value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import msgspec

from ..result import ExecutionResult, UndecodedResult
from .generated import GeneratedRequest, parsed, typename_of
from .libraries import struct_mismatch
from .names import camel_case
from .request import ResultT_co

__all__ = ["Struct", "StructRequest", "one_of", "parsed_type"]

StructT = TypeVar("StructT", bound="Struct")


class Struct(msgspec.Struct, rename=camel_case):
    """Base class of the objects in results."""

    @classmethod
    def from_data(cls: type[StructT], data: Any) -> StructT:
        """Return the object for the data of a response.

        Raises:
            Mismatch: the data does not match the class.
        """
        try:
            return msgspec.convert(data, cls, dec_hook=_decode)
        except msgspec.ValidationError as error:
            raise struct_mismatch(error, data) from error


class StructRequest(GeneratedRequest[ResultT_co]):
    """Base class of operations, which decodes the text of the data if the transport did not."""

    __slots__ = ()

    decodes_text = True

    def decode_result(self, result: ExecutionResult) -> ResultT_co | None:
        text = result.text if isinstance(result, UndecodedResult) else None
        if text is not None:
            try:
                return msgspec.json.decode(text, type=self.result_type, dec_hook=_decode)
            except msgspec.ValidationError:
                pass  # the decoder of dicts raises the error, with the wrong value
        return super().decode_result(result)


class _Decoded(type):
    """The class of types that msgspec cannot decode itself.

    Args:
        name: the name of the type.
        decode: returns a value of the type.
    """

    decode: Callable[[Any], Any]

    def __new__(cls, name: str, decode: Callable[[Any], Any]) -> _Decoded:
        created = super().__new__(cls, name, (), {})
        created.decode = decode
        return created

    def __init__(cls, name: str, decode: Callable[[Any], Any]) -> None:
        super().__init__(name, (), {})

    def __instancecheck__(cls, instance: object) -> bool:
        # msgspec checks that the value returned by its hook is an instance of the type.
        return True


def one_of(members: Mapping[str, type[Struct]], other: type[Struct]) -> Any:
    """Return a type that stands for several classes: one for each ``__typename``, and *other* for all other names."""
    return _Decoded("union", lambda data: members.get(typename_of(data), other).from_data(data))


def parsed_type(name: str, parse: Callable[[Any], Any]) -> Any:
    """Return a type for a custom scalar, whose values the user's function converts."""
    return _Decoded(name, lambda value: parsed(parse, name, value))


def _decode(kind: Any, value: Any) -> Any:
    """Decode a value of a type that msgspec does not know."""
    return kind.decode(value) if isinstance(kind, _Decoded) else value
