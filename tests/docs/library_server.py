"""The server for the documentation's examples: a small library, whose subscriptions end by themselves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import strawberry
from starlette.requests import Request
from starlette.responses import Response
from strawberry.asgi import GraphQL
from strawberry.file_uploads import Upload
from strawberry.schema.config import StrawberryConfig
from strawberry.types import Info

from syncgql.cli.demo.serving import serve


@strawberry.type
class Book:
    id: strawberry.ID
    title: str
    author: str
    year: int


@strawberry.type
class Message:
    id: strawberry.ID
    text: str


@strawberry.type
class Repository:
    name: str


@strawberry.type
class Repositories:
    nodes: list[Repository]


@strawberry.type
class Viewer:
    """A user with repositories, as on a well-known site."""

    login: str
    email: str

    @strawberry.field
    def repositories(self, first: int) -> Repositories:
        return Repositories(nodes=[Repository(name=f"repository {n}") for n in range(first)])


@strawberry.type
class UploadedFile:
    filename: str
    size: int


books = [
    Book(id=strawberry.ID("1"), title="Emma", author="Jane Austen", year=1815),
    Book(id=strawberry.ID("2"), title="Ubik", author="Philip K. Dick", year=1969),
]
messages = [Message(id=strawberry.ID(str(n)), text=f"Message {n}") for n in range(1, 4)]


@strawberry.type
class PageInfo:
    has_next_page: bool
    end_cursor: str | None


@strawberry.type
class BookConnection:
    """A page of a long list of books."""

    nodes: list[Book]
    page_info: PageInfo
    total_count: int


CATALOGUE = 1_000


def catalogue_page(first: int, after: str | None) -> BookConnection:
    start = int(after) if after else 0
    numbers = range(start + 1, min(CATALOGUE, start + first) + 1)
    nodes = [Book(id=strawberry.ID(str(n)), title=f"Volume {n}", author="Anonymous", year=1000 + n) for n in numbers]
    end = numbers[-1] if numbers else None
    info = PageInfo(has_next_page=start + first < CATALOGUE, end_cursor=str(end) if end else None)
    return BookConnection(nodes=nodes, page_info=info, total_count=CATALOGUE)


@strawberry.type
class Order:
    id: strawberry.ID
    placed_at: datetime
    shipped: date | None
    total: Decimal


@strawberry.type
class OrderConnection:
    """A page of a long list of orders; the first ones have not been shipped."""

    nodes: list[Order]
    page_info: PageInfo
    total_count: int


ORDERS = 1_000
NOT_SHIPPED = 250


def order_page(first: int, after: str | None) -> OrderConnection:
    start = int(after) if after else 0
    numbers = range(start + 1, min(ORDERS, start + first) + 1)
    nodes = [
        Order(
            id=strawberry.ID(str(n)),
            placed_at=datetime(2026, 1, 1, tzinfo=timezone.utc) + timedelta(hours=n),
            shipped=date(2026, 3, 1) + timedelta(days=n // 10) if n > NOT_SHIPPED else None,
            total=Decimal(n) / 8,
        )
        for n in numbers
    ]
    info = PageInfo(has_next_page=start + first < ORDERS, end_cursor=str(numbers[-1]) if numbers else None)
    return OrderConnection(nodes=nodes, page_info=info, total_count=ORDERS)


async def describe(file: Any) -> UploadedFile:
    return UploadedFile(filename=file.filename, size=len(await file.read()))


@strawberry.type
class Query:
    @strawberry.field
    def books(self) -> list[Book]:
        return books

    @strawberry.field
    def book(self, id: strawberry.ID) -> Book | None:
        for book in books:
            if book.id == id:
                return book
        raise ValueError(f"There is no book {id}.")

    @strawberry.field
    def catalogue(self, first: int = 50, after: str | None = None) -> BookConnection:
        return catalogue_page(first, after)

    @strawberry.field
    def orders(self, first: int = 50, after: str | None = None) -> OrderConnection:
        return order_page(first, after)

    @strawberry.field
    def hello(self, name: str = "world") -> str:
        return f"Hello {name}!"

    @strawberry.field
    def messages(self, room: strawberry.ID, after: strawberry.ID | None = None) -> list[Message]:
        return [message for message in messages if after is None or int(message.id) > int(after)]

    @strawberry.field
    def viewer(self) -> Viewer:
        return Viewer(login="ada", email="ada@example.com")


@strawberry.type
class Mutation:
    @strawberry.mutation
    def add_book(self, title: str, author: str = "Anonymous", year: int = 2024) -> Book:
        book = Book(id=strawberry.ID(str(len(books) + 1)), title=title, author=author, year=year)
        books.append(book)
        return book

    @strawberry.mutation
    async def upload(self, file: Upload) -> UploadedFile:
        return await describe(file)

    @strawberry.mutation
    async def upload_all(self, files: list[Upload]) -> list[UploadedFile]:
        return [await describe(file) for file in files]


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def book_added(self) -> AsyncGenerator[Book, None]:
        for book in books[:2]:
            yield book

    @strawberry.subscription
    async def count(self, to: int) -> AsyncGenerator[int, None]:
        for number in range(1, to + 1):
            yield number

    @strawberry.subscription
    async def pause(self) -> AsyncGenerator[int, None]:
        """Never sends an event."""
        await asyncio.Event().wait()
        yield 0

    @strawberry.subscription
    async def message_added(
        self, room: strawberry.ID, after: strawberry.ID | None = None
    ) -> AsyncGenerator[Message, None]:
        for message in messages:
            if after is None or int(message.id) > int(after):
                yield message

    @strawberry.subscription
    async def whoami(self, info: Info[Any, Any]) -> AsyncGenerator[str, None]:
        yield str((info.context.get("connection_params") or {}).get("user", "nobody"))


class App(GraphQL[Any, Any]):
    """Sets a CSRF cookie, as Django does."""

    async def get_context(self, request: Any, response: Any) -> dict[str, Any]:
        if isinstance(request, Request) and isinstance(response, Response):
            response.set_cookie("csrftoken", "a-token")
        return {"request": request, "response": response}


config = StrawberryConfig(batching_config={"max_operations": 10})
schema = strawberry.Schema(Query, Mutation, Subscription, config=config)
app = App(schema, multipart_uploads_enabled=True)

if __name__ == "__main__":
    serve(app)
