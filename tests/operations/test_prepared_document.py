"""Documents that are built once and executed with different variables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from syncgql import UNSET, Client, DocumentError, Field, TransportQueryError, Variable
from tests.fix_servers import Server
from tests.schemas import sdl_of


@pytest.fixture
def client(any_server: Server) -> Iterator[Client]:
    with Client(any_server.url) as client:
        yield client


def test_one_document_serves_many_calls(client: Client) -> None:
    """A document of one field returns its value, and one of several their data."""
    find = client.query.book.document("title", id=Variable("id"))
    assert [find(id=number) for number in (1, "2")] == [{"title": "Emma"}, {"title": "Ubik"}]
    both = client.query.document(
        Field("book", id=Variable("id"), fields="title"), greeting=Field("hello", name=Variable("name", default="you"))
    )
    assert both(id=1) == {"book": {"title": "Emma"}, "greeting": "Hello you!"}
    assert both(id=2, name="me") == {"book": {"title": "Ubik"}, "greeting": "Hello me!"}
    assert client.mutation.add_book.document("title", title=Variable("title"))(title="Kim") == {"title": "Kim"}


def test_a_subscription_is_a_document_like_others(client: Client) -> None:
    """Calling it subscribes."""
    count = client.subscription.count.document(to=Variable("last"))
    with count(last=3) as numbers:
        assert list(numbers) == [1, 2, 3]
    assert [result.data for result in count.result(last=1)] == [{"count": 1}]
    assert list(client.subscription.document(Field("count", to=Variable("to")))(to=1)) == [{"count": 1}]


def test_whole_results_and_requests(client: Client) -> None:
    """The options of execute() can be used with a request."""
    find = client.query.book.document("title", id=Variable("id"))
    assert find.result(id=1).data == {"book": {"title": "Emma"}}
    assert client.execute(find.request(id=1), timeout=20) == {"book": {"title": "Emma"}}
    assert [data["book"] for data in client.execute_many(find.request(id=n) for n in (1, 2))] == [
        {"title": "Emma"}, {"title": "Ubik"}
    ]  # fmt: skip
    fail = client.query.fail.document(message=Variable("why"))
    assert fail.result(why="Too late").errors[0]["message"] == "Too late"
    with pytest.raises(TransportQueryError, match="Too late"):
        fail(why="Too late")


def test_options_are_those_of_the_operations(strawberry_server: Server) -> None:
    """A document keeps the options with which it was made."""
    with Client(strawberry_server.url) as client:
        header = client.query.with_options(headers={"X-Tenant": "7"}, operation_name="Tenant").header
        document = header.document(name=Variable("name"))
        assert document.text.startswith("query Tenant($name: String!)")
        assert document(name="X-Tenant") == "7"


@pytest.fixture
def library() -> Client:
    return Client("http://127.0.0.1:9/graphql", schema=sdl_of("library"))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "variables.id: the variable id: ID! needs a value"),
        ({"id": UNSET}, "variables.id: the variable id: ID! needs a value"),
        ({"id": None}, "variables.id: ID! must not be null"),
        ({"id": 1, "gender": "POEM"}, "variables.gender: the document has no variable 'gender'. Did you mean 'genre'"),
        ({"id": 1, "x": 1}, "no variable 'x'. It has 'genre', 'id'"),
        ({"id": 1, "genre": "SONG"}, "variables.genre: the enum Genre does not have this value"),
    ],
)
def test_values_are_checked_before_anything_is_sent(library: Client, given: dict[str, Any], message: str) -> None:
    """Unknown names, missing values and values that do not fit raise an error."""
    find = library.query.book.document("title", id=Variable("id"), genre=Variable("genre"))
    with pytest.raises(DocumentError, match=message):
        find(**given)


def test_the_document_shows_itself(library: Client) -> None:
    """Its text, its variables and the operation."""
    find = library.query.book.document("title", id=Variable("id"), genre=Variable("genre", default="POEM"))
    assert find.variables == {"genre": "Genre", "id": "ID!"}
    assert repr(find) == ("<query document($genre: Genre, $id: ID!): query book($genre: Genre = POEM, $id: ID!)>")
    assert find.request(id=1).variable_values == {"id": "1"}


def test_names_are_found_without_underscores(library: Client) -> None:
    """This applies to arguments, too."""
    document = library.query.book.document("title", id=Variable("bookId"))
    assert document.request(book_id=1).variable_values == {"bookId": "1"}


def test_a_field_called_document_is_found_in_brackets() -> None:
    """The message explains it."""
    client = Client("http://127.0.0.1:9/graphql", schema="type Query { document(id: ID!): String }")
    assert client.query["document"].request(id=1).variable_values == {"id": "1"}
    with pytest.raises(DocumentError, match=r"client\.query\['document'\]"):
        client.query.document(id="1")
