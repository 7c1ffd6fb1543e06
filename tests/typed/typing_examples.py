"""What type checkers infer from typed requests. ``test_typing.py`` runs mypy and pyright on this file.

An error that must be found has a comment for each checker, and both report a comment without its error.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, NamedTuple, TypedDict

from typing_extensions import assert_type

from syncgql import (
    Client,
    ExecutionResult,
    FailedRequest,
    Field,
    Fields,
    Fragment,
    GraphQLRequest,
    IncrementalResult,
    OffsetPagination,
    Page,
    Pages,
    RetryPolicy,
    Subscription,
    SyncGQLError,
    TransportError,
    TypedRequest,
    TypedResult,
    Variable,
    merge,
)
from syncgql.operations.prepared_document import PreparedDocument


@dataclass
class Book:
    """A dataclass."""

    title: str


class Row(TypedDict):
    """A typed dict."""

    title: str


class Point(NamedTuple):
    """A named tuple."""

    title: str


@dataclass
class Books:
    """A connection."""

    nodes: list[Book | None]


@dataclass
class Library:
    """The data of a response, with a connection."""

    books: Books


def results(client: Client) -> None:
    """Each method of a client infers the class."""
    request = TypedRequest("{ book { title } }", Book, {"id": "1"})
    assert_type(request, TypedRequest[Book])
    assert_type(client.execute(request), Book)
    assert_type(client.execute(request, {"id": "2"}, timeout=3), Book)
    assert_type(client.execute_result(request), TypedResult[Book])
    assert_type(client.execute_result(request).data, Book | None)
    assert_type(client.submit(request), Future[Book])
    assert_type(client.subscribe(request), Subscription[Book])
    assert_type(client.subscribe_results(request), Subscription[TypedResult[Book]])
    assert_type(client.stream(request), Subscription[Book])
    assert_type(client.execute_batch([request]), list[Book])
    assert_type(client.execute_batch_results([request]), list[TypedResult[Book] | TransportError])
    for book in client.execute_many(request, [{"id": "1"}], concurrency=2):
        assert_type(book, Book)
    for book in client.execute_many([request, request]):
        assert_type(book, Book)
    for book in client.poll(request, interval=1, until=lambda answer: answer.title == "Emma"):
        assert_type(book, Book)
    for event in client.subscribe(request, buffer_size=10):
        assert_type(event.title, str)


def kinds(client: Client) -> None:
    """Whatever kind of class it is, and for lists."""
    assert_type(client.execute(TypedRequest("{ book { title } }", Row))["title"], str)
    assert_type(client.execute(TypedRequest("{ book { title } }", Point)).title, str)
    assert_type(client.execute(TypedRequest("{ books { title } }", list[Book])), list[Book])


def others(client: Client, requests: Sequence[str]) -> None:
    """Other requests return dicts, as before."""
    assert_type(client.execute("{ hello }"), dict[str, Any])
    assert_type(client.execute_result("{ hello }"), ExecutionResult)
    assert_type(client.submit("{ hello }"), Future[dict[str, Any]])
    assert_type(client.execute_batch(requests), list[dict[str, Any]])
    assert_type(client.subscribe("subscription { count }"), Subscription[dict[str, Any]])


def pages(client: Client) -> Iterator[Book]:
    """The nodes of a connection have the type that its class declares; those of other lists are not decoded."""
    request = TypedRequest("{ books { nodes { title } pageInfo { hasNextPage endCursor } } }", Books)
    pages = client.paginate(request, page_size=100, prefetch=2)
    assert_type(pages, Pages[Book])
    for book in pages:
        assert_type(book, Book)
    for page in pages.pages():
        assert_type(page, Page)
    assert_type(client.paginate("{ books { nodes { title } } }"), Pages[Any])
    assert_type(client.paginate(request, path="books"), Pages[Any])
    books = TypedRequest("query ($offset: Int) { books(offset: $offset) { title } }", list[Book])
    assert_type(client.paginate(books, pagination=OffsetPagination()), Pages[Any])
    # The class of the whole data does not say which of its fields is the connection.
    yield from client.paginate(TypedRequest("{ books { nodes { title } } }", Library))


def bulk(client: Client) -> None:
    """Failed requests and subscriptions of different types can be told apart."""
    request = TypedRequest("query ($id: ID!) { book(id: $id) { title } }", Book)
    for item in client.execute_many(request, [{"id": "1"}], on_error="return"):
        if isinstance(item, FailedRequest):
            assert_type(item.error, SyncGQLError)
            continue
        assert_type(item.title, str)
    books, rows = client.subscribe(request), client.subscribe(TypedRequest("subscription { row }", Row))
    for subscription, _event in merge(books, client.subscribe(request)):
        assert_type(subscription, Subscription[Book])
    for source, _event in merge(books, rows):
        assert_type(source is rows, bool)


def streams(client: Client) -> None:
    """Responses in parts, and the methods of subscriptions."""
    request = TypedRequest("{ book { title } }", Book)
    for part in client.stream_results(request):
        assert_type(part, IncrementalResult)
    with client.stream(request) as stream:
        assert_type(stream.next(timeout=3), Book)
    with client.subscribe(request) as books:
        assert_type(books.next(), Book)
        assert_type(next(books), Book)
    for result in client.subscribe_results(request):
        assert_type(result.data, Book | None)


def documents(client: Client) -> None:
    """Documents from Python are requests and documents of known types; their results depend on the schema."""
    fields = Fields.of(list[Book]) + Field("reviews", first=5) - "title"
    assert_type(fields, Fields)
    parts = Fragment("BookParts", on="Book", fields=fields)
    find = client.query.book.document(parts, id=Variable("id"))
    assert_type(find, PreparedDocument)
    assert_type(find.request(id="1"), GraphQLRequest)
    assert_type(find.text, str)
    assert_type(client.query.document(Field("book", id=Variable("id"), fields=["title", parts])), PreparedDocument)
    assert_type(client.query.book.request({"title": True, "author": ["name"]}, id="1"), GraphQLRequest)
    assert_type(client.execute(find.request(id="1")), dict[str, Any])
    book: Book = client.query.book(Book, id="1")
    assert_type(book.title, str)
    rows: list[Row] = client.query.with_options(timeout=3).rows(list[Row])
    assert_type(rows[0]["title"], str)
    # The result of a field may be null, or an iterator for a subscription, which the schema decides.
    assert_type(client.query.book(Book, id="1"), Any)
    assert_type(client.query.books.paginate("nodes { title }", first=100), Pages[Any])


def mistakes(client: Client) -> None:
    """What must be found."""
    book = client.execute(TypedRequest("{ book { title } }", Book))
    book.titel  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]  # noqa: B018
    book["title"]  # type: ignore[index]  # pyright: ignore[reportIndexIssue]
    client.execute(TypedRequest("{ a }", Book), timeot=3)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    TypedRequest("{ a }")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    for node in client.paginate(TypedRequest("{ books { nodes { title } } }", Books)):
        node.titel  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]  # noqa: B018
    client.paginate("{ a }", page_sise=3)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    Client("https://example.com", reconect=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    RetryPolicy(max_attempts=3)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    client.query.document("a").variables["id"] = "ID"  # type: ignore[index]  # pyright: ignore[reportIndexIssue]
    merge("a")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
