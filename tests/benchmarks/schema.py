"""Work with a schema: parsing custom scalars, validating documents, calling proxies, and loading a large schema.

Nothing goes over a network here: what is measured is what the schema adds to a call.
"""

from __future__ import annotations

import gc
import json
import tracemalloc
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from graphql import GraphQLScalarType, build_schema, introspection_from_schema, parse, validate

from syncgql import Field, Fields, GraphQLRequest, update_schema_enum, update_schema_scalar
from syncgql.operations.document import OperationBuilder
from syncgql.schema.provider import load_schema
from syncgql.schema.validation import SchemaDocuments

from .measure import Table, measure, timed

ROWS = 2_000
SDL = """
    scalar DateTime
    scalar UUID
    enum Genre { NOVEL ESSAY POEM }
    type Book { id: UUID! title: String! genre: Genre! addedAt: DateTime! }
    type Query { books(first: Int, after: DateTime): [Book!]! }
"""
DOCUMENT = "query ($first: Int) { books(first: $first) { id title genre addedAt } }"


def run_parse(address: str, rounds: int) -> Table:
    """Measure 2,000 rows of three custom leaves each, against the JSON work on the same data."""
    schema = build_schema(SDL)
    update_schema_scalar(schema, "DateTime", GraphQLScalarType("DateTime", parse_value=datetime.fromisoformat))
    update_schema_scalar(schema, "UUID", GraphQLScalarType("UUID", parse_value=UUID))
    update_schema_enum(schema, "Genre", {"NOVEL": 1, "ESSAY": 2, "POEM": 3})
    text = json.dumps({"books": [_book(number) for number in range(ROWS)]})
    documents, request = SchemaDocuments(schema), GraphQLRequest(DOCUMENT)
    table = Table(
        "schema-parse",
        f"parse_results, {ROWS:,} rows of 3 scalars",
        "µs",
        "json loads+dumps",
        {"syncgql, and loads": 5.0},
    )
    return measure(
        table,
        {
            "json loads+dumps": timed(5, lambda: json.dumps(json.loads(text))),
            "syncgql, and loads": timed(5, lambda: documents.parse_data(request, json.loads(text))),
        },
        rounds,
    )


def _book(number: int) -> dict[str, Any]:
    return {
        "id": str(UUID(int=number)),
        "title": f"Book {number}",
        "genre": ("NOVEL", "ESSAY", "POEM")[number % 3],
        "addedAt": f"2024-01-01T00:00:{number % 60:02}+00:00",
    }


def run_call(address: str, rounds: int) -> Table:
    """Measure what building and checking a request costs, the first time and every later one."""
    schema = build_schema(SDL)
    documents, builder = SchemaDocuments(schema), OperationBuilder(schema, "query")
    request = GraphQLRequest(DOCUMENT, {"first": 3})
    documents.validate(request)
    fields = Fields("id title genre addedAt")

    def first_call() -> None:
        OperationBuilder(schema, "query").request(Fields(Field("books", first=3, fields=fields)))

    table = Table("schema-call", "preparing one request", "µs", "parse and validate")
    return measure(
        table,
        {
            "parse and validate": timed(20, lambda: validate(schema, parse(DOCUMENT))),
            "validate=, again": timed(200, lambda: documents.validate(request)),
            "serialize_variables=, again": timed(200, lambda: documents.serialize_variables(request)),
            "proxy call, first of shape": timed(20, first_call),
            "proxy call, again": timed(200, lambda: builder.request(Fields(Field("books", first=3, fields=fields)))),
        },
        rounds,
    )


def run_large(address: str, rounds: int) -> Table:
    """Measure loading a schema of 2 MB, and the first validation against it; memory is in the notes."""
    sdl = large_sdl()
    introspection: Any = introspection_from_schema(build_schema(sdl))
    text = json.dumps(introspection)
    request = GraphQLRequest("{ item7(id: 1) { name related(first: 1) { id } } }")
    schema = load_schema(sdl, dict)
    works: dict[str, Callable[[], Any]] = {
        "from SDL": lambda: load_schema(sdl, dict),
        "from introspection JSON": lambda: load_schema(text, dict),
        "first validation": lambda: SchemaDocuments(schema).validate(request),
    }
    notes = {name: _memory(work) for name, work in works.items() if name.startswith("from")}
    title = f"a schema of {len(sdl) / 1e6:.1f} MB SDL ({len(text) / 1e6:.1f} MB introspection)"
    table = Table("schema-large", title, "µs", "from introspection JSON")
    return measure(table, {name: timed(1, work) for name, work in works.items()}, min(rounds, 3), notes)


def large_sdl() -> str:
    """Return SDL of about 2 MB: types with descriptions, arguments, enums and inputs."""
    parts = []
    for number in range(1_700):
        description = f"Field of item {number}, described at the length that APIs describe fields."
        fields = "\n".join(
            f'  "{description}"\n  field{field}(first: Int, mode: Mode{number}): String' for field in range(8)
        )
        parts.append(
            f"enum Mode{number} {{ FAST SLOW CAREFUL }}\n"
            f"input Filter{number} {{ name: String modes: [Mode{number}!] limit: Int = 10 }}\n"
            f'"An item of kind {number}."\n'
            f"type Item{number} {{\n  id: ID!\n  name: String\n{fields}\n"
            f"  related(first: Int, filter: Filter{number}): [Item{(number + 1) % 1_700}!]!\n}}\n"
        )
    roots = "\n".join(f"  item{number}(id: ID!): Item{number}" for number in range(1_700))
    return "\n".join([*parts, f"type Query {{\n{roots}\n}}\n"])


def _memory(work: Callable[[], Any]) -> str:
    gc.collect()
    tracemalloc.start()
    kept = work()
    gc.collect()
    size, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    del kept
    return f"keeps {size / 1e6:.0f} MB, at most {peak / 1e6:.0f} MB meanwhile"


RUNS = {"schema-parse": run_parse, "schema-call": run_call, "schema-large": run_large}
