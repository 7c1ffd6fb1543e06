"""introspect: queries for the schema, with and without one."""

from __future__ import annotations

import pytest

from syncgql import Client
from syncgql.testing import GraphQLMock, UnexpectedOperation

from .program import BOOK, SDL, URL


def test_introspection_receives_the_schema(checking: GraphQLMock) -> None:
    """A client that fetches the schema receives the schema of the mock."""
    checking.add("Book", {"book": {"title": "Emma"}})
    with Client(URL, fetch_schema_from_transport=True) as client:
        assert client.execute(BOOK, {"id": "1"}) == {"book": {"title": "Emma"}}
        assert "Book" in client.schema.type_map


def test_a_query_for_the_schema_without_a_schema(mock: GraphQLMock) -> None:
    """An operation without a document needs one; the message says where to pass it."""
    with Client(URL) as client, pytest.raises(UnexpectedOperation, match="override the fixture graphql_schema"):
        client.query.book("title", id="1")


@pytest.mark.parametrize("schema", [None, SDL])
def test_typename(schema: str | None) -> None:
    """The query of ``ping()`` is answered with and without a schema, and does not count as a call."""
    with GraphQLMock(schema) as mock, Client(URL) as client:
        assert client.execute("{ __typename }") == {"__typename": "Query"}
        assert client.ping() >= 0
        assert mock.calls == []
