"""Decoding the data of a response."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec
import pydantic
import pytest

from syncgql import ResultError
from syncgql.typed.result_decoder import member_decoder, result_decoder


@dataclass
class Book:
    """The value of a root field."""

    title: str


@dataclass
class Data:
    """All of the data."""

    book: Book


class Struct(msgspec.Struct, rename="camel"):
    """All of the data, in a struct."""

    the_book: str


class Model(pydantic.BaseModel):
    """All of the data, in a model."""

    the_book: str = pydantic.Field(alias="theBook")


class Choices(pydantic.BaseModel):
    """All of the data, in a model whose field has several keys."""

    the_book: str = pydantic.Field(validation_alias=pydantic.AliasChoices("theBook", "book"))


@pytest.mark.parametrize(
    ("kind", "data", "expected"),
    [
        (Book, {"book": {"title": "Emma"}}, Book("Emma")),
        (Data, {"book": {"title": "Emma"}}, Data(Book("Emma"))),
        (Book, {"title": "Emma"}, Book("Emma")),
        (list[Book], {"books": [{"title": "Emma"}]}, [Book("Emma")]),
        (int, {"count": 3}, 3),
        (Struct, {"theBook": "Emma"}, Struct("Emma")),
        (Model, {"theBook": "Emma"}, Model(theBook="Emma")),
        (Choices, {"book": "Emma"}, Choices(book="Emma")),  # type: ignore[call-arg]  # checkers do not know the choices
    ],
)
def test_a_single_root_field_may_be_left_out(kind: Any, data: Any, expected: Any) -> None:
    """The class says by its fields whether it stands for the data or for the value of its only member."""
    assert result_decoder(kind)(data) == expected


def test_the_path_begins_at_the_data() -> None:
    """It contains the root field, although that was omitted."""
    with pytest.raises(ResultError) as caught:
        result_decoder(list[Book])({"books": [{"title": 1}]})
    assert caught.value.path == ("books", 0, "title")
    assert "does not match list[" in caught.value.message


def test_null_for_a_class_is_an_error() -> None:
    """A nullable root field needs ``Book | None``, which is a field of a class."""
    with pytest.raises(ResultError, match=r"book: expected an object \(Book\), got null"):
        result_decoder(Book)({"book": None})


def test_one_member_of_the_data_is_decoded() -> None:
    """Its name begins the path; null is an error here, too."""
    assert member_decoder(list[Book], "books")({"books": [{"title": "Emma"}], "other": 1}) == [Book("Emma")]
    for data in ({"book": None}, {}):
        with pytest.raises(ResultError, match=r"match Book: book: expected an object \(Book\), got null"):
            member_decoder(Book, "book")(data)
