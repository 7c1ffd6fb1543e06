"""The selection that a class needs, and results that are instances of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, TypedDict

import attrs
import msgspec
import pydantic
import pytest
import strawberry

from syncgql import Client, DocumentError, Field, Fields, LocalSchemaTransport, ResultError
from tests.fix_servers import Server
from tests.schemas import sdl_of


@dataclass
class DataBook:
    """A dataclass."""

    id: str
    title: str


class StructBook(msgspec.Struct):
    """A struct of msgspec."""

    id: str
    title: str


class ModelBook(pydantic.BaseModel):
    """A model of pydantic."""

    id: str
    name: str = pydantic.Field(alias="title")


class DictBook(TypedDict):
    """A typed dict."""

    id: str
    title: str


class TupleBook(NamedTuple):
    """A named tuple."""

    id: str
    title: str


@attrs.define
class AttrsBook:
    """A class of attrs."""

    id: str
    title: str


@pytest.mark.parametrize(
    ("kind", "emma"),
    [
        (DataBook, DataBook("1", "Emma")),
        (StructBook, StructBook("1", "Emma")),
        (ModelBook, ModelBook(id="1", title="Emma")),
        (DictBook, {"id": "1", "title": "Emma"}),
        (TupleBook, TupleBook("1", "Emma")),
        (AttrsBook, AttrsBook("1", "Emma")),
    ],
)
def test_the_result_is_an_instance_of_the_class(any_server: Server, kind: Any, emma: Any) -> None:
    """Only the fields of the class are selected; lists and optional types are accepted, too."""
    with Client(any_server.url) as client:
        assert client.query.book(kind, id="1") == emma
        assert client.query.books(list[kind])[0] == emma
        assert client.query.book(kind | None, id="3000") is None
        assert "author" not in client.query.book.request(kind, id="1").text
        with pytest.raises(ResultError):
            client.query.book(kind, id="3000")


# A schema with a union, an interface and a type that contains itself.


@strawberry.interface
class Work:
    id: strawberry.ID
    title: str


@strawberry.type
class Person:
    full_name: str

    @strawberry.field
    def teacher(self) -> Person | None:
        return Person(full_name="Ada") if self.full_name == "Bea" else Person(full_name="Bea")

    @strawberry.field
    def pupils(self, first: int) -> list[Person]:
        return [Person(full_name=f"Pupil {number}") for number in range(first)]


@strawberry.type
class Book(Work):
    author: Person


@strawberry.type
class Film(Work):
    minutes: int


@strawberry.type
class Query:
    @strawberry.field
    def works(self) -> list[Work]:
        return [
            Book(id=strawberry.ID("1"), title="Emma", author=Person(full_name="Bea")),
            Film(id=strawberry.ID("2"), title="Ubik", minutes=90),
        ]

    @strawberry.field
    def person(self) -> Person:
        return Person(full_name="Cy")


SCHEMA = strawberry.Schema(Query, types=[Book, Film])


@pytest.fixture
def client() -> Iterator[Client]:
    with Client(transport=LocalSchemaTransport(SCHEMA), schema=str(SCHEMA)) as client:
        yield client


@dataclass
class Reader:
    """A class that contains itself."""

    full_name: str
    teacher: Reader | None = None


def test_a_class_that_contains_itself_is_cut(client: Client) -> None:
    """The innermost has the default; the depth counts from the outermost."""
    assert client.query.person(Reader) == Reader("Cy", Reader("Bea"))
    request = client.query.person.request(Fields.of(Reader, depth=3))
    assert request.text.count("fullName") == 3
    assert client.query.person.request(Fields.of(Reader, depth=1)).text.count("fullName") == 1


@dataclass
class Pupil:
    """A class whose innermost instance could not be made."""

    full_name: str
    teacher: Pupil | None


def test_a_class_without_a_default_where_it_is_cut_is_refused(client: Client) -> None:
    """Nothing is sent that could not be decoded."""
    with pytest.raises(DocumentError, match=r"Pupil contains itself.*'teacher' has no default.*depth=3") as caught:
        client.query.person(Pupil)
    assert caught.value.path == "person.teacher.teacher"


class Members:
    """Classes named like the types of the union."""

    @dataclass
    class Book:
        """One member, with an object in it."""

        title: str
        author: Reader

    @dataclass
    class Film:
        """Another."""

        minutes: int

    @dataclass
    class Other:
        """All other types."""

        title: str
        typename: str = field(default="")


def test_a_union_of_classes_is_selected_by_inline_fragments(client: Client) -> None:
    """Each object becomes an instance of the class of its type."""
    works = client.query.works(list[Members.Book | Members.Film])
    assert works == [Members.Book("Emma", Reader("Bea", Reader("Ada"))), Members.Film(90)]


def test_one_class_may_represent_all_other_types(client: Client) -> None:
    """Its field for __typename is a str."""
    works = client.query.works(list[Members.Film | Members.Other])
    assert works == [Members.Other("Emma", "Book"), Members.Film(90)]


class TaggedBook(msgspec.Struct, tag="Book"):
    """A struct of a union, which msgspec finds under the key "type"."""

    title: str


class TaggedFilm(msgspec.Struct, tag="Film"):
    """The other one."""

    minutes: int


class LiteralBook(pydantic.BaseModel):
    """A model of a union."""

    typename: Literal["Book"] = pydantic.Field(alias="__typename")
    title: str


class LiteralFilm(pydantic.BaseModel):
    """The other one."""

    typename: Literal["Film"] = pydantic.Field(alias="__typename")
    minutes: int


@pytest.mark.parametrize("union", [TaggedBook | TaggedFilm, LiteralBook | LiteralFilm])
def test_unions_of_the_libraries(client: Client, union: Any) -> None:
    """Msgspec has a tag, and pydantic an alias of the field."""
    book, film = client.query.works(list[union])
    assert (book.title, film.minutes) == ("Emma", 90)


@dataclass
class Teacher:
    """A class with a field that needs an argument."""

    full_name: str
    pupils: list[Reader]


def test_fields_are_added_and_subtracted(client: Client) -> None:
    """Arguments are added explicitly, and the class selects the fields of the object."""
    with pytest.raises(DocumentError, match=r"Person\.pupils needs the argument first"):
        client.query.person(Teacher)
    fields = Fields.of(Teacher) + Field("pupils", first=1)
    assert client.query.person(fields - "pupils.teacher") == {
        "fullName": "Cy",
        "pupils": [{"fullName": "Pupil 0"}],
    }


@dataclass
class Misspelled:
    """A class with a field that the schema does not have."""

    full_nam: str


def test_a_field_that_the_schema_lacks_is_named(client: Client) -> None:
    """The error suggests a similar name, before anything is sent."""
    with pytest.raises(DocumentError, match=r"person\.fullNam: Person has no field 'fullNam'. Did you mean 'fullName'"):
        client.query.person(Misspelled)


class Snake(msgspec.Struct):
    """A struct that msgspec decodes under the names of its attributes."""

    published_year: int
    printed_at: str
    extra: dict[str, Any]


def test_names_that_only_the_class_has_are_aliases() -> None:
    """The decoder of the library finds the values under the names of the class."""
    client = Client("http://127.0.0.1:9/graphql", schema=sdl_of("library"))
    lines = client.query.book.request(Snake, id=1).text.split()
    assert " ".join(lines[6:]) == "{ published_year: publishedYear printed_at: printedAt extra } }"


@pytest.mark.parametrize("kind", [int, list[str], dict[str, DataBook], int | None])
def test_a_type_without_fields_is_not_a_selection(kind: Any) -> None:
    """The message says what may be given."""
    with pytest.raises(DocumentError, match="is not a selection; pass a dataclass"):
        Fields.of(kind)


def test_selections_of_classes_compare_by_value() -> None:
    """A class is its selection, also within others."""
    assert Fields.of(DataBook) == Fields(DataBook) == Fields(DataBook) + DataBook
    assert Fields.of(DataBook) != Fields.of(DataBook, depth=3)
    assert Fields(works=list[Members.Book]) == Fields(Field("works", fields=Fields.of(list[Members.Book])))
    assert repr(Fields.of(DataBook) - "id") == "Fields(Fields.of(DataBook, depth=2) - Field('id'))"
    with pytest.raises(DocumentError, match="must be at least 1"):
        Fields.of(DataBook, depth=0)
