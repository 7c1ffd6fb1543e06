"""Requests that know the class of the field that they ask for."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from syncgql import Client, DocumentError, ResultError, TransportQueryError, TypedRequest, TypedResult, Variable
from syncgql.testing import GraphQLMock
from tests.fix_servers import PATIENCE, Server


@dataclass
class Book:
    """A book of the servers."""

    title: str


@pytest.fixture
def client(any_server: Server) -> Iterator[Client]:
    with Client(any_server.url) as client:
        yield client


def test_requests_results_and_documents_are_typed(client: Client) -> None:
    """This applies to each form in which an operation can be executed."""
    request = client.query.book.request(Book, id=1)
    assert isinstance(request, TypedRequest)
    assert client.execute(request) == Book("Emma")
    assert client.execute(pickle.loads(pickle.dumps(request))) == Book("Emma")
    assert client.execute(request.replaced({"id": "2"})) == Book("Ubik")
    result = client.query.book.result(Book, id=1)
    assert isinstance(result, TypedResult)
    assert result.data == Book("Emma")
    find = client.query.book.document(Book, id=Variable("id"))
    assert [find(id=1), find.result(id=2).data] == [Book("Emma"), Book("Ubik")]
    assert client.mutation.add_book(Book, title="Kim") == Book("Kim")


def test_an_answer_that_does_not_fit_is_refused(client: Client) -> None:
    """The error has the path; null fits only a type that allows it."""
    with pytest.raises(ResultError) as caught:
        client.query.book(Book, id="3000")
    assert caught.value.path == ("book",)


def test_a_class_for_a_list(client: Client) -> None:
    """The message says what to pass, before anything is sent."""
    with pytest.raises(DocumentError, match=r"books is a list: \[Book!\]!\. Pass list\[Book\]\."):
        client.query.books(Book)


def test_errors_come_before_decoding() -> None:
    """Errors of a response are raised, with its data."""
    with GraphQLMock() as mock, Client("https://example.com/graphql", schema=BOOK) as client:
        mock.add("book", data={"book": None}, errors=["There is no book."])
        with pytest.raises(TransportQueryError, match="There is no book") as caught:
            client.query.book(Book)
    assert caught.value.data == {"book": None}


BOOK = "type Query { book: Book } type Book { title: String! }"


@dataclass
class Review:
    """A class with a field that has the name of the operation."""

    book: str


def test_the_member_is_that_of_the_operation() -> None:
    """This holds even if the class has a field of that name."""
    schema = "type Query { book: Review } type Review { book: String } type Subscription { book: Review }"
    with GraphQLMock() as mock, Client("https://example.com/graphql", schema=schema) as client:
        mock.add("book", data={"book": {"book": "Emma"}})
        assert client.query.book(Review) == Review("Emma")


def test_events_are_typed(strawberry_server: Server) -> None:
    """A subscription yields instances, or typed results."""
    with Client(strawberry_server.url) as client, client.subscription.book_added(Book) as books:
        strawberry_server.wait_for("subscription_started", name="bookAdded")
        client.mutation.add_book("title", title="Kim")
        assert books.next(timeout=PATIENCE) == Book("Kim")
        results: Any = client.subscription.book_added.result(Book)
        with results:
            client.mutation.add_book("title", title="Lolita")
            assert results.next(timeout=PATIENCE).data == Book("Lolita")
