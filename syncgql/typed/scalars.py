"""The decoders of scalars and enums: JSON values to Python values."""

from __future__ import annotations

import datetime
import decimal
import enum
import uuid
from collections.abc import Callable
from typing import Any

from .mismatch import Mismatch

Decoder = Callable[[Any], Any]


def exact(kind: type) -> Decoder:
    """Return a decoder that accepts instances of one type, but not of its subclasses: True is not an int."""

    def decode(value: Any) -> Any:
        if type(value) is kind:
            return value
        raise Mismatch(kind.__name__, value)

    return decode


def decode_float(value: Any) -> float:
    """Accept numbers; JSON does not distinguish 1 from 1.0."""
    if type(value) is float:
        return value
    if type(value) is int:
        return float(value)
    raise Mismatch("float", value)


def decode_none(value: Any) -> None:
    """Accept null."""
    if value is not None:
        raise Mismatch("None", value)


def unchanged(value: Any) -> Any:
    """Accept any value, unchanged."""
    return value


def parsed(kind: type, parse: Callable[[str], Any]) -> Decoder:
    """Return a decoder of strings; a value that the client already parsed according to the schema is kept."""

    def decode(value: Any) -> Any:
        if isinstance(value, kind):
            return value
        if not isinstance(value, str):
            raise Mismatch(kind.__name__, value)
        try:
            return parse(value)
        except (ValueError, ArithmeticError) as error:
            raise Mismatch(kind.__name__, value) from error

    return decode


def custom(name: str, parse: Callable[[Any], Any]) -> Decoder:
    """Return a decoder that calls the user's function, whose exception becomes the cause of a ``ResultError``."""

    def decode(value: Any) -> Any:
        try:
            return parse(value)
        except Exception as error:
            raise Mismatch(name, value) from error

    return decode


def iso(text: str) -> str:
    """Return an ISO 8601 time in a form that Python 3.10 can parse: an offset instead of ``Z``, and microseconds."""
    if text.endswith(("Z", "z")):
        text = f"{text[:-1]}+00:00"
    head, dot, rest = text.partition(".")
    if not dot:
        return text
    digits = len(rest) - len(rest.lstrip("0123456789"))
    return f"{head}.{rest[:digits][:6].ljust(6, '0')}{rest[digits:]}"


def decode_decimal(value: Any) -> decimal.Decimal:
    """Accept strings, and numbers by their decimal digits."""
    if isinstance(value, decimal.Decimal):
        return value
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Mismatch("Decimal", value)
    try:
        return decimal.Decimal(str(value))
    except decimal.InvalidOperation as error:
        raise Mismatch("Decimal", value) from error


def enum_decoder(kind: type[enum.Enum]) -> Decoder:
    """Return a decoder of an enum, which finds a member by its value or by its name, as GraphQL sends it."""

    def decode(value: Any) -> enum.Enum:
        if isinstance(value, kind):
            return value
        try:
            return kind(value)
        except ValueError:
            if isinstance(value, str) and value in kind.__members__:
                return kind[value]
            raise Mismatch(f"a member of {kind.__name__}", value) from None

    return decode


def _datetime(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(iso(text))


def _time(text: str) -> datetime.time:
    return datetime.time.fromisoformat(iso(text))


SCALARS: dict[Any, Decoder] = {
    Any: unchanged,
    object: unchanged,
    dict: exact(dict),
    str: exact(str),
    int: exact(int),
    bool: exact(bool),
    float: decode_float,
    type(None): decode_none,
    None: decode_none,
    datetime.datetime: parsed(datetime.datetime, _datetime),
    datetime.date: parsed(datetime.date, datetime.date.fromisoformat),
    datetime.time: parsed(datetime.time, _time),
    uuid.UUID: parsed(uuid.UUID, uuid.UUID),
    decimal.Decimal: decode_decimal,
}
