"""JSON as the wire protocols want it: compact, UTF-8, and strict about what JSON is.

Python's own codec emits and accepts ``NaN`` and ``Infinity``, which are not JSON. Both are refused here, in both
directions and on every transport.

With the ``speed`` extra, orjson reads what it reads the same as Python's own codec; that has the last word where they
differ: orjson turns integers beyond 64 bits into floats, and refuses lone surrogates and ``1e400``. Writing is left to
Python's codec, because orjson silently writes NaN as null and has its own ideas of enums, UUIDs and dataclasses; to
look for those first takes longer than it saves.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any, NoReturn

from ..exceptions import DocumentError

try:
    import orjson
except ImportError:  # the extra is not installed
    orjson = None  # type: ignore[assignment]

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
    # 19 digits in a row take up one of every 19th places: the glance there is enough for most small messages.
    if orjson is not None and (_ANY_DIGIT.isdisjoint(text[18::19]) or not _may_hold_big_integer(text)):
        try:
            return orjson.loads(text)
        except ValueError:
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


# As characters of a str, and as those of bytes.
_ANY_DIGIT = frozenset[str | int]([*"0123456789", *b"0123456789"])

# Digits become 0; the minus sign and the point stay, because they tell what a run of digits is; the rest are spaces.
_DIGITS = bytes(ord("0") if chr(code).isdecimal() else code if chr(code) in "-." else ord(" ") for code in range(256))
_SHORTEST_RUN = b"0" * 19
_BEYOND_64_BITS = (b"0" * 20, b"-" + _SHORTEST_RUN)


def _may_hold_big_integer(text: str | bytes) -> bool:
    """Tell whether *text* may hold an integer beyond 64 bits: a run of so many digits that is no fraction.

    Costs a tenth of what orjson takes to read it.
    """
    encoded = text.encode(errors="surrogatepass") if isinstance(text, str) else text
    digits = encoded.translate(_DIGITS)
    if _SHORTEST_RUN not in digits:  # as a rule there is no such run at all
        return False
    return any(_has_run(digits, run) for run in _BEYOND_64_BITS)


def _has_run(digits: bytes, run: bytes) -> bool:
    start = digits.find(run)
    while start > 0 and digits[start - 1] == ord("."):
        end = digits.find(b" ", start)
        start = digits.find(run, end) if end > 0 else -1
    return start >= 0


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON.")


# Kept, because json.dumps and json.loads with options build a new coder at every call.
_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode
_decode = json.JSONDecoder(parse_constant=_refuse_constant).decode
