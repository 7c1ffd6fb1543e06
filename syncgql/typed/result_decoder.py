"""The decoder of the data of a response, for the type that a ``TypedRequest`` declares."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from .class_members import class_fields
from .decoders import Scalars, decoder_of
from .mismatch import Mismatch
from .record_fields import type_name


def result_decoder(kind: Any, scalars: Scalars = ()) -> Callable[[Any], Any]:
    """Return a function that decodes the data of a response and raises a ``ResultError`` if it does not match.

    If the data has a single member, the value of that member is decoded, unless the type has a field of that name.

    Raises:
        TypeError: there is no decoder for the type.
    """
    return _result_decoder(kind, scalars)


@functools.lru_cache(maxsize=1024)
def _result_decoder(kind: Any, scalars: Scalars) -> Callable[[Any], Any]:
    decode = decoder_of(kind, scalars)
    names = {name for field in class_fields(kind) or () for name in field.names}
    wanted = type_name(kind)

    def decode_data(data: Any) -> Any:
        root = None
        try:
            if type(data) is dict and len(data) == 1 and data.keys().isdisjoint(names):
                (root,) = data
                return decode(data[root])
            return decode(data)
        except Mismatch as mismatch:
            if root is not None:
                mismatch.steps.append(root)
            raise mismatch.result_error(wanted) from mismatch.__cause__

    return decode_data


def member_decoder(kind: Any, name: str) -> Callable[[Any], Any]:
    """Return a function that decodes one member of the data, and raises a ``ResultError`` if it does not match.

    Raises:
        TypeError: there is no decoder for the type.
    """
    decode = decoder_of(kind)
    wanted = type_name(kind)

    def decode_member(data: Any) -> Any:
        try:
            return decode(data.get(name))
        except Mismatch as mismatch:
            mismatch.steps.append(name)
            raise mismatch.result_error(wanted) from mismatch.__cause__

    return decode_member
