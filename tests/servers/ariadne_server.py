"""An Ariadne server for the tests: HTTP and graphql-transport-ws on /graphql, HTTP and legacy graphql-ws on /legacy."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncGenerator
from typing import Any

from ariadne import MutationType, QueryType, SubscriptionType, make_executable_schema, upload_scalar
from ariadne.asgi import GraphQL
from ariadne.asgi.handlers import GraphQLTransportWSHandler, GraphQLWSHandler
from starlette.types import Receive, Scope, Send

from syncgql.cli.demo.serving import serve

from .log import Log
from .observer import Observer

log = Log()

SCHEMA = """
    type Book { id: ID! title: String! author: String! }

    type Query {
        books: [Book!]!
        book(id: ID!): Book
        hello(name: String! = "world"): String!
        header(name: String!): String
        sleep(seconds: Float!): Float!
        large(size: Int!): String!
        fail(message: String! = "It failed"): String
        failAll(message: String! = "It failed"): String!
    }

    scalar Upload

    type UploadedFile { filename: String! contentType: String! size: Int! sha256: String! }

    type Mutation {
        addBook(title: String!, author: String! = "Anonymous"): Book!
        upload(file: Upload!): UploadedFile!
        uploadAll(files: [Upload!]!): [UploadedFile!]!
    }

    type Subscription {
        "Every book that is added from now on; the log tells when it has begun to listen."
        bookAdded: Book!
        "Counts from 1, with a pause of so many seconds before each number."
        count(to: Int! = 1000000000, delay: Float! = 0): Int!
        "Counts from 1 and then fails."
        failAfter(count: Int!): Int!
    }
"""

Book = dict[str, str]

query = QueryType()
mutation = MutationType()
subscription = SubscriptionType()

books: list[Book] = [
    {"id": "1", "title": "Emma", "author": "Jane Austen"},
    {"id": "2", "title": "Ubik", "author": "Philip K. Dick"},
]
readers: set[asyncio.Queue[Book]] = set()


@query.field("books")
def resolve_books(root: Any, info: Any) -> list[Book]:
    return books


@query.field("book")
def resolve_book(root: Any, info: Any, id: str) -> Book | None:
    return next((book for book in books if book["id"] == id), None)


@query.field("hello")
def resolve_hello(root: Any, info: Any, name: str) -> str:
    return f"Hello {name}!"


@query.field("header")
def resolve_header(root: Any, info: Any, name: str) -> str | None:
    value: str | None = info.context["request"].headers.get(name)
    return value


@query.field("sleep")
async def resolve_sleep(root: Any, info: Any, seconds: float) -> float:
    log.add("sleep_started", seconds=seconds)
    try:
        await asyncio.sleep(seconds)
    except asyncio.CancelledError:
        log.add("sleep_cancelled", seconds=seconds)
        raise
    return seconds


@query.field("large")
def resolve_large(root: Any, info: Any, size: int) -> str:
    return "x" * size


@query.field("fail")
@query.field("failAll")
def resolve_fail(root: Any, info: Any, message: str) -> str:
    raise RuntimeError(message)


@mutation.field("addBook")
def resolve_add_book(root: Any, info: Any, title: str, author: str) -> Book:
    book = {"id": str(len(books) + 1), "title": title, "author": author}
    books.append(book)
    for reader in readers:
        reader.put_nowait(book)
    return book


@mutation.field("upload")
async def resolve_upload(root: Any, info: Any, file: Any) -> dict[str, Any]:
    content = await file.read()
    return {
        "filename": file.filename,
        "contentType": file.content_type,
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }


@mutation.field("uploadAll")
async def resolve_upload_all(root: Any, info: Any, files: list[Any]) -> list[dict[str, Any]]:
    return [await resolve_upload(root, info, file) for file in files]


@subscription.source("bookAdded")
async def listen_for_books(root: Any, info: Any) -> AsyncGenerator[Book, None]:
    reader: asyncio.Queue[Book] = asyncio.Queue()
    readers.add(reader)
    log.add("subscription_started", name="bookAdded")
    try:
        while True:
            yield await reader.get()
    finally:
        readers.discard(reader)
        log.add("subscription_ended", name="bookAdded")


@subscription.source("count")
async def count(root: Any, info: Any, to: int, delay: float) -> AsyncGenerator[int, None]:
    log.add("subscription_started", name="count")
    number = 0
    try:
        for number in range(1, to + 1):
            await asyncio.sleep(delay)
            yield number
    finally:
        log.add("subscription_ended", name="count", number=number)


@subscription.source("failAfter")
async def fail_after(root: Any, info: Any, count: int) -> AsyncGenerator[int, None]:
    for number in range(1, count + 1):
        yield number
    raise RuntimeError(f"It failed after {count}")


@subscription.field("bookAdded")
@subscription.field("count")
@subscription.field("failAfter")
def resolve_event(event: Any, info: Any, **arguments: Any) -> Any:
    return event


schema = make_executable_schema(SCHEMA, query, mutation, subscription, upload_scalar)

modern = GraphQL(schema, websocket_handler=GraphQLTransportWSHandler(), execute_get_queries=True)
legacy = GraphQL(schema, websocket_handler=GraphQLWSHandler())


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    await (legacy if scope["path"] == "/legacy" else modern)(scope, receive, send)


if __name__ == "__main__":
    serve(Observer(app, log))
