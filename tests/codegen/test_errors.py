"""Errors as compilers write them."""

from __future__ import annotations

import pickle

from graphql import GraphQLError, Source, parse

from syncgql.codegen import CodegenError
from syncgql.codegen.errors import located


def test_an_error_has_its_place() -> None:
    """The name of the source, the line and the column; line breaks in the message become spaces."""
    node = parse(Source("\n  { a }", "app/a.graphql")).definitions[0]
    assert located(GraphQLError("One\ntwo.", node)) == "app/a.graphql:2:3: One two."
    assert located(GraphQLError("No place."), "b.graphql") == "b.graphql: No place."


def test_unknown_fields_are_reported_as_in_other_operations() -> None:
    """The messages are those of operations without documents."""
    error = GraphQLError("Cannot query field 'titel' on type 'Book'. Did you mean 'title'?")
    assert located(error, "a") == "a: Book has no field 'titel'. Did you mean 'title'?"


def test_all_lines_are_on_the_error() -> None:
    """They are complete if the message is truncated, and after pickling."""
    error = CodegenError([f"a.graphql:{line}:1: wrong" for line in range(1_000)])
    copy = pickle.loads(pickle.dumps(error))
    assert len(copy.errors) == 1_000
    assert len(error.message) < 5_000
