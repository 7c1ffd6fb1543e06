"""Work with a schema: fetching, validating, parsing custom scalars, calling proxies, loading a large schema."""

from __future__ import annotations

import contextlib
import gc
import json
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from graphql import (
    GraphQLScalarType,
    GraphQLSchema,
    build_schema,
    introspection_from_schema,
    parse,
    validate,
)

from syncgql import Client, Field, Fields, GraphQLRequest, update_schema_enum, update_schema_scalar
from syncgql.operations.document import OperationBuilder
from syncgql.schema.provider import load_schema
from syncgql.schema.validation import SchemaDocuments

from .benchmark import Benchmark, Budget, Figure, Open, Setting, Work, timed
from .execute import LONG
from .schemas import CATALOGUE, FETCHED, LARGE, items_sdl

ROWS = 2_000
DOCUMENT = "query ($first: Int) { books(first: $first) { id title genre addedAt } }"
GQL = "gql (requests session)"


# -- with a server


@contextlib.contextmanager
def _fetch(setting: Setting) -> Iterator[Work]:
    with Client(f"http://{setting.address}/schema") as client:
        yield timed(setting.count(2), client.fetch_schema)


@contextlib.contextmanager
def _fetch_gql(setting: Setting) -> Iterator[Work]:
    from gql import Client
    from gql.transport.requests import RequestsHTTPTransport

    with Client(transport=RequestsHTTPTransport(f"http://{setting.address}/schema")) as session:
        yield timed(setting.count(2), session.fetch_schema)


@contextlib.contextmanager
def _execute_validated(setting: Setting) -> Iterator[Work]:
    with Client(f"http://{setting.address}/small", schema=CATALOGUE) as client:
        yield timed(setting.count(50), lambda: client.execute(LONG))


@contextlib.contextmanager
def _execute_validated_gql(setting: Setting) -> Iterator[Work]:
    from gql import Client
    from gql import gql as parse
    from gql.transport.requests import RequestsHTTPTransport

    query = parse(LONG)
    with Client(transport=RequestsHTTPTransport(f"http://{setting.address}/small"), schema=CATALOGUE) as session:
        yield timed(setting.count(10), lambda: session.execute(query))


# -- without


def _catalogue() -> GraphQLSchema:
    schema = build_schema(CATALOGUE)
    update_schema_scalar(schema, "DateTime", GraphQLScalarType("DateTime", parse_value=datetime.fromisoformat))
    update_schema_scalar(schema, "UUID", GraphQLScalarType("UUID", parse_value=UUID))
    update_schema_enum(schema, "Genre", {"NOVEL": 1, "ESSAY": 2, "POEM": 3})
    return schema


def _rows(setting: Setting) -> str:
    return json.dumps({"books": [_book(number) for number in range(setting.count(ROWS))]})


def _book(number: int) -> dict[str, Any]:
    return {
        "id": str(UUID(int=number)),
        "title": f"Book {number}",
        "genre": ("NOVEL", "ESSAY", "POEM")[number % 3],
        "addedAt": f"2024-01-01T00:00:{number % 60:02}+00:00",
    }


@contextlib.contextmanager
def _json(setting: Setting) -> Iterator[Work]:
    text = _rows(setting)
    yield timed(5, lambda: json.dumps(json.loads(text)))


@contextlib.contextmanager
def _parse(setting: Setting) -> Iterator[Work]:
    text, documents, request = _rows(setting), SchemaDocuments(_catalogue()), GraphQLRequest(DOCUMENT)
    yield timed(5, lambda: documents.parse_data(request, json.loads(text)))


@contextlib.contextmanager
def _parse_gql(setting: Setting) -> Iterator[Work]:
    from gql.utilities import parse_result

    text, schema, document = _rows(setting), _catalogue(), parse(DOCUMENT)
    yield timed(2, lambda: parse_result(schema, document, json.loads(text)))


@contextlib.contextmanager
def _preparing(what: str, setting: Setting) -> Iterator[Work]:
    """The cost of building and checking a request, the first time and later."""
    schema = build_schema(CATALOGUE)
    documents, builder = SchemaDocuments(schema), OperationBuilder(schema, "query")
    request = GraphQLRequest(DOCUMENT, {"first": 3})
    documents.validate(request)
    fields = Fields("id title genre addedAt")
    call = {
        PREPARED[0]: lambda: validate(schema, parse(DOCUMENT)),
        PREPARED[1]: lambda: documents.validate(request),
        PREPARED[2]: lambda: documents.serialize_variables(request),
        PREPARED[3]: lambda: OperationBuilder(schema, "query").request(Fields(Field("books", first=3, fields=fields))),
        PREPARED[4]: lambda: builder.request(Fields(Field("books", first=3, fields=fields))),
    }[what]
    yield timed(setting.count(50), call)


PREPARED = (
    "parse and validate",
    "syncgql, validate= again",
    "syncgql, variables again",
    "syncgql, proxy first",
    "syncgql, proxy again",
)


@contextlib.contextmanager
def _loading(make: Callable[[str], Callable[[], object]], setting: Setting) -> Iterator[Work]:
    load = make(items_sdl(setting.count(LARGE)))

    def work() -> Figure:
        return Figure(timed(1, load)().value / 1e3, {"MB kept": kept})

    kept = _megabytes(load)
    yield work


def _from_sdl(sdl: str) -> Callable[[], object]:
    return lambda: load_schema(sdl, dict)


def _from_introspection(sdl: str) -> Callable[[], object]:
    introspection: Any = introspection_from_schema(build_schema(sdl))
    text = json.dumps(introspection)
    return lambda: load_schema(text, dict)


def _first_validation(sdl: str) -> Callable[[], object]:
    request = GraphQLRequest("{ item0(id: 1) { name related(first: 1) { id } } }")
    schema = load_schema(sdl, dict)
    return lambda: SchemaDocuments(schema).validate(request)


def _megabytes(work: Callable[[], object]) -> float:
    gc.collect()
    tracemalloc.start()
    kept = work()
    gc.collect()
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    del kept
    return size / 1e6


def _two(own: Open, peer: Open) -> dict[str, Open]:
    return {"syncgql": own, GQL: peer}


BENCHMARKS = (
    Benchmark(
        "schema-fetch",
        f"fetch a schema of {2 + 3 * FETCHED} types",
        "µs",
        _two(_fetch, _fetch_gql),
        GQL,
    ),
    Benchmark(
        "execute-validated",
        f"execute, document of {len(LONG) / 1000:.1f} KB, validated",
        "µs per call",
        _two(_execute_validated, _execute_validated_gql),
        GQL,
    ),
    Benchmark(
        "schema-parse",
        f"parse_results, {ROWS:,} rows of 3 scalars",
        "µs",
        {"json loads+dumps": _json, "syncgql, and loads": _parse, "gql, and loads": _parse_gql},
        "json loads+dumps",
        (Budget("syncgql, and loads", 5.0),),
    ),
    Benchmark(
        "schema-call",
        "preparing one request",
        "µs",
        {what: partial(_preparing, what) for what in PREPARED},
        PREPARED[0],
    ),
    Benchmark(
        "schema-large",
        f"load a schema of {len(items_sdl(LARGE)) / 1e6:.1f} MB SDL",
        "ms",
        {
            "syncgql, SDL": partial(_loading, _from_sdl),
            "syncgql, introspection": partial(_loading, _from_introspection),
            "syncgql, first validation": partial(_loading, _first_validation),
        },
        "syncgql, SDL",
        most_rounds=3,
    ),
)
