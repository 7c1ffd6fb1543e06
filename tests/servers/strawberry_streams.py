"""Strawberry with all that streams: SSE, multipart and WebSocket subscriptions, and ``@defer`` and ``@stream``.

When a client leaves that has not read what the server sent, Strawberry ends the subscription late, when Python collects
garbage: its log then has ``aborted`` at once, and ``ended`` much later.

Arguments are the names of the protocols that it supports; all by default.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncGenerator
from typing import Any

import strawberry
from strawberry.asgi import GraphQL
from strawberry.schema.config import StrawberryConfig
from strawberry.subscriptions import (
    GRAPHQL_SSE_PROTOCOL,
    GRAPHQL_TRANSPORT_WS_PROTOCOL,
    GRAPHQL_WS_PROTOCOL,
    MULTIPART_SUBSCRIPTION_PROTOCOL,
)

from syncgql.cli.demo.serving import serve

from . import streams
from .observer import Observer


@strawberry.type
class Review:
    id: strawberry.ID
    text: str

    @strawberry.field
    async def held(self, gate: str) -> str:
        return await streams.held(gate)


async def make_reviews(n: int, delay: float) -> AsyncGenerator[Review, None]:
    async for number in streams.items(n, delay):
        yield Review(id=strawberry.ID(str(number)), text=f"Review {number}")


@strawberry.type
class Book:
    id: strawberry.ID
    title: str

    @strawberry.field
    async def summary(self, delay: float = 0) -> str:
        await streams.sleep("summary", delay)
        return "A matchmaker errs."

    @strawberry.field
    async def held(self, gate: str) -> str:
        return await streams.held(gate)

    @strawberry.field
    async def reviews(self, n: int = 3, delay: float = 0) -> strawberry.Streamable[Review]:
        async for review in make_reviews(n, delay):
            yield review

    @strawberry.field
    def broken(self) -> str:
        raise RuntimeError("It is broken")


@strawberry.type
class Query:
    @strawberry.field
    def hello(self, name: str = "world") -> str:
        return f"Hello {name}!"

    @strawberry.field
    async def slow(self, seconds: float = 0.1) -> float:
        await streams.sleep("slow", seconds)
        return seconds

    @strawberry.field
    async def held(self, gate: str) -> str:
        return await streams.held(gate)

    @strawberry.field
    async def items(self, n: int = 3, delay: float = 0) -> strawberry.Streamable[int]:
        async for number in streams.items(n, delay):
            yield number

    @strawberry.field
    def book(self) -> Book:
        return Book(id=strawberry.ID("1"), title="Emma")

    @strawberry.field
    def active(self) -> list[str]:
        return streams.active

    @strawberry.field
    def fail(self, message: str = "It failed") -> str | None:
        raise RuntimeError(message)


@strawberry.type
class Mutation:
    @strawberry.mutation
    def add(self, a: int, b: int) -> int:
        return a + b

    @strawberry.mutation
    async def open(self, gate: str) -> str:
        return streams.open_gate(gate)

    @strawberry.mutation
    async def publish(self, number: int) -> int:
        return streams.publish(number)


@strawberry.type
class Subscription:
    @strawberry.subscription
    def count(self, to: int = 3, delay: float = 0) -> AsyncGenerator[int, None]:
        return streams.count(to, delay)

    @strawberry.subscription
    def endless(self, delay: float = 0.01) -> AsyncGenerator[int, None]:
        return streams.endless(delay)

    @strawberry.subscription
    def published(self) -> AsyncGenerator[int, None]:
        return streams.published()

    @strawberry.subscription
    def fails(self) -> AsyncGenerator[int, None]:
        return streams.fails()

    @strawberry.subscription
    async def refused(self) -> AsyncGenerator[int, None]:
        raise RuntimeError("It is refused")
        yield 0  # makes it a generator


schema = strawberry.Schema(
    Query,
    Mutation,
    Subscription,
    config=StrawberryConfig(enable_experimental_incremental_execution=True),
)
PROTOCOLS = {
    "graphql-transport-ws": GRAPHQL_TRANSPORT_WS_PROTOCOL,
    "graphql-ws": GRAPHQL_WS_PROTOCOL,
    "sse": GRAPHQL_SSE_PROTOCOL,
    "multipart": MULTIPART_SUBSCRIPTION_PROTOCOL,
}

if __name__ == "__main__":
    protocols = [PROTOCOLS[name] for name in sys.argv[1:] or PROTOCOLS]
    app: GraphQL[Any, Any] = GraphQL(schema, subscription_protocols=protocols)
    serve(streams.Runner(Observer(app, streams.log), schema.execute))
