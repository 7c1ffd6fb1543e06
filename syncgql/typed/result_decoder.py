"""The decoder of the data of a response, for the type that a ``TypedRequest`` declares."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from .decoders import Scalars, decoder_of
from .libraries import is_model, is_struct
from .misfit import Misfit
from .record_fields import record_fields


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
    names = _member_names(kind)
    wanted = _name(kind)

    def decode_data(data: Any) -> Any:
        root = None
        try:
            if type(data) is dict and len(data) == 1 and data.keys().isdisjoint(names):
                (root,) = data
                return decode(data[root])
            return decode(data)
        except Misfit as misfit:
            if root is not None:
                misfit.steps.append(root)
            raise misfit.result_error(wanted) from misfit.__cause__

    return decode_data


def member_decoder(kind: Any, name: str) -> Callable[[Any], Any]:
    """Return a function that decodes one member of the data, and raises a ``ResultError`` if it does not match.

    Raises:
        TypeError: there is no decoder for the type.
    """
    decode = decoder_of(kind)
    wanted = _name(kind)

    def decode_member(data: Any) -> Any:
        try:
            return decode(data.get(name))
        except Misfit as misfit:
            misfit.steps.append(name)
            raise misfit.result_error(wanted) from misfit.__cause__

    return decode_member


def _name(kind: Any) -> str:
    return kind.__name__ if isinstance(kind, type) and not hasattr(kind, "__args__") else str(kind)


def _member_names(kind: Any) -> frozenset[str]:
    """Return the names of the members of the data if the type is that of the whole data."""
    if is_struct(kind):
        return frozenset(kind.__struct_encode_fields__)
    if is_model(kind):
        names = [(name, field.alias, field.validation_alias) for name, field in kind.model_fields.items()]
        return frozenset(name for several in names for name in several if isinstance(name, str))
    fields = record_fields(kind) or []
    return frozenset(name for field in fields for name in field.names)
