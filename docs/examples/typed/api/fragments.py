# Written by syncgql codegen 0.2.0. Do not edit: changes are overwritten.
# Source: fragments
# sha256: a5b86f1ebb8c8d37

from __future__ import annotations

from typing import Any

from syncgql.typed.generated import DECODE_ERRORS, Model, new, refuse, wrong


class Entry(Model):
    __slots__ = __match_args__ = ("title", "author", "year")

    title: str
    author: str
    year: int

    def __init__(
        self,
        *,
        title: str,
        author: str,
        year: int,
    ) -> None:
        self.title = title
        self.author = author
        self.year = year

    @classmethod
    def from_data(cls, data: Any) -> Entry:
        self = new(cls)
        try:
            self.title = v0 if type(v0 := data["title"]) is str else wrong("str", v0)
            self.author = v0 if type(v0 := data["author"]) is str else wrong("str", v0)
            self.year = v0 if type(v0 := data["year"]) is int else wrong("int", v0)
        except DECODE_ERRORS as error:
            refuse(error, data, self, ["title", "author", "year"])
        return self
