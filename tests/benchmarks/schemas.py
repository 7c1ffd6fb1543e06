"""The schemas of the benchmarks."""

from __future__ import annotations

import functools
from typing import Any

from graphql import GraphQLSchema, build_schema, graphql_sync

CATALOGUE = """
    scalar DateTime
    scalar UUID
    enum Genre { NOVEL ESSAY POEM }
    type Book { id: UUID! title: String! year: Int genre: Genre! tags: [String!] addedAt: DateTime! }
    type Query { book: Book books(first: Int, after: DateTime, shelf: Int): [Book!]! }
"""

LARGE = 1_700
FETCHED = 100


def items_sdl(number_of_items: int) -> str:
    """Return about 1.2 KB of SDL per item: types with descriptions, arguments, enums and inputs."""
    parts = []
    for number in range(number_of_items):
        description = f"Field of item {number}, described at the length that APIs describe fields."
        fields = "\n".join(
            f'  "{description}"\n  field{field}(first: Int, mode: Mode{number}): String' for field in range(8)
        )
        parts.append(
            f"enum Mode{number} {{ FAST SLOW CAREFUL }}\n"
            f"input Filter{number} {{ name: String modes: [Mode{number}!] limit: Int = 10 }}\n"
            f'"An item of kind {number}."\n'
            f"type Item{number} {{\n  id: ID!\n  name: String\n{fields}\n"
            f"  related(first: Int, filter: Filter{number}): [Item{(number + 1) % number_of_items}!]!\n}}\n"
        )
    roots = "\n".join(f"  item{number}(id: ID!): Item{number}" for number in range(number_of_items))
    return "\n".join([*parts, f"type Query {{\n{roots}\n}}\n"])


@functools.cache
def introspection_answer(query: str) -> Any:
    """Return the data of a server with ``FETCHED`` items for an introspection query; computed once."""
    return graphql_sync(_fetched_schema(), query).data


@functools.cache
def _fetched_schema() -> GraphQLSchema:
    return build_schema(items_sdl(FETCHED))
