"""A small library: the GraphQL server of the demo, made with Strawberry. Run it with ``syncgql demo --serve``."""

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
    """What arrived of a file."""

    filename: str
    size: int


class Shelf:
    """The books, and whoever waits for new ones."""

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


shelf = Shelf()
shelf.add("The Hitchhiker's Guide to the Galaxy", "Douglas Adams", 1979)
shelf.add("A Wizard of Earthsea", "Ursula K. Le Guin", 1968)
shelf.add("Ubik", "Philip K. Dick", 1969)
shelf.add("Kindred", "Octavia E. Butler", 1979)


@strawberry.type
class Query:
    """What can be asked."""

    @strawberry.field(description="All books, oldest entry first.")
    def books(self) -> list[Book]:
        return shelf.books

    @strawberry.field(description="One book; an error when there is none with this id.")
    def book(self, id: strawberry.ID) -> Book | None:
        return shelf.find(id)

    @strawberry.field(description="A greeting.")
    def hello(self, name: str = "world") -> str:
        return f"Hello {name}!"


@strawberry.type
class Mutation:
    """What can be changed."""

    @strawberry.mutation(description="Put a book on the shelf; by Jane Austen, when nothing else is said.")
    def add_book(self, title: str, author: str = "Jane Austen", year: int = 1815) -> Book:
        return shelf.add(title, author, year)

    @strawberry.mutation(description="Take a file, count its bytes and forget it.")
    async def upload(self, file: Upload) -> UploadedFile:
        sent = cast(UploadFile, file)  # what Strawberry hands over for its scalar
        return UploadedFile(filename=str(sent.filename), size=len(await sent.read()))


@strawberry.type
class Subscription:
    """What can be listened to."""

    @strawberry.subscription(description="The newest book at once, then every book that is added.")
    async def book_added(self) -> AsyncGenerator[Book, None]:
        reader: asyncio.Queue[Book] = asyncio.Queue()
        reader.put_nowait(shelf.books[-1])
        shelf.readers.add(reader)
        try:
            while True:
                yield await reader.get()
        finally:
            shelf.readers.discard(reader)


# The answers carry the errors; reporting them on the terminal as well would only disturb the demo.
logging.getLogger("strawberry").setLevel(logging.CRITICAL)

config = StrawberryConfig(batching_config={"max_operations": 10})
graphql = GraphQL(
    strawberry.Schema(Query, Mutation, Subscription, config=config),
    multipart_uploads_enabled=True,
)
# A wrong path in the URL is to be found out here, as it would be at any other server.
app = Starlette(routes=[Route("/graphql", graphql), WebSocketRoute("/graphql", graphql)])

if __name__ == "__main__":
    serve(app, port=int(sys.argv[1]) if len(sys.argv) > 1 else 0)
