"""Ariadne with its handler of SSE, beside graphql-transport-ws; it has neither multipart nor ``@defer``."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from ariadne import MutationType, ObjectType, QueryType, SubscriptionType, load_schema_from_path, make_executable_schema
from ariadne.asgi import GraphQL
from ariadne.asgi.handlers import GraphQLHTTPHandler, GraphQLTransportWSHandler
from ariadne.contrib.sse import SSESubscriptionHandler
from graphql import graphql

from syncgql.cli.demo.serving import serve

from . import streams
from .observer import Observer

query = QueryType()
mutation = MutationType()
subscription = SubscriptionType()
book = ObjectType("Book")
review = ObjectType("Review")


@query.field("hello")
def resolve_hello(root: Any, info: Any, name: str) -> str:
    return f"Hello {name}!"


@query.field("slow")
async def resolve_slow(root: Any, info: Any, seconds: float) -> float:
    await streams.sleep("slow", seconds)
    return seconds


@query.field("held")
@book.field("held")
@review.field("held")
async def resolve_held(root: Any, info: Any, gate: str) -> str:
    return await streams.held(gate)


@query.field("items")
async def resolve_items(root: Any, info: Any, n: int, delay: float) -> list[int]:
    return [number async for number in streams.items(n, delay)]


@query.field("book")
def resolve_book(root: Any, info: Any) -> dict[str, str]:
    return {"id": "1", "title": "Emma"}


@query.field("active")
def resolve_active(root: Any, info: Any) -> list[str]:
    return streams.active


@query.field("fail")
def resolve_fail(root: Any, info: Any, message: str) -> str:
    raise RuntimeError(message)


@book.field("summary")
async def resolve_summary(root: Any, info: Any, delay: float) -> str:
    await streams.sleep("summary", delay)
    return "A matchmaker errs."


@book.field("reviews")
async def resolve_reviews(root: Any, info: Any, n: int, delay: float) -> list[dict[str, str]]:
    return [{"id": str(number), "text": f"Review {number}"} async for number in streams.items(n, delay)]


@book.field("broken")
def resolve_broken(root: Any, info: Any) -> str:
    raise RuntimeError("It is broken")


@mutation.field("add")
def resolve_add(root: Any, info: Any, a: int, b: int) -> int:
    return a + b


@mutation.field("open")
async def resolve_open(root: Any, info: Any, gate: str) -> str:
    return streams.open_gate(gate)


@mutation.field("publish")
async def resolve_publish(root: Any, info: Any, number: int) -> int:
    return streams.publish(number)


def refuse() -> None:
    raise RuntimeError("It is refused")


for name, source in {
    "count": streams.count,
    "endless": streams.endless,
    "published": streams.published,
    "fails": streams.fails,
    "refused": refuse,
}.items():
    subscription.set_source(name, lambda root, info, source=source, **arguments: source(**arguments))
    subscription.set_field(name, lambda event, info, **arguments: event)

sdl = load_schema_from_path(str(Path(__file__).with_name("streams.graphql")))
schema = make_executable_schema(sdl, query, mutation, subscription, book, review)
app = GraphQL(
    schema,
    http_handler=GraphQLHTTPHandler(subscription_handlers=[SSESubscriptionHandler()]),
    websocket_handler=GraphQLTransportWSHandler(),
    execute_get_queries=True,
)

if __name__ == "__main__":
    serve(streams.Runner(Observer(app, streams.log), partial(graphql, schema)))
