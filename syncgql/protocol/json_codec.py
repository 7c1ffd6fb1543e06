"""JSON for the wire protocols: compact, UTF-8, and strict (https://www.rfc-editor.org/rfc/rfc8259).

Python's own codec emits and accepts ``NaN`` and ``Infinity``, which are not JSON. Both are refused here, in both
directions and on every transport.

With the ``speed`` extra, msgspec decodes. Its results equal those of Python's codec. Text that it refuses is decoded by
Python's codec, which accepts lone surrogates and ``1e400``. Python's codec always encodes, because msgspec writes NaN
as null and encodes enums, UUIDs and dataclasses in its own way, so a request is the same with and without the extra.
"""

from __future__ import annotations

import json
import json.scanner
from collections.abc import Callable, Iterable
from typing import Any, NoReturn

from ..exceptions import DocumentError
from ..records import object_members
from .json_values import holds_unset, json_value, without_unset

try:
    import msgspec
except ImportError:  # the extra is not installed
    msgspec = None  # type: ignore[assignment]

JSONSerialize = Callable[[Any], str | bytes]
JSONDeserialize = Callable[[str], Any]


class NotJSONConstant(ValueError):
    """The text contains ``NaN`` or ``Infinity``, which JSON does not allow.

    Attributes:
        constant: the constant.
        advice: advice for error messages.
    """

    def __init__(self, constant: str) -> None:
        super().__init__(constant)
        self.constant = constant
        self.advice = "Python's own codec reads it as a float: pass json_deserialize=json.loads."

    def __str__(self) -> str:
        return f"{self.constant} is not JSON."


def dumps(value: Any) -> str:
    """Encode *value* without superfluous spaces and escapes. Python values are converted by ``json_value``.

    Raises:
        TypeError: *value* contains an object without a JSON form.
        ValueError: a float is not finite, or the value contains itself.
    """
    return _encode(value)


def loads(text: str | bytes) -> Any:
    """Decode JSON text, or its UTF-8 bytes.

    Raises:
        ValueError: it is not JSON, not UTF-8, or nested too deeply.
    """
    if _fast_decode is not None:
        try:
            return _fast_decode(text)
        except REFUSALS:
            pass
    try:
        if not isinstance(text, str):
            text = text.decode()
        try:
            value, end = _scan(text, 0)
            if end == len(text):
                return value
        except StopIteration:
            pass
        return _decoder.decode(text)  # there is something before or after the value, or no value
    except RecursionError as error:
        raise ValueError("The JSON is nested too deeply.") from error


# The exceptions of codecs for values that they refuse. No others are caught: a signal handler, for example of a soft
# time limit, may raise any exception at any moment, and encoding a large value takes a while.
CODEC_ERRORS = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


def encode(value: Any, json_serialize: JSONSerialize, name: str = "") -> bytes:
    """Encode *value* as UTF-8 with a codec that may be the user's.

    Args:
        value: the value. Members of objects that are ``UNSET`` are omitted with any codec.
        json_serialize: the codec.
        name: the name of *value*, which begins the path in the error.

    Raises:
        DocumentError: the codec refused a value; the message and ``path`` name its place.
    """
    try:
        if json_serialize is dumps:
            return _encode(value).encode()  # refuses UNSET, so only refused values are searched for it
        return _as_bytes(json_serialize(_complete(value)))
    except CODEC_ERRORS as error:
        complete = _complete(value)
        if complete is not value:
            return encode(complete, json_serialize, name)
        path, cause = _find_fault(value, json_serialize, [name] if name else [], error)
        where = ".".join(path)
        raise DocumentError(f"{where or 'The request'} cannot be written as JSON: {cause}", path=where) from cause


def _complete(value: Any) -> Any:
    """Return *value* without members that are ``UNSET``; *value* itself if there are none."""
    try:
        return without_unset(value) if holds_unset(value) else value
    except RecursionError:
        return value  # the codec reports what is wrong with it


_DEEPEST_PATH = 50  # a longer path is unreadable, and such deep nesting is usually the mistake


def _find_fault(
    value: Any, json_serialize: JSONSerialize, path: list[str], error: Exception
) -> tuple[list[str], Exception]:
    """Return the path of the innermost part of *value* that the codec refuses, and its error (*error* for *value*)."""
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
    if isinstance(value, list | tuple):
        return [(str(index), member) for index, member in enumerate(value)]
    return [(str(name), member) for name, member in (object_members(value) or {}).items()]


def _as_bytes(encoded: str | bytes) -> bytes:
    if isinstance(encoded, bytes):
        return encoded
    if isinstance(encoded, str):
        return encoded.encode()
    raise TypeError(f"json_serialize must return str or bytes, not {type(encoded).__name__}.")


def _refuse_constant(name: str) -> NoReturn:
    raise NotJSONConstant(name)


# Stored, because json.dumps() and json.loads() with options create a new encoder or decoder in every call.
_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=json_value).encode
_decoder = json.JSONDecoder(parse_constant=_refuse_constant)
# The decoder itself calls this after searching for white space with regular expressions, which takes as long as
# decoding a small event.
_scan: Callable[[str, int], tuple[Any, int]] = json.scanner.make_scanner(_decoder)  # type: ignore[arg-type]

_fast_decode: Callable[[str | bytes], Any] | None = None if msgspec is None else msgspec.json.Decoder().decode
# DecodeError is a ValueError only since msgspec 0.22. Invalid UTF-8 and deep nesting raise the other exceptions.
REFUSALS = (ValueError, RecursionError) if msgspec is None else (msgspec.DecodeError, ValueError, RecursionError)
