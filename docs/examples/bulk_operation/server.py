"""A shop with bulk operations, whose results are files of JSON lines, as at Shopify."""

from __future__ import annotations

import itertools
import json
import os
import time
from collections.abc import Iterator

import strawberry
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from strawberry.asgi import GraphQL
from strawberry.types import Info

SIZE = int(os.environ.get("SHOP_BYTES", "1_000_000"))
SECONDS = 0.5  # how long an operation runs
TOKEN_HEADER = "X-Shopify-Access-Token"
TEXT = "A book that was read by many and understood by few. " * 8

started: dict[str, float] = {}


@strawberry.type
class BulkOperation:
    id: strawberry.ID
    status: str
    error_code: str | None
    object_count: int
    url: str | None


@strawberry.type
class UserError:
    field: list[str] | None
    message: str


@strawberry.type
class BulkOperationPayload:
    bulk_operation: BulkOperation | None
    user_errors: list[UserError]


def operation(id: str, base_url: str) -> BulkOperation:
    """Return the current state of an operation."""
    part = min(1.0, (time.monotonic() - started[id]) / SECONDS)
    url = f"{base_url}results/{id}.jsonl" if part == 1 else None
    return BulkOperation(
        id=strawberry.ID(id),
        status="COMPLETED" if url else "RUNNING",
        error_code=None,
        object_count=int(part * 1000),
        url=url,
    )


def base_url(info: Info) -> str:
    """Check the token and return the URL of this server."""
    request: Request = info.context["request"]
    if not request.headers.get(TOKEN_HEADER):
        raise PermissionError("The access token is missing.")
    return f"{request.url.scheme}://{request.url.netloc}/"


@strawberry.type
class Query:
    @strawberry.field
    def bulk_operation(self, info: Info, id: strawberry.ID) -> BulkOperation | None:
        return operation(id, base_url(info)) if id in started else None


@strawberry.type
class Mutation:
    @strawberry.mutation
    def bulk_operation_run_query(self, info: Info, query: str) -> BulkOperationPayload:
        if "edges" not in query:
            error = UserError(field=["query"], message="The query has no connection.")
            return BulkOperationPayload(bulk_operation=None, user_errors=[error])
        id = str(len(started) + 1)
        started[id] = time.monotonic()
        return BulkOperationPayload(bulk_operation=operation(id, base_url(info)), user_errors=[])


def lines() -> Iterator[bytes]:
    """Products, each before its variants but not directly before them."""
    left = SIZE
    for number in itertools.count(1):
        objects = [
            {
                "id": f"gid://shop/Product/{number}",
                "title": f"Product {number}",
                "description": TEXT,
            }
        ]
        if number > 1:
            before = number - 1
            objects += [
                {
                    "id": f"gid://shop/Variant/{before}-{each}",
                    "sku": str(each),
                    "__parentId": f"gid://shop/Product/{before}",
                }
                for each in range(2)
            ]
        chunk = b"".join(json.dumps(each).encode() + b"\n" for each in objects)
        yield chunk
        left -= len(chunk)
        if left <= 0:
            return


def result(request: Request) -> Response:
    """Serve the file of a result, but refuse requests that contain the token of the shop."""
    if TOKEN_HEADER in request.headers:
        return PlainTextResponse("The token does not belong here.", 400)
    chunks = iter(lines())
    blocks = iter(lambda: b"".join(itertools.islice(chunks, 200)), b"")
    return StreamingResponse(blocks, media_type="application/jsonl")


app = Starlette(
    routes=[
        Route("/results/{name}", result),
        Route("/graphql", GraphQL(strawberry.Schema(Query, Mutation))),
    ]
)
