"""The decoder of a type: created once from its annotations, then called with the data of each response."""

from __future__ import annotations

import enum
import functools
import operator
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, Union

from .class_members import typenames_of
from .libraries import is_model, is_struct, model_decoder, struct_decoder
from .mismatch import Mismatch, Missing
from .names import TYPENAME
from .record_fields import RecordField, is_typed_dict, record_fields
from .scalars import SCALARS, Decoder, custom, enum_decoder, exact, unchanged

Scalars = tuple[tuple[Any, Callable[[Any], Any]], ...]
"""The user's functions for types, as pairs, so that they can be part of a cache key."""


@functools.lru_cache(maxsize=1024)
def decoder_of(kind: Any, scalars: Scalars = ()) -> Decoder:
    """Return the decoder of a type.

    Raises:
        TypeError: there is no decoder for the type, or for the type of one of its fields at any depth.
    """
    return _Compiler(dict(scalars)).decoder(kind)


class _Compiler:
    """Creates the decoders of a type and of the types that it contains.

    Args:
        scalars: functions that convert JSON values to values of a type, by the type or its name.
    """

    def __init__(self, scalars: Mapping[Any, Callable[[Any], Any]]) -> None:
        self._scalars = scalars
        self._records: dict[Any, Decoder] = {}

    def decoder(self, kind: Any) -> Decoder:
        """Return the decoder of a type."""
        parse = self._scalars.get(kind) or self._scalars.get(getattr(kind, "__name__", None))
        if parse is not None:
            return custom(getattr(kind, "__name__", str(kind)), parse)
        if isinstance(kind, typing.Hashable) and kind in SCALARS:
            return SCALARS[kind]
        origin = typing.get_origin(kind)
        if origin is not None:
            return self._generic(kind, origin, typing.get_args(kind))
        if is_struct(kind):
            return struct_decoder(kind, self._scalars)
        if is_model(kind):
            return model_decoder(kind)
        if isinstance(kind, type) and issubclass(kind, enum.Enum):
            return enum_decoder(kind)
        if kind is list or kind is Sequence:
            return exact(list)
        if isinstance(kind, typing.NewType):
            return self.decoder(kind.__supertype__)
        return self._record(kind)

    def _generic(self, kind: Any, origin: Any, args: tuple[Any, ...]) -> Decoder:
        if _is_union(kind):
            return self._union(args)
        if origin in {list, Sequence}:
            return _list_decoder(self.decoder(args[0]), list)
        if origin is tuple and len(args) == 2 and args[1] is Ellipsis:
            return _list_decoder(self.decoder(args[0]), tuple)
        if origin is Literal:
            return _literal_decoder(args)
        if origin in {dict, Mapping}:
            return exact(dict)
        if origin in _WRAPPERS:
            return self.decoder(args[0])
        raise _unsupported(kind)

    def _record(self, kind: Any) -> Decoder:
        """Return the decoder of a class; classes may refer to each other in cycles."""
        if kind in self._records:
            return lambda value: self._records[kind](value)
        self._records[kind] = unchanged
        fields = record_fields(kind)
        if fields is None:
            raise _unsupported(kind)
        plan = [(field, self._plain(field.kind), self.decoder(field.kind)) for field in fields]
        decoder = self._records[kind] = _record_decoder(kind, plan)
        return decoder

    def _plain(self, kind: Any) -> type | None:
        """Return the type whose values are used unchanged for a field; None if its values must be decoded."""
        members = [arg for arg in typing.get_args(kind) if arg is not type(None)] if _is_union(kind) else [kind]
        plain = members[0] if len(members) == 1 and members[0] in (str, int, float, bool) else None
        return None if plain in self._scalars or getattr(plain, "__name__", None) in self._scalars else plain

    def _union(self, args: tuple[Any, ...]) -> Decoder:
        members = [arg for arg in args if arg is not type(None)]
        if all(map(is_struct, members)):
            inner = struct_decoder(functools.reduce(operator.or_, members), self._scalars)
        elif len(members) == 1:
            inner = self.decoder(members[0])
        else:
            inner = self._choice(members)
        if len(members) == len(args):
            return inner
        return lambda value: None if value is None else inner(value)

    def _choice(self, members: list[Any]) -> Decoder:
        """Return the decoder of a union, which chooses by ``__typename`` or tries the types in order."""
        by_name: dict[str, Decoder] = {}
        others: list[Decoder] = []
        fallback: Decoder | None = None
        for member in members:
            decode = self.decoder(member)
            names = typenames_of(member)
            if names is None:
                others.append(decode)
            elif names:
                by_name.update(dict.fromkeys(names, decode))
            else:
                fallback = decode
        return _choice_decoder(by_name, others, fallback)


# Typed dicts mark keys with these (since Python 3.11); get_type_hints() does not remove the nested ones.
_WRAPPERS = {typing.Annotated, getattr(typing, "Required", None), getattr(typing, "NotRequired", None)}


def _is_union(kind: Any) -> bool:
    return typing.get_origin(kind) in (Union, types.UnionType)


def _choice_decoder(by_name: Mapping[str, Decoder], others: Sequence[Decoder], fallback: Decoder | None) -> Decoder:
    expected = "an object of type " + " or ".join(by_name) if by_name else "a value of one of the types of a union"

    def decode(value: Any) -> Any:
        if isinstance(value, dict) and (by_name or fallback):
            typename = value.get(TYPENAME)
            found = by_name.get(typename) if isinstance(typename, str) else None
            if found is None and fallback is not None and typename is not None:
                found = fallback
            if found is not None:
                return found(value)
            if not others:
                mismatch = Mismatch(expected, Missing if typename is None else typename)
                mismatch.steps.append(TYPENAME)
                raise mismatch
        for each in others:
            try:
                return each(value)
            except Mismatch:
                pass
        raise Mismatch(expected, value)

    return decode


def _list_decoder(item: Decoder, make: Callable[[Any], Any]) -> Decoder:
    def decode(value: Any) -> Any:
        if type(value) is not list:
            raise Mismatch("a list", value)
        items = []
        try:
            for each in value:
                items.append(item(each))  # the length is the index of the item that does not match
        except Mismatch as mismatch:
            mismatch.steps.append(len(items))
            raise
        return items if make is list else make(items)

    return decode


def _literal_decoder(values: tuple[Any, ...]) -> Decoder:
    expected = " or ".join(map(repr, values))

    def decode(value: Any) -> Any:
        if value in values:
            return value
        raise Mismatch(expected, value)

    return decode


def _record_decoder(kind: Any, fields: Sequence[tuple[RecordField, type | None, Decoder]]) -> Decoder:
    """Return the decoder of a class whose constructor takes keyword arguments.

    Args:
        kind: the class.
        fields: each field with its decoder and the type of values that need no decoding, if there is one.
    """
    plan = [(field.name, field.names[0], plain, decode, field) for field, plain, decode in fields]
    make = dict if is_typed_dict(kind) else kind

    def decode(value: Any) -> Any:
        if type(value) is not dict:
            raise Mismatch(f"an object ({kind.__name__})", value)
        arguments = {}
        name = ""
        try:
            for attribute, name, plain, decode_field, field in plan:
                if name in value:
                    item = value[name]
                    arguments[attribute] = item if type(item) is plain else decode_field(item)
                elif (other := _present_name(field, value)) is not None:
                    name = other
                    arguments[attribute] = decode_field(value[name])
        except Mismatch as mismatch:
            mismatch.steps.append(name)
            raise
        return make(**arguments)

    return decode


def _present_name(field: RecordField, value: Mapping[str, Any]) -> str | None:
    """Return the first name of a field that the object contains; None if an optional field is absent."""
    for name in field.names:
        if name in value:
            return name
    if field.is_required:
        raise Mismatch("a value", Missing)
    return None


def _unsupported(kind: Any) -> TypeError:
    return TypeError(
        f"{kind!r} is not supported as the type of a result or of a field. Use a dataclass, a TypedDict, a "
        "NamedTuple, an attrs class, a msgspec.Struct or a pydantic model; a list, union or optional of these; an "
        "enum, str, int, float, bool, datetime, date, time, UUID, Decimal or Any; or a type with a function in "
        "scalars=."
    )
