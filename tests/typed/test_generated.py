"""What generated code is based on; tests/codegen/test_package.py runs the code itself."""

from __future__ import annotations

from typing import Any

import pytest

from syncgql import UNSET
from syncgql.typed.generated import (
    LIST,
    Enumeration,
    Model,
    decode_items,
    items,
    items_of,
    new,
    parsed,
    read_float,
    refuse,
    typename_of,
    variables,
    written,
)
from syncgql.typed.mismatch import Mismatch


class Point(Model):
    """A model."""

    __slots__ = __match_args__ = ("x",)

    x: int

    def __init__(self, x: int) -> None:
        self.x = x


class Kind(Enumeration):
    """An enum."""

    A = "A"


def test_models_are_compared_by_value() -> None:
    """They are not hashable, because they can be changed."""
    assert Point(1) == Point(1) != Point(2)
    assert Point(1) != (1,)
    assert repr(Point(1)) == "Point(x=1)"
    with pytest.raises(TypeError):
        hash(Point(1))


def test_unknown_values_are_not_kept() -> None:
    """A server cannot fill the memory with them."""
    assert Kind("B") == "B"
    assert str(Kind("B")) == "B"
    assert list(Kind) == [Kind.A]
    with pytest.raises(ValueError, match=r"^1 is not a valid Kind$"):
        Kind(1)


class Table(Model):
    """A model with a field whose key is not its name."""

    __slots__ = __match_args__ = ("title", "all_rows", "notes")

    title: str
    all_rows: list[Any]
    notes: str


@pytest.mark.parametrize(
    ("nullable", "rows", "wrong", "expected", "place"),
    [
        ((True, True, False), [None, ["a", None]], None, "", [1, 1]),  # [[Kind!]]
        ((True, False, True), [[None], None], None, LIST, [1]),  # [[Kind]!]
        ((False, False, False), [["a"], "a"], "a", LIST, [1]),
        ((False, False, False), [[1, 2], 2], 2, LIST, [1]),
        ((False, True, True, False), [[None, [1]], None, [None, [1, None]]], None, "", [2, 1, 1]),  # [[[Int!]]]!
        ((False, False, False), "no list", "no list", LIST, []),
    ],
)
def test_places_are_found_in_lists_in_lists(
    nullable: tuple[bool, ...], rows: Any, wrong: Any, expected: str, place: list[int]
) -> None:
    """Values before the wrong one match, and null is allowed at some levels only. The field is the first not set."""
    table = new(Table)
    table.title = ""
    keys = ["title", "allRows", "notes"]
    with pytest.raises(Mismatch) as caught:
        refuse(Mismatch(expected, wrong), {"allRows": rows}, table, keys, {"allRows": nullable})
    assert caught.value.steps[::-1] == ["allRows", *place]


def test_places_inside_objects_in_lists_in_lists() -> None:
    """The objects that come before the wrong one may be equal to it."""
    wrong = {"x": 1}
    mismatch = Mismatch(LIST, 1)
    mismatch.steps, mismatch.inside = ["x"], wrong
    table = new(Table)
    table.title = ""
    keys = ["title", "allRows", "notes"]
    with pytest.raises(Mismatch) as caught:
        refuse(mismatch, {"allRows": [[], [{"x": 1}, wrong]]}, table, keys, {"allRows": (False, False, False)})
    assert caught.value.steps[::-1] == ["allRows", 1, 1, "x"]


def test_lists_of_values_that_need_no_conversion() -> None:
    """The received list is returned, unless an item is of another type; True is not an int."""
    values = [1, None]
    assert items_of(values, int, nullable=True) is values
    for value, wrong, expected in ((values, None, "int"), ([1, True], True, "int"), ("ab", "ab", "a list")):
        with pytest.raises(Mismatch) as caught:
            items_of(value, int)
        assert (caught.value.value, caught.value.expected) == (wrong, expected)


def test_helpers() -> None:
    """Generated decoders and encoders call these functions."""
    assert (items([1]), read_float(1), parsed(int, "T", "1"), typename_of({"__typename": "A"})) == ([1], 1.0, 1, "A")
    assert decode_items(str, [1, 2]) == ["1", "2"]
    assert variables({"a": UNSET, "b": None}) == {"b": None}
    assert written([1, None], str) == ["1", None]
    for call in (lambda: items("a"), lambda: parsed(int, "T", "x"), lambda: typename_of([]), lambda: typename_of({})):
        with pytest.raises(Mismatch):
            call()
