"""What type checkers infer from typed requests. ``test_typing.py`` runs mypy and pyright on this file.

An error that must be found has a comment for each checker, and both report a comment without its error.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, NamedTuple, TypedDict

from typing_extensions import assert_type

from syncgql import Client, ExecutionResult, Subscription, TransportError, TypedRequest, TypedResult


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


def mistakes(client: Client) -> None:
    """What must be found."""
    book = client.execute(TypedRequest("{ book { title } }", Book))
    book.titel  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]  # noqa: B018
    book["title"]  # type: ignore[index]  # pyright: ignore[reportIndexIssue]
    client.execute(TypedRequest("{ a }", Book), timeot=3)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    TypedRequest("{ a }")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
