"""JSON as the wire protocols want it: compact, UTF-8, and strict about what JSON is.

Python's own codec emits and accepts ``NaN`` and ``Infinity``, which are not JSON. Both are refused here, in both
directions and on every transport.

With the ``speed`` extra, msgspec decodes. Its results equal those of Python's codec; what it refuses is decoded by
Python's codec, which accepts lone surrogates and ``1e400``. Python's codec always encodes, because msgspec writes NaN
as null and encodes enums, UUIDs and dataclasses in its own way.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any, NoReturn

from ..exceptions import DocumentError

try:
    import msgspec
except ImportError:  # the extra is not installed
    msgspec = None  # type: ignore[assignment]

JSONSerialize = Callable[[Any], str | bytes]
JSONDeserialize = Callable[[str], Any]


def dumps(value: Any) -> str:
    """Encode *value* without superfluous spaces and escapes; raises what ``json.dumps`` raises."""
    return _encode(value)


def loads(text: str | bytes) -> Any:
    """Decode JSON text, or its UTF-8 bytes.

    Raises:
        ValueError: it is not JSON, not UTF-8, or nested too deeply.
    """
    if _fast_decode is not None:
        try:
            return _fast_decode(text)
        except _REFUSALS:
            pass
    try:
        return _decode(text if isinstance(text, str) else text.decode())
    except RecursionError as error:
        raise ValueError("The JSON is nested too deeply.") from error


# What codecs raise for what they cannot take. Nothing else is caught: a signal handler, such as that of a soft time
# limit, may raise anything at any moment, and a large value takes a while.
CODEC_ERRORS = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


def encode(value: Any, json_serialize: JSONSerialize, name: str = "") -> bytes:
    """Encode *value* as UTF-8 with a codec that may be the user's.

    Args:
        value: what to encode.
        json_serialize: the codec.
        name: what *value* is, at the beginning of the path in the error.

    Raises:
        DocumentError: the codec refused something; the message and ``path`` say where it is.
    """
    try:
        return _as_bytes(json_serialize(value))
    except CODEC_ERRORS as error:
        path, cause = _culprit(value, json_serialize, [name] if name else [], error)
        where = ".".join(path)
        raise DocumentError(f"{where or 'The request'} cannot be written as JSON: {cause}", path=where) from cause


_DEEPEST_PATH = 50  # a longer path helps nobody; what is nested so deeply is mostly a mistake itself


def _culprit(
    value: Any, json_serialize: JSONSerialize, path: list[str], error: Exception
) -> tuple[list[str], Exception]:
    """Descend into *value*, which the codec refused with *error*, to what it refuses by itself."""
    above: set[int] = set()
    while id(value) not in above and len(above) < _DEEPEST_PATH:
        above.add(id(value))
        for name, member in _members(value):
            try:
                _as_bytes(json_serialize(member))
            except CODEC_ERRORS as found:
                value, error = member, found
                path.append(name)
                break
        else:
            break
    return path, error


def _members(value: Any) -> Iterable[tuple[str, Any]]:
    if isinstance(value, dict):
        return [(str(name), member) for name, member in value.items()]
    if isinstance(value, list | tuple):
        return [(str(index), member) for index, member in enumerate(value)]
    return []


def _as_bytes(encoded: str | bytes) -> bytes:
    if isinstance(encoded, bytes):
        return encoded
    if isinstance(encoded, str):
        return encoded.encode()
    raise TypeError(f"json_serialize must return str or bytes, not {type(encoded).__name__}.")


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON.")


# Kept, because json.dumps and json.loads with options build a new coder at every call.
_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode
_decode = json.JSONDecoder(parse_constant=_refuse_constant).decode

_fast_decode: Callable[[str | bytes], Any] | None = None if msgspec is None else msgspec.json.Decoder().decode
# DecodeError is a ValueError only since msgspec 0.22; invalid UTF-8 and deep nesting raise the others.
_REFUSALS = (ValueError, RecursionError) if msgspec is None else (msgspec.DecodeError, ValueError, RecursionError)
