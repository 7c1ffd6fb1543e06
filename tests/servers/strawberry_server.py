"""A Strawberry server for the tests: HTTP and both WebSocket subprotocols, on every path."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncGenerator
from typing import Any

import strawberry
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send
from strawberry.asgi import GraphQL
from strawberry.exceptions import ConnectionRejectionError
from strawberry.file_uploads import Upload
from strawberry.schema.config import StrawberryConfig
from strawberry.types import Info

from syncgql.cli.demo.serving import serve

from .log import Log
from .observer import Observer

log = Log()


@strawberry.type
class Book:
    id: strawberry.ID
    title: str
    author: str


books = [
    Book(id=strawberry.ID("1"), title="Emma", author="Jane Austen"),
    Book(id=strawberry.ID("2"), title="Ubik", author="Philip K. Dick"),
]
readers: set[asyncio.Queue[Book]] = set()


@strawberry.type
class UploadedFile:
    """The received part of a file."""

    filename: str
    content_type: str
    size: int
    sha256: str


@strawberry.input
class Folder:
    files: list[Upload]
    inner: Folder | None = None


async def describe(file: Any) -> UploadedFile:
    content = await file.read()
    return UploadedFile(
        filename=file.filename,
        content_type=file.content_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
    )


@strawberry.type
class Query:
    @strawberry.field
    def books(self) -> list[Book]:
        return books

    @strawberry.field
    def book(self, id: strawberry.ID) -> Book | None:
        return next((book for book in books if book.id == id), None)

    @strawberry.field
    def hello(self, name: str = "world") -> str:
        return f"Hello {name}!"

    @strawberry.field
    def header(self, info: Info[Any, Any], name: str) -> str | None:
        """A header of the request, or of the WebSocket's upgrade."""
        value: str | None = info.context["request"].headers.get(name)
        return value

    @strawberry.field
    def whoami(self, info: Info[Any, Any]) -> str | None:
        return whoami(info)

    @strawberry.field
    async def sleep(self, seconds: float) -> float:
        """Responds after the given seconds; its start and its cancellation are logged."""
        log.add("sleep_started", seconds=seconds)
        try:
            await asyncio.sleep(seconds)
        except asyncio.CancelledError:
            log.add("sleep_cancelled", seconds=seconds)
            raise
        return seconds

    @strawberry.field
    def large(self, size: int) -> str:
        return "x" * size

    @strawberry.field
    def fail(self, message: str = "It failed") -> str | None:
        """Fails; the rest of the response is returned."""
        raise RuntimeError(message)

    @strawberry.field
    def fail_all(self, message: str = "It failed") -> str:
        """Fails, and makes the whole response fail."""
        raise RuntimeError(message)


@strawberry.type
class Mutation:
    @strawberry.mutation
    def add_book(self, title: str, author: str = "Anonymous") -> Book:
        book = Book(id=strawberry.ID(str(len(books) + 1)), title=title, author=author)
        books.append(book)
        for reader in readers:
            reader.put_nowait(book)
        return book

    @strawberry.mutation
    async def upload(self, file: Upload) -> UploadedFile:
        return await describe(file)

    @strawberry.mutation
    async def upload_all(self, files: list[Upload]) -> list[UploadedFile]:
        return [await describe(file) for file in files]

    @strawberry.mutation
    async def upload_folder(self, folder: Folder) -> list[UploadedFile]:
        """The files in a folder and its subfolder."""
        inner = folder.inner.files if folder.inner else []
        return [await describe(file) for file in [*folder.files, *inner]]


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def book_added(self) -> AsyncGenerator[Book, None]:
        """All books that are added from now on; the start of listening is logged."""
        reader: asyncio.Queue[Book] = asyncio.Queue()
        readers.add(reader)
        log.add("subscription_started", name="bookAdded")
        try:
            while True:
                yield await reader.get()
        finally:
            readers.discard(reader)
            log.add("subscription_ended", name="bookAdded")

    @strawberry.subscription
    async def count(self, to: int = 1_000_000_000, delay: float = 0) -> AsyncGenerator[int, None]:
        """Counts from 1, with a pause of ``delay`` seconds before each number."""
        log.add("subscription_started", name="count")
        number = 0
        try:
            for number in range(1, to + 1):
                await asyncio.sleep(delay)
                yield number
        finally:
            log.add("subscription_ended", name="count", number=number)

    @strawberry.subscription
    async def fail_after(self, count: int) -> AsyncGenerator[int, None]:
        """Counts from 1 and then fails."""
        for number in range(1, count + 1):
            yield number
        raise RuntimeError(f"It failed after {count}")

    @strawberry.subscription
    async def whoami(self, info: Info[Any, Any]) -> AsyncGenerator[str | None, None]:
        yield whoami(info)


def whoami(info: Info[Any, Any]) -> str | None:
    """The user in ``connection_init``, or in the Authorization header."""
    parameters = info.context.get("connection_params") or {}
    user: str | None = parameters.get("user") or info.context["request"].headers.get("authorization")
    return user


class App(GraphQL[Any, Any]):
    """Refuses a connection whose ``connection_init`` is ``{"refuse": true}``, and at ``/only/TOKEN`` other tokens."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        _, _, token = scope["path"].partition("/only/")
        if token and Headers(scope=scope).get("authorization") != f"Bearer {token}":
            await Request(scope, receive).body()
            await PlainTextResponse("The token has expired.", 401)(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)

    async def on_ws_connect(self, context: Any) -> None:
        if context["connection_params"].get("refuse"):
            raise ConnectionRejectionError
        return


config = StrawberryConfig(batching_config={"max_operations": 10})
schema = strawberry.Schema(Query, Mutation, Subscription, config=config)
app = App(
    schema,
    multipart_uploads_enabled=True,
    max_subscriptions_per_connection=None,
)

if __name__ == "__main__":
    serve(Observer(app, log))
