"""Decoders that are made from annotations."""

from __future__ import annotations

import datetime
import decimal
import enum
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, NamedTuple, NewType, Optional, TypedDict, Union

import attrs
import msgspec
import pydantic
import pytest

from syncgql.typed.decoders import decoder_of
from syncgql.typed.mismatch import Mismatch


class Genre(enum.Enum):
    """An enum."""

    NOVEL = "NOVEL"


@dataclass
class Author:
    """A class that refers to another that refers to it."""

    name: str
    books: Optional[list[Book]] = None  # noqa: UP045  # as many write it


class Book(NamedTuple):
    """A named tuple in a dataclass."""

    title: str
    author: Author | None = None


class Keys(TypedDict):
    """A typed dict in attrs."""

    title: str


@attrs.define
class Shelf:
    """A class of attrs with fields of many types."""

    keys: Keys
    genre: Genre
    number: decimal.Decimal
    key: uuid.UUID
    since: datetime.datetime
    rows: list[list[int | None]]


Film = TypedDict("Film", {"__typename": Literal["Film"], "length": int})


@dataclass
class Person:
    """A member of unions, by its name."""

    name: str


@dataclass
class Other:
    """A member of unions that stands for all others."""

    typename: str


class StructFilm(msgspec.Struct, tag="Film", tag_field="__typename"):
    """A member of a union of structs."""

    length: int


class StructPerson(msgspec.Struct, tag="Person", tag_field="__typename"):
    """Another one."""

    name: str


class Model(pydantic.BaseModel):
    """A model in a union of classes of several kinds."""

    pages: int


Name = NewType("Name", str)


def test_classes_in_classes() -> None:
    """They may be of several kinds, and recursive."""
    data = {"name": "Jane", "books": [{"title": "Emma", "author": {"name": "Jane"}}]}
    assert decoder_of(Author)(data) == Author("Jane", [Book("Emma", Author("Jane"))])


def test_fields_of_many_types() -> None:
    """Lists of lists, enums, decimals, UUIDs, times."""
    key, since = uuid.uuid4(), datetime.datetime(2026, 1, 2, tzinfo=datetime.timezone.utc)
    data = {
        "keys": {"title": "Emma", "unknown": 1},
        "genre": "NOVEL",
        "number": "1.50",
        "key": str(key),
        "since": "2026-01-02T00:00:00Z",
        "rows": [[1, None], []],
    }
    expected = Shelf({"title": "Emma"}, Genre.NOVEL, decimal.Decimal("1.50"), key, since, [[1, None], []])
    assert decoder_of(Shelf)(data) == expected


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (Sequence[int], [1], [1]),
        (tuple[int, ...], [1, 2], (1, 2)),
        (list, [1, "a"], [1, "a"]),
        (dict[str, Any], {"a": 1}, {"a": 1}),
        (Literal["a", 1], "a", "a"),
        (Annotated[int, "pages"], 3, 3),
        (Name, "Emma", "Emma"),
        (Union[int, str], "a", "a"),  # noqa: UP007
        (Union[int, str, None], None, None),  # noqa: UP007
        (Model, {"pages": 1}, Model(pages=1)),
    ],
)
def test_other_types(kind: Any, value: Any, expected: Any) -> None:
    """Annotations may contain these types."""
    assert decoder_of(kind)(value) == expected


def test_unions_are_decided_by_typename() -> None:
    """The member is found by a Literal, by the name of the class, or else it is the one that accepts any name."""
    decode = decoder_of(list[Film | Person | Model | Other | None])
    data = [
        {"__typename": "Film", "length": 90},
        {"__typename": "Person", "name": "Jane"},
        {"__typename": "Model", "pages": 3},
        {"__typename": "Planet"},
        None,
    ]
    assert decode(data) == [data[0], Person("Jane"), Model(pages=3), Other("Planet"), None]


def test_unions_of_structs() -> None:
    """Msgspec decides them by their tags."""
    decode = decoder_of(Union[StructFilm, StructPerson, None])  # noqa: UP007
    assert decode({"__typename": "Person", "name": "Jane"}) == StructPerson("Jane")
    assert decode(None) is None


def test_a_member_that_a_union_does_not_have() -> None:
    """The message says which there are, and what came."""
    with pytest.raises(Mismatch, match="an object of type Film or Person") as caught:
        decoder_of(Union[Film, Person])({"__typename": "Planet"})  # noqa: UP007
    assert (caught.value.value, caught.value.steps) == ("Planet", ["__typename"])


@pytest.mark.parametrize(
    ("kind", "value", "steps", "expected"),
    [
        (Author, {"name": 1}, ["name"], "str"),
        (Author, {}, ["name"], "a value"),
        (Author, None, [], "an object (Author)"),
        (Author, {"name": "x", "books": [{"title": "a"}, {"title": None}]}, ["books", 1, "title"], "str"),
        (Author, {"name": "x", "books": {}}, ["books"], "a list"),
        (list[list[int]], [[1], [2, "x"]], [1, 1], "int"),
        (Literal["a"], "b", [], "'a'"),
        (Union[int, str], 1.5, [], "a value of one of the types of a union"),  # noqa: UP007
    ],
)
def test_paths(kind: Any, value: Any, steps: list[Any], expected: str) -> None:
    """The place and the expectation."""
    with pytest.raises(Mismatch) as caught:
        decoder_of(kind)(value)
    assert (caught.value.steps[::-1], caught.value.expected) == (steps, expected)


def test_custom_scalars_by_type_and_by_name() -> None:
    """They may replace built-in scalars."""

    class Color:
        def __init__(self, text: str) -> None:
            self.text = text

    assert decoder_of(list[Color], ((Color, Color),))(["red"])[0].text == "red"
    assert decoder_of(Color, (("Color", Color),))("red").text == "red"
    assert decoder_of(datetime.date, ((datetime.date, str),))(7) == "7"


@pytest.mark.parametrize("kind", [complex, set[int], list[complex], object()])
def test_types_without_a_decoder(kind: Any) -> None:
    """They are named before anything is sent."""
    with pytest.raises(TypeError, match="is not supported as the type of a result"):
        decoder_of(kind)
