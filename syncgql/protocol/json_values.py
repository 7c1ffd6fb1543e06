"""JSON forms of Python values for which JSON has no type, such as UUIDs, dates, dataclasses and structs.

The forms are those of ``DjangoJSONEncoder`` (https://docs.djangoproject.com/en/stable/topics/serialization/), except
that UTC is written as ``+00:00``, as in ``isoformat()``.
"""

from __future__ import annotations

import datetime
import sys
from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from pathlib import PurePath
from typing import Any
from uuid import UUID

from ..records import object_members
from ..request import UNSET


def json_value(value: object) -> Any:
    """Return the JSON form of *value*, which may contain further values to be converted.

    Use it as ``default=`` of ``json.JSONEncoder``, which calls it only for values that it cannot write itself. The
    encoder writes members of ``(str, Enum)`` and ``(int, Enum)`` by value.

    Raises:
        TypeError: *value* has no JSON form; the message suggests a replacement.
    """
    if value is UNSET:
        raise TypeError("UNSET omits a variable or a member of an object; it is not allowed here.")
    for type_, write in _WRITERS:
        if isinstance(value, type_):
            return write(value)
    # decimal is not imported here, because that is slow: if *value* is a Decimal, its module has been imported. Another
    # thread may still be importing it, so the class may be missing.
    if isinstance(value, getattr(sys.modules.get("decimal"), "Decimal", ())):
        return str(value)
    if is_lazy_text(value):
        return str(value)
    members = None if isinstance(value, Mapping) else object_members(value)
    if members is not None:
        return {name: member for name, member in members.items() if member is not UNSET}
    raise TypeError(_hint(value))


def is_lazy_text(value: object) -> bool:
    """Return whether *value* is a lazy string of Django, for example a translation; Django is not imported."""
    return isinstance(value, getattr(sys.modules.get("django.utils.functional"), "Promise", ()))


def holds_unset(value: object) -> bool:
    """Return whether a member of an object in *value*, at any depth, is ``UNSET``."""
    if isinstance(value, dict):
        return any(member is UNSET or holds_unset(member) for member in value.values())
    return isinstance(value, list | tuple) and any(map(holds_unset, value))


def without_unset(value: Any) -> Any:
    """Return a copy of *value* without the members that are ``UNSET``."""
    if isinstance(value, dict):
        return {name: without_unset(member) for name, member in value.items() if member is not UNSET}
    if isinstance(value, list | tuple):
        return [without_unset(member) for member in value]
    return value


def _datetime(value: datetime.datetime) -> str:
    if value != value:  # pandas' NaT, a datetime that is missing
        raise TypeError(f"{type(value).__name__} is not JSON; use None.")
    return value.isoformat(timespec="milliseconds" if value.microsecond else "auto")


def _time(value: datetime.time) -> str:
    if value.utcoffset() is not None:
        raise TypeError("A time with a time zone has no JSON form; use a datetime, or value.isoformat().")
    return value.isoformat(timespec="milliseconds" if value.microsecond else "auto")


def _duration(value: datetime.timedelta) -> str:
    """Return an ISO 8601 duration such as ``P1DT02H03M04.000005S``."""
    sign, value = ("-", -value) if value < datetime.timedelta() else ("", value)
    minutes, seconds = divmod(value.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    fraction = f".{value.microseconds:06}" if value.microseconds else ""
    return f"{sign}P{value.days}DT{hours:02}H{minutes:02}M{seconds:02}{fraction}S"


_WRITERS: tuple[tuple[type, Callable[[Any], Any]], ...] = (
    (Enum, lambda member: member.value),
    (UUID, str),
    (datetime.datetime, _datetime),  # before date, its base class
    (datetime.date, datetime.date.isoformat),
    (datetime.time, _time),
    (datetime.timedelta, _duration),
    (PurePath, str),
)


def _hint(value: object) -> str:
    kind = type(value).__name__
    if isinstance(value, bytes | bytearray | memoryview) or callable(getattr(value, "read", None)):
        return f"{kind} is not JSON; use FileVar(value) to upload a file, or decode bytes to a str."
    if isinstance(value, set | frozenset):
        return f"{kind} has no order; use list(value) or sorted(value)."
    if isinstance(value, Mapping):
        return f"{kind} is not JSON; use dict(value)."
    if type(value).__module__ == "ipaddress":  # before Iterable: a network iterates over its addresses
        return f"{kind} is not JSON; use str(value)."
    for method, call in _CONVERSIONS.items():
        if callable(getattr(value, method, None)):
            return f"{kind} is not JSON; use {call}."
    if isinstance(value, Iterable):
        return f"{kind} is not JSON; use list(value)."
    return f"{kind} is not JSON; convert it, or pass json_serialize= to write it."


_CONVERSIONS = {
    "model_dump": "value.model_dump()",  # pydantic's models, which are iterable
    "tolist": "value.tolist()",  # NumPy's scalars and arrays and pandas' series, whose items need a conversion, too
}
"""How to convert objects that have a method."""
