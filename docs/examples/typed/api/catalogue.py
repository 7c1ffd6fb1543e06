# Written by syncgql codegen 0.2.0.dev0. Do not edit: changes are overwritten.
# Source: catalogue.graphql
# sha256: 181851068d7aedac

from __future__ import annotations

from typing import Any

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


class Catalogue(GeneratedRequest["Catalogue.Data"]):
    """All books, oldest entry first."""

    __slots__ = ()

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
        super().__init__(self.TEXT, Catalogue.Data, {}, "Catalogue")

    class Data(Model):
        """``Catalogue.Data``.

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
        def from_data(cls, data: Any) -> Catalogue.Data:
            self = new(cls)
            try:
                self.books = decode_items(fragments.Entry.from_data, data["books"])
            except DECODE_ERRORS as error:
                refuse(error, data, self, ["books"])
            return self


class FindBook(GeneratedRequest["FindBook.Data"]):
    """The book with this id; an error if there is none."""

    __slots__ = ()

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
        super().__init__(self.TEXT, FindBook.Data, variables({"id": id}), "FindBook")

    class Data(Model):
        """``FindBook.Data``.

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
        def from_data(cls, data: Any) -> FindBook.Data:
            self = new(cls)
            try:
                self.book = None if (v0 := data["book"]) is None else fragments.Entry.from_data(v0)
            except DECODE_ERRORS as error:
                refuse(error, data, self, ["book"])
            return self


class AddBook(GeneratedRequest["AddBook.Data"]):
    """Add a book; the default author is Jane Austen."""

    __slots__ = ()

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
        super().__init__(
            self.TEXT, AddBook.Data, variables({"title": title, "author": author, "year": year}), "AddBook"
        )

    class Data(Model):
        """``AddBook.Data``.

        Attributes:
            add_book: Add a book; the default author is Jane Austen.
        """

        __slots__ = __match_args__ = ("add_book",)

        add_book: AddBook.Data.AddBook_

        def __init__(
            self,
            *,
            add_book: AddBook.Data.AddBook_,
        ) -> None:
            self.add_book = add_book

        @classmethod
        def from_data(cls, data: Any) -> AddBook.Data:
            self = new(cls)
            try:
                self.add_book = cls.AddBook_.from_data(data["addBook"])
            except DECODE_ERRORS as error:
                refuse(error, data, self, ["addBook"])
            return self

        class AddBook_(Model):
            __slots__ = __match_args__ = ("id",)

            id: str

            def __init__(
                self,
                *,
                id: str,
            ) -> None:
                self.id = id

            @classmethod
            def from_data(cls, data: Any) -> AddBook.Data.AddBook_:
                self = new(cls)
                try:
                    self.id = v0 if type(v0 := data["id"]) is str else wrong("str", v0)
                except DECODE_ERRORS as error:
                    refuse(error, data, self, ["id"])
                return self
