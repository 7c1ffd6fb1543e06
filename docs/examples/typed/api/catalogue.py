# Written by syncgql codegen 0.2.0. Do not edit: changes are overwritten.
# Source: catalogue.graphql
# sha256: f71778323d574b46

from __future__ import annotations

from typing import Any, TypeAlias

from syncgql.request import UNSET, Unset
from syncgql.typed.generated import (
    DECODE_ERRORS,
    GeneratedRequest,
    Model,
    decode_items,
    new,
    refuse,
    variables,
    wrong,
)

from . import fragments


class CatalogueData(Model):
    """``CatalogueData``.

    Attributes:
        books: All books, oldest entry first.
    """

    __slots__ = __match_args__ = ("books",)

    books: list[fragments.Entry]

    def __init__(
        self,
        *,
        books: list[fragments.Entry],
    ) -> None:
        self.books = books

    @classmethod
    def from_data(cls, data: Any) -> CatalogueData:
        self = new(cls)
        try:
            self.books = decode_items(fragments.Entry.from_data, data["books"])
        except DECODE_ERRORS as error:
            refuse(error, data, self, ["books"])
        return self


class Catalogue(GeneratedRequest[CatalogueData]):
    """All books, oldest entry first."""

    __slots__ = ()

    Data: TypeAlias = CatalogueData
    TEXT = (
        "query Catalogue {\n"
        "  books {\n"
        "    ...Entry\n"
        "  }\n"
        "}\n"
        "\n"
        "fragment Entry on Book {\n"
        "  title\n"
        "  author\n"
        "  year\n"
        "}"
    )

    def __init__(self) -> None:
        super().__init__(self.TEXT, CatalogueData, {}, "Catalogue")


class FindBookData(Model):
    """``FindBookData``.

    Attributes:
        book: The book with this id; an error if there is none.
    """

    __slots__ = __match_args__ = ("book",)

    book: fragments.Entry | None

    def __init__(
        self,
        *,
        book: fragments.Entry | None,
    ) -> None:
        self.book = book

    @classmethod
    def from_data(cls, data: Any) -> FindBookData:
        self = new(cls)
        try:
            self.book = None if (v0 := data["book"]) is None else fragments.Entry.from_data(v0)
        except DECODE_ERRORS as error:
            refuse(error, data, self, ["book"])
        return self


class FindBook(GeneratedRequest[FindBookData]):
    """The book with this id; an error if there is none."""

    __slots__ = ()

    Data: TypeAlias = FindBookData
    TEXT = (
        "query FindBook($id: ID!) {\n"
        "  book(id: $id) {\n"
        "    ...Entry\n"
        "  }\n"
        "}\n"
        "\n"
        "fragment Entry on Book {\n"
        "  title\n"
        "  author\n"
        "  year\n"
        "}"
    )

    def __init__(
        self,
        *,
        id: str,
    ) -> None:
        super().__init__(self.TEXT, FindBookData, variables({"id": id}), "FindBook")


class AddBookData(Model):
    """``AddBookData``.

    Attributes:
        add_book: Add a book; the default author is Jane Austen.
    """

    __slots__ = __match_args__ = ("add_book",)

    add_book: AddBookData.AddBook

    def __init__(
        self,
        *,
        add_book: AddBookData.AddBook,
    ) -> None:
        self.add_book = add_book

    @classmethod
    def from_data(cls, data: Any) -> AddBookData:
        self = new(cls)
        try:
            self.add_book = cls.AddBook.from_data(data["addBook"])
        except DECODE_ERRORS as error:
            refuse(error, data, self, ["addBook"])
        return self

    class AddBook(Model):
        __slots__ = __match_args__ = ("id",)

        id: str

        def __init__(
            self,
            *,
            id: str,
        ) -> None:
            self.id = id

        @classmethod
        def from_data(cls, data: Any) -> AddBookData.AddBook:
            self = new(cls)
            try:
                self.id = v0 if type(v0 := data["id"]) is str else wrong("str", v0)
            except DECODE_ERRORS as error:
                refuse(error, data, self, ["id"])
            return self


class AddBook(GeneratedRequest[AddBookData]):
    """Add a book; the default author is Jane Austen."""

    __slots__ = ()

    Data: TypeAlias = AddBookData
    TEXT = (
        "mutation AddBook($title: String!, $author: String, $year: Int!) {\n"
        "  addBook(title: $title, author: $author, year: $year) {\n"
        "    id\n"
        "  }\n"
        "}"
    )

    def __init__(
        self,
        *,
        title: str,
        author: str | None | Unset = UNSET,
        year: int,
    ) -> None:
        super().__init__(self.TEXT, AddBookData, variables({"title": title, "author": author, "year": year}), "AddBook")
