"""Typed requests in the methods of a client."""

from __future__ import annotations

import pickle
from dataclasses import dataclass

import pytest

from syncgql import Client, ExecutionResult, FailedRequest, ResultError, TransportQueryError, TypedRequest, TypedResult

from ..fix_servers import Server

BOOK = "query ($id: ID!) { book(id: $id) { title author } }"


@dataclass
class Book:
    """A book of the server's."""

    title: str
    author: str


@dataclass
class Broken:
    """A class that no book fits."""

    title: int


@dataclass
class Failing:
    """The data of a response with errors."""

    hello: str
    fail: str | None


EMMA = Book("Emma", "Jane Austen")


def test_execute(strawberry_server: Server) -> None:
    """The result is the class's instance; other arguments replace those of the request."""
    request = TypedRequest(BOOK, Book, {"id": "1"})
    with Client(strawberry_server.url) as client:
        assert client.execute(request) == EMMA
        assert client.execute(request, {"id": "2"}).title == "Ubik"
        assert client.submit(request).result() == EMMA


def test_execute_result(strawberry_server: Server) -> None:
    """The whole result has the decoded object beside the data."""
    with Client(strawberry_server.url) as client:
        result = client.execute_result(TypedRequest(BOOK, Book, {"id": "1"}))
    assert isinstance(result, TypedResult)
    assert result.data == EMMA
    assert result.data is result.data
    assert result.raw_data == {"book": {"title": "Emma", "author": "Jane Austen"}}
    assert (result.errors, result.has_data) == (None, True)
    assert result.response is not None
    assert result.response.status == 200


def test_errors_come_first(strawberry_server: Server) -> None:
    """Errors of the response are raised, with its data."""
    request = TypedRequest("{ hello fail }", Failing)
    with Client(strawberry_server.url) as client:
        with pytest.raises(TransportQueryError) as caught:
            client.execute(request)
        assert caught.value.data == {"hello": "Hello world!", "fail": None}
        result = client.execute_result(request)
    assert result.errors
    assert result.data == Failing("Hello world!", None)


def test_a_response_that_does_not_match(strawberry_server: Server) -> None:
    """The error has the path, and the other calls of the client continue."""
    request = TypedRequest(BOOK, Broken, {"id": "1"})
    with Client(strawberry_server.url) as client:
        with pytest.raises(ResultError) as caught:
            client.execute(request)
        assert (caught.value.path, caught.value.expected) == (("book", "title"), "int")
        with pytest.raises(ResultError):
            client.submit(request).result()
        result = client.execute_result(request)
        with pytest.raises(ResultError):
            result.data  # noqa: B018
        assert client.execute(TypedRequest(BOOK, Book, {"id": "1"})) == EMMA


def test_batches(strawberry_server: Server) -> None:
    """Each request has a type of its own, or none."""
    typed = TypedRequest(BOOK, Book, {"id": "1"})
    with Client(strawberry_server.url) as client:
        assert client.execute_batch([typed, "{ hello }"]) == [EMMA, {"hello": "Hello world!"}]
        results = client.execute_batch_results([typed, TypedRequest("{ fail }", dict)])
    first, second = results
    assert isinstance(first, TypedResult)
    assert isinstance(second, TypedResult)
    assert first.data == EMMA
    assert second.errors


def test_subscriptions(strawberry_server: Server) -> None:
    """Events are decoded when they are taken, errors of one event do not end the subscription."""
    with Client(strawberry_server.url) as client:
        assert list(client.subscribe(TypedRequest("subscription { count(to: 2) }", int))) == [1, 2]
        wrong = client.subscribe(TypedRequest("subscription { count(to: 2) }", str))
        for _ in range(2):
            with pytest.raises(ResultError, match="count: expected str, got"):
                next(wrong)
        assert list(wrong) == []
        results = list(client.subscribe_results(TypedRequest("subscription { count(to: 1) }", int)))
    assert [result.data for result in results] == [1]


def test_streams(strawberry_server: Server) -> None:
    """A response in one part is one result."""
    with Client(strawberry_server.url) as client:
        assert list(client.stream(TypedRequest(BOOK, Book, {"id": "1"}))) == [EMMA]


def test_many_and_again(strawberry_server: Server) -> None:
    """Each result is decoded; a mismatch is an error of its request."""
    request = TypedRequest(BOOK, Book)
    with Client(strawberry_server.url) as client:
        books = list(client.execute_many(request, [{"id": "1"}, {"id": "2"}]))
        assert [book.title for book in books] == ["Emma", "Ubik"]
        (failed,) = client.execute_many([TypedRequest(BOOK, Broken, {"id": "1"})], on_error="return")
        assert isinstance(failed, FailedRequest)
        assert isinstance(failed.error, ResultError)
        assert list(client.poll(request, {"id": "1"}, interval=0, until=lambda book: book.title == "Emma")) == [EMMA]


def test_copies_keep_their_type() -> None:
    """Pickled, and with other variables."""
    request = TypedRequest(BOOK, Book, {"id": "1"}, scalars={"DateTime": str})
    copy = pickle.loads(pickle.dumps(request))
    assert copy == request
    data = {"book": {"title": "Emma", "author": "Jane Austen"}}
    assert copy.decode(data) == request.replaced({"id": "2"}).decode(data) == EMMA
    assert request.replaced({"id": "2"}).variable_values == {"id": "2"}


def test_a_result_can_be_given_other_data() -> None:
    """Middleware may replace the data of results."""
    request = TypedRequest(BOOK, Book)
    result = TypedResult(request, ExecutionResult({"book": None}))
    changed = result.with_data({"book": {"title": "Emma", "author": "Jane Austen"}})
    assert changed.data == EMMA
    assert pickle.loads(pickle.dumps(changed)).data == EMMA
    assert "TypedResult(raw_data={'book': None}" in repr(result)


def test_mistakes_are_found_when_the_request_is_made() -> None:
    """They are raised before anything is sent."""
    with pytest.raises(TypeError, match="is not supported as the type of a result"):
        TypedRequest(BOOK, complex)
    with pytest.raises(TypeError, match="scalars"):
        TypedRequest(BOOK, Book, scalars=[str])  # type: ignore[arg-type]
