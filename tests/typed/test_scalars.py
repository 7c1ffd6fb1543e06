"""Decoders of scalars and enums."""

from __future__ import annotations

import datetime
import decimal
import enum
import uuid
from typing import Any

import pytest

from syncgql.typed.mismatch import Mismatch
from syncgql.typed.scalars import SCALARS, custom, enum_decoder

UTC = datetime.timezone.utc


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (str, "a", "a"),
        (int, 1, 1),
        (float, 1, 1.0),
        (float, 1.5, 1.5),
        (bool, False, False),
        (Any, {"a": 1}, {"a": 1}),
        (datetime.datetime, "2026-01-02T03:04:05Z", datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        (datetime.datetime, "2026-01-02T03:04:05.5Z", datetime.datetime(2026, 1, 2, 3, 4, 5, 500_000, tzinfo=UTC)),
        (datetime.datetime, "2026-01-02T03:04:05.123456789", datetime.datetime(2026, 1, 2, 3, 4, 5, 123_456)),
        (datetime.date, "2026-01-02", datetime.date(2026, 1, 2)),
        (datetime.time, "03:04:05", datetime.time(3, 4, 5)),
        (uuid.UUID, "12345678123456781234567812345678", uuid.UUID(int=0x12345678123456781234567812345678)),
        (decimal.Decimal, "9.90", decimal.Decimal("9.90")),
        (decimal.Decimal, 9.9, decimal.Decimal("9.9")),
        (datetime.date, datetime.date(2026, 1, 2), datetime.date(2026, 1, 2)),
    ],
)
def test_values_that_fit(kind: Any, value: Any, expected: Any) -> None:
    """JSON has few types, Python has more; a value that the client's schema has parsed stays as it is."""
    decoded = SCALARS[kind](value)
    assert (decoded, type(decoded)) == (expected, type(expected))


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (str, 1),
        (int, True),
        (int, 1.0),
        (int, "1"),
        (float, True),
        (float, "1.5"),
        (bool, 1),
        (datetime.datetime, "yesterday"),
        (datetime.datetime, 1),
        (uuid.UUID, "x"),
        (decimal.Decimal, "x"),
        (decimal.Decimal, True),
        (type(None), 0),
    ],
)
def test_values_that_do_not_fit(kind: Any, value: Any) -> None:
    """Values are not converted to other types."""
    with pytest.raises(Mismatch):
        SCALARS[kind](value)


class Genre(enum.Enum):
    """Members of which some have values of their own."""

    NOVEL = "NOVEL"
    POEM = 2


def test_enums_by_value_and_by_name() -> None:
    """GraphQL sends the names of values."""
    decode = enum_decoder(Genre)
    assert [decode("NOVEL"), decode("POEM"), decode(Genre.POEM)] == [Genre.NOVEL, Genre.POEM, Genre.POEM]
    with pytest.raises(Mismatch, match="a member of Genre"):
        decode("DRAMA")


def test_an_enum_may_keep_unknown_values() -> None:
    """``_missing_`` is the enum's own business."""

    class Open(enum.Enum):
        NOVEL = "NOVEL"
        UNKNOWN = "UNKNOWN"

        @classmethod
        def _missing_(cls, value: object) -> Open:
            return cls.UNKNOWN

    assert enum_decoder(Open)("DRAMA") is Open.UNKNOWN


def test_the_exception_of_a_custom_function_is_the_cause() -> None:
    """The message names the type, the cause says why."""
    with pytest.raises(Mismatch) as caught:
        custom("Color", int)("red")
    assert isinstance(caught.value.__cause__, ValueError)
