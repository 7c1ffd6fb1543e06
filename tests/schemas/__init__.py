"""Schemas for lookups in tests; they cannot be executed."""

from __future__ import annotations

from pathlib import Path

from graphql import GraphQLSchema, build_schema

FOLDER = Path(__file__).parent


def schema_of(name: str) -> GraphQLSchema:
    """Return a new schema object, because tests modify scalars and enums."""
    return build_schema(sdl_of(name))


def sdl_of(name: str) -> str:
    return (FOLDER / f"{name}.graphql").read_text("utf-8")
