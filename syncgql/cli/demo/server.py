"""The demo's GraphQL server, a small library written with Strawberry. Run it with ``syncgql demo --serve``."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import AsyncGenerator
from typing import cast

import strawberry
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.routing import Route, WebSocketRoute
from strawberry.asgi import GraphQL
from strawberry.file_uploads import Upload
from strawberry.schema.config import StrawberryConfig

from .middleware import Busy, Private, Tokens
from .serving import serve


@strawberry.type
class Book:
    """A book on the shelf."""

    id: strawberry.ID
    title: str
    author: str
    year: int


@strawberry.type
class UploadedFile:
    """The name and size of a received file."""

    filename: str
    size: int


@strawberry.type
class PageInfo:
    """Where a page ends; see https://relay.dev/graphql/connections.htm."""

    has_next_page: bool
    end_cursor: str | None


@strawberry.type
class BookConnection:
    """A page of the catalogue."""

    nodes: list[Book]
    page_info: PageInfo
    total_count: int


class Shelf:
    """The books, and the queues of the subscribers to new books."""

    def __init__(self) -> None:
        self.books: list[Book] = []
        self.readers: set[asyncio.Queue[Book]] = set()

    def add(self, title: str, author: str, year: int) -> Book:
        book = Book(id=strawberry.ID(str(len(self.books) + 1)), title=title, author=author, year=year)
        self.books.append(book)
        for reader in self.readers:
            reader.put_nowait(book)
        return book

    def find(self, id: str) -> Book:
        for book in self.books:
            if book.id == id:
                return book
        raise ValueError(f"There is no book {id}.")

    def page(self, first: int, after: int) -> BookConnection:
        nodes = self.books[after : after + max(first, 0)]
        end = after + len(nodes)
        page_info = PageInfo(has_next_page=end < len(self.books), end_cursor=str(end) if nodes else None)
        return BookConnection(nodes=nodes, page_info=page_info, total_count=len(self.books))


shelf = Shelf()
shelf.add("The Hitchhiker's Guide to the Galaxy", "Douglas Adams", 1979)
shelf.add("A Wizard of Earthsea", "Ursula K. Le Guin", 1968)
shelf.add("Ubik", "Philip K. Dick", 1969)
shelf.add("Kindred", "Octavia E. Butler", 1979)

tokens = Tokens()


@strawberry.type
class Query:
    """The root type of queries."""

    @strawberry.field(description="All books, oldest entry first.")
    def books(self) -> list[Book]:
        return shelf.books

    @strawberry.field(description="The book with this id; an error if there is none.")
    def book(self, id: strawberry.ID) -> Book | None:
        return shelf.find(id)

    @strawberry.field(description="A greeting.")
    def hello(self, name: str = "world") -> str:
        return f"Hello {name}!"

    @strawberry.field(description="All books in pages; a cursor is the number of books before it.")
    def catalogue(self, first: int = 10, after: str | None = None) -> BookConnection:
        return shelf.page(first, int(after or 0))


@strawberry.type
class Mutation:
    """The root type of mutations."""

    @strawberry.mutation(description="Add a book; the default author is Jane Austen.")
    def add_book(self, title: str, author: str = "Jane Austen", year: int = 1815) -> Book:
        return shelf.add(title, author, year)

    @strawberry.mutation(description="A token for the path /graphql/private, which expires after two requests.")
    def log_in(self) -> str:
        return tokens.issue()

    @strawberry.mutation(description="Count the bytes of a file and discard it.")
    async def upload(self, file: Upload) -> UploadedFile:
        sent = cast(UploadFile, file)  # Strawberry passes this object as the value of its Upload scalar
        return UploadedFile(filename=str(sent.filename), size=len(await sent.read()))


@strawberry.type
class Subscription:
    """The root type of subscriptions."""

    @strawberry.subscription(description="The newest book, then each book when it is added.")
    async def book_added(self) -> AsyncGenerator[Book, None]:
        reader: asyncio.Queue[Book] = asyncio.Queue()
        reader.put_nowait(shelf.books[-1])
        shelf.readers.add(reader)
        try:
            while True:
                yield await reader.get()
        finally:
            shelf.readers.discard(reader)

    @strawberry.subscription(description="The numbers from 1 to this one.")
    async def count(self, to: int) -> AsyncGenerator[int, None]:
        for number in range(1, to + 1):
            yield number

    @strawberry.subscription(description="Nothing, until the subscription ends.")
    async def pause(self) -> AsyncGenerator[int, None]:
        await asyncio.Event().wait()
        yield 0


# The responses contain the errors; logging them as well would clutter the output.
logging.getLogger("strawberry").setLevel(logging.CRITICAL)

config = StrawberryConfig(batching_config={"max_operations": 10})
graphql = GraphQL(
    strawberry.Schema(Query, Mutation, Subscription, config=config),
    multipart_uploads_enabled=True,
)
# Only these paths are served, so that a wrong path fails as it does on other servers.
app = Starlette(
    routes=[
        Route("/graphql", graphql),
        WebSocketRoute("/graphql", graphql),
        Route("/graphql/busy", Busy(graphql)),
        Route("/graphql/private", Private(graphql, tokens)),
    ]
)

if __name__ == "__main__":
    serve(app, port=int(sys.argv[1]) if len(sys.argv) > 1 else 0)
