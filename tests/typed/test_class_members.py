"""The classes of objects in a type, and their fields."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, NamedTuple, NewType, TypedDict

import attrs
import msgspec
import pydantic
import pytest
from pydantic import AliasChoices, AliasPath

from syncgql.typed.class_members import class_fields, object_classes, typename_key, typenames_of


@dataclass
class Book:
    """A dataclass."""

    title: str
    published_at: str = ""


class Film(msgspec.Struct, rename="camel", tag_field="kind", tag="Movie"):
    """A struct, whose decoder finds its type under another key."""

    released_at: str
    minutes: int = 0


class Play(pydantic.BaseModel):
    """A model."""

    typename: Literal["Play", "Drama"] = pydantic.Field(alias="__typename")
    first_night: str = pydantic.Field(validation_alias=AliasChoices("premiere", AliasPath("nights", 0)))
    acts: int = 5


class Song(pydantic.BaseModel):
    """A model whose fields also have their own names."""

    model_config = pydantic.ConfigDict(populate_by_name=True)
    released_at: str = pydantic.Field(alias="releasedAt")


class Row(NamedTuple):
    """A named tuple."""

    title: str


class Keys(TypedDict):
    """A typed dict."""

    title: str


@attrs.define
class Made:
    """A class of attrs."""

    title: str


BookOrFilm = NewType("BookOrFilm", Book)


@pytest.mark.parametrize(
    ("kind", "classes"),
    [
        (Book, [Book]),
        (list[Book], [Book]),
        (Sequence[Book | None], [Book]),
        (tuple[Book, ...], [Book]),
        (Book | Film | None, [Book, Film]),
        (list[Book | Play] | Book, [Book, Play]),
        (Annotated[Film, "a comment"], [Film]),
        (BookOrFilm, [Book]),
        (Row, [Row]),
        (Keys, [Keys]),
        (Made, [Made]),
        (str, []),
        (list[str], []),
        (dict[str, Book], []),
        (Literal["Book"], []),
        (Any, []),
    ],
)
def test_classes_are_found_in_lists_and_unions(kind: Any, classes: list[Any]) -> None:
    """A dict has no fields that a selection could name."""
    assert object_classes(kind) == classes


def test_fields_have_the_names_that_the_decoder_looks_for() -> None:
    """The library of the class decides about them."""
    assert [(field.names, field.is_required) for field in class_fields(Film) or ()] == [
        (("releasedAt",), True),
        (("minutes",), False),
    ]
    assert [(field.names, field.is_required) for field in class_fields(Play) or ()] == [
        (("__typename",), True),
        (("premiere", "nights"), True),
        (("acts",), False),
    ]
    assert [field.names for field in class_fields(Song) or ()] == [("releasedAt", "released_at")]
    assert [field.names for field in class_fields(Book) or ()] == [("title",), ("publishedAt", "published_at")]
    assert class_fields(int) is None


def test_a_class_represents_types_of_the_schema() -> None:
    """They are named by its tag, by a Literal, or by the class."""
    assert [typenames_of(kind) for kind in (Book, Film, Play, str)] == [["Book"], ["Movie"], ("Play", "Drama"), None]
    assert [typename_key(kind) for kind in (Book, Film)] == ["__typename", "kind"]
