"""The calls of operations of one kind, and their options."""

from __future__ import annotations

import pytest

from syncgql import Client, Directive, DocumentError
from tests.fix_servers import Server


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"timeout": "3"}, TypeError),
        ({"timeout": 0}, ValueError),
        ({"headers": "X-Tenant: 7"}, TypeError),
        ({"extra_args": [1]}, TypeError),
        ({"operation_name": "Get Book"}, DocumentError),
        ({"directives": ["cached"]}, DocumentError),
    ],
)
def test_mistakes_are_found_when_the_options_are_given(options: dict[str, object], error: type[Exception]) -> None:
    """No schema is needed for that."""
    client = Client("http://127.0.0.1:9/graphql")
    with pytest.raises(error, match=rf"{next(iter(options))}|name"):
        client.query.with_options(**options)  # type: ignore[arg-type]


def test_an_operation_has_a_name_and_directives(strawberry_server: Server) -> None:
    """They are part of the document, with the values of the directives as variables."""
    schema = "directive @cached(ttl: Int!) on QUERY type Query { book(id: ID!): String }"
    named = Client("http://127.0.0.1:9/graphql", schema=schema).query.with_options(
        operation_name="GetBook", directives=[Directive("cached", ttl=60)]
    )
    request = named.book.request(id=1)
    assert request.text == (
        "query GetBook($query_cached_ttl: Int!, $id: ID!) @cached(ttl: $query_cached_ttl) {\n  book(id: $id)\n}"
    )
    assert request.variable_values == {"query_cached_ttl": 60, "id": "1"}
    with Client(strawberry_server.url) as client:
        assert client.query.with_options(operation_name="GetBook").book("title", id=1) == {"title": "Emma"}


def test_options_add_up() -> None:
    """Other options do not change."""
    query = Client("http://127.0.0.1:9/graphql", schema="type Query { version: String }").query
    named = query.with_options(operation_name="One").with_options(timeout=3)
    assert named.version.request().text.startswith("query One {")
    assert named.with_options(operation_name="Two").version.request().text.startswith("query Two {")
    assert query.version.request().text.startswith("query version {")
