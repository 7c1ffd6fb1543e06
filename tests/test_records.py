"""Dataclasses and structs as variables and as input objects."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest

from syncgql import UNSET, Client, FileVar, GraphQLRequest, TypedRequest, Variable
from syncgql.protocol import json_codec
from syncgql.records import object_members, record_variables
from tests.fix_servers import Server
from tests.schemas import sdl_of


@dataclass
class Added:
    """The variables of a mutation."""

    book_title: str
    author: Any = UNSET


class AddedStruct(msgspec.Struct, rename="camel"):
    """The same as a struct."""

    book_title: str
    author: str | msgspec.UnsetType = msgspec.UNSET


ADD = 'mutation ($bookTitle: String!, $author: String! = "Anonymous") { addBook(title: $bookTitle, author: $author) '
ADD += "{ title author } }"


@pytest.fixture
def client(any_server: Server) -> Iterator[Client]:
    with Client(any_server.url) as client:
        yield client


@pytest.mark.parametrize("kind", [Added, AddedStruct])
def test_they_are_the_variables_of_a_call(client: Client, kind: Any) -> None:
    """Each method with variables accepts them; UNSET values are not sent."""
    kim = {"addBook": {"title": "Kim", "author": "Anonymous"}}
    assert client.execute(ADD, kind("Kim")) == kim
    assert client.execute(ADD, kind("Kim", "R. K."))["addBook"]["author"] == "R. K."
    assert client.execute_result(GraphQLRequest(ADD, kind("Kim"))).data == kim
    assert client.submit(ADD, kind("Kim")).result() == kim
    assert client.execute(TypedRequest(ADD, dict[str, Any], kind("Kim"))) == kim["addBook"]


@dataclass
class Count:
    """The variables of a subscription."""

    to: int


def test_they_are_the_variables_of_a_subscription_and_of_a_document(client: Client) -> None:
    """Keywords take precedence over them, and a dict serves as well."""
    assert len(list(client.subscribe("subscription ($to: Int!) { count(to: $to) }", Count(2)))) == 2
    count = client.subscription.count.document(to=Variable("to"))
    assert [list(count(values)) for values in (Count(2), {"to": 1})] == [[1, 2], [1]]
    assert list(count(Count(2), to=1)) == [1]
    with pytest.raises(TypeError, match=r"must be a dict, a dataclass or a msgspec\.Struct, not int"):
        count(3)  # type: ignore[arg-type]


def test_fields_have_the_names_of_variables() -> None:
    """A variable with the same spelling is preferred to one that differs in case and underscores."""
    assert record_variables(Added("Kim", "R. K."), ADD) == {"bookTitle": "Kim", "author": "R. K."}
    both = "query ($book_title: String, $bookTitle: String) { a }"
    assert record_variables(Added("Kim", 1), both) == {"book_title": "Kim", "author": 1}
    assert record_variables(3, ADD) is None


def test_a_class_is_not_a_value() -> None:
    """The message has the accepted types of variables."""
    for wrong in (Added, AddedStruct, "Kim", 3):
        with pytest.raises(TypeError, match="variable_values must be a mapping, such as a dict, a data"):
            GraphQLRequest(ADD, wrong)  # type: ignore[arg-type]
        assert object_members(wrong) is None


class Tag(msgspec.Struct):
    """An input object."""

    name: str
    weights: list[int] | msgspec.UnsetType = msgspec.UNSET


class BookInput(msgspec.Struct, rename={"published_year": "publishedYear"}, omit_defaults=True):
    """An input object with another in it."""

    title: str
    tags: list[Tag] = []
    published_year: int | None = None


def test_structs_are_input_objects() -> None:
    """This holds with and without a schema."""
    book = BookInput("Emma", [Tag("novel"), Tag("love", [1])])
    written = {"title": "Emma", "tags": [{"name": "novel"}, {"name": "love", "weights": [1]}], "publishedYear": None}
    assert msgspec.json.decode(json_codec.dumps({"input": book})) == {"input": written}
    client = Client("http://127.0.0.1:9/graphql", schema=sdl_of("library"))
    assert client.mutation.add_book.request("id", input=book).variable_values == {"input": written}


class Upload(msgspec.Struct):
    """The variables of an upload."""

    file: FileVar


def test_files_are_found_in_structs(client: Client) -> None:
    """They are uploaded like those in a dict."""
    text = "mutation ($file: Upload!) { upload(file: $file) { size } }"
    assert client.execute(text, Upload(FileVar(b"six666"))) == {"upload": {"size": 6}}
