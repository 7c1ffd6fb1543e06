"""The schema of a client, and its effect on requests and results."""

from __future__ import annotations

import gc
import os
import pickle
import sys
import weakref
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLScalarType, GraphQLSchema, introspection_from_schema

from syncgql import (
    Client,
    DocumentError,
    GraphQLRequest,
    LocalSchemaTransport,
    TransportConnectionFailed,
    TransportQueryError,
    update_schema_scalar,
)
from syncgql.schema.client_schema import ClientSchema, PreparedRequest
from tests.fix_servers import Server
from tests.schemas import schema_of, sdl_of


def test_the_schema_is_fetched_once_by_any_number_of_threads(any_server: Server) -> None:
    """Sixteen threads cause two requests: the supported features, and the schema."""
    with Client(any_server.url) as client, ThreadPoolExecutor(16) as pool:
        schemas = set(pool.map(lambda _: client.schema, range(16)))
    assert len(schemas) == 1
    assert isinstance(schemas.pop(), GraphQLSchema)
    assert len(any_server.seen("request")) == 2


def test_nothing_is_fetched_that_is_not_needed(any_server: Server) -> None:
    """A client that only executes documents never requests the schema."""
    with Client(any_server.url) as client:
        client.execute("{ hello }")
    assert len(any_server.seen("request")) == 1


def test_fetching_is_tried_again_after_a_failure(any_server: Server) -> None:
    """A server that is down when the schema is first needed does no lasting harm."""
    schema = ClientSchema()
    with Client(any_server.url) as client:

        def away(request: GraphQLRequest) -> Any:
            raise TransportConnectionFailed("away")

        with pytest.raises(TransportConnectionFailed):
            schema.get(away)
        assert schema.get(client.execute_result).query_type is not None


@pytest.mark.parametrize(
    "options",
    [
        {"schema": sdl_of("library")},
        {"introspection": introspection_from_schema(schema_of("library"))},
        {"fetch_schema_from_transport": True},
        {"validate": True},
    ],
)
def test_documents_are_checked_if_a_schema_is_given_or_fetched(options: dict[str, Any]) -> None:
    """The error is raised before sending, as in gql."""
    with Client(transport=LocalSchemaTransport(schema_of("library")), **options) as client:
        with pytest.raises(DocumentError, match="Did you mean 'version'"):
            client.execute("{ versoin }")
        with pytest.raises(DocumentError, match="Did you mean 'bookAdded'"):
            client.subscribe("subscription { bookAded { id } }")
        with pytest.raises(TransportQueryError, match="Cannot return null"):
            client.execute("{ version }")


@pytest.mark.parametrize("options", [{}, {"schema": sdl_of("library"), "validate": False}])
def test_documents_are_not_checked_otherwise(options: dict[str, Any]) -> None:
    """The server reports the error; a schema may be given only for the proxies."""
    with Client(transport=LocalSchemaTransport(schema_of("library")), **options) as client:
        with pytest.raises(TransportQueryError, match="Cannot query field 'versoin'"):
            client.execute("{ versoin }")
        assert "book" in client.query


def test_only_one_source_can_be_given() -> None:
    """Two sources of the schema are ambiguous."""
    with pytest.raises(TypeError, match="Pass only one of schema=, introspection="):
        Client("http://localhost/graphql", schema="type Query { a: Int }", fetch_schema_from_transport=True)


@pytest.mark.parametrize("path", ["missing.graphql", ".", "type Query", "a\0b", "x" * 5000])
@pytest.mark.parametrize("kind", [str, Path])
def test_a_file_that_cannot_be_read_is_reported_at_once(kind: type[str | Path], path: str) -> None:
    """Not by the first call."""
    with pytest.raises(
        ValueError, match=r"^schema must be SDL text or the path of a file; the file '.*' cannot be read"
    ):
        Client("http://localhost/graphql", schema=kind(path))


def test_empty_text_is_reported_at_once() -> None:
    """For example the value of a variable that is not set."""
    with pytest.raises(ValueError, match="not an empty str"):
        Client("http://localhost/graphql", schema=" ")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no named pipes in folders")
def test_a_pipe_is_read_once(tmp_path: Path) -> None:
    """The check when the client is created leaves its content to the first call."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with Client("http://localhost/graphql", schema=path) as client, ThreadPoolExecutor(1) as pool:
        written = pool.submit(path.write_text, "type Query { a: Int }")
        assert client.schema.query_type is not None
        assert written.result()


def test_introspection_options_are_passed_on() -> None:
    """introspection_args are those of graphql-core."""
    transport = LocalSchemaTransport(schema_of("library"))
    with Client(transport=transport, introspection_args={"descriptions": False}) as client:
        assert client.schema.query_type is not None
        assert client.schema.query_type.fields["book"].description is None


def test_an_unknown_introspection_option_is_refused_when_the_client_is_made() -> None:
    """The error suggests the right name."""
    with pytest.raises(TypeError, match=r"introspection_args has no option 'descripions'. Did you mean 'descriptions'"):
        Client("https://api.example.com/graphql", introspection_args={"descripions": False})


def library() -> Any:
    """The library, where a book's printing date depends on its id."""
    schema: Any = schema_of("library")
    scalar = GraphQLScalarType(
        "DateTime", serialize=lambda value: value.isoformat(), parse_value=datetime.fromisoformat
    )
    update_schema_scalar(schema, "DateTime", scalar)
    schema.query_type.fields["book"].resolve = lambda *_, **__: {"printedAt": NOW, "title": "x"}
    schema.mutation_type.fields["addBook"].resolve = lambda *_, **arguments: arguments["input"]
    return schema


NOW = datetime(2020, 1, 2, tzinfo=timezone.utc)
ADD = "mutation ($input: BookInput!) { addBook(input: $input) { printedAt genre } }"


def test_variables_and_results_are_converted_if_requested() -> None:
    """serialize_variables and parse_results apply to documents and to proxies."""
    schema = library()
    options: Any = {"schema": schema, "serialize_variables": True, "parse_results": True}
    with Client(transport=LocalSchemaTransport(schema), **options) as client:
        book = {"title": "x", "printed_at": NOW}
        assert client.execute(ADD, {"input": book}) == {"addBook": {"printedAt": NOW, "genre": "NOVEL"}}
        assert client.mutation.add_book("printedAt", input=book) == {"printedAt": NOW}
        assert client.execute(client.mutation.add_book.request("printedAt", input=book)) == {
            "addBook": {"printedAt": NOW}
        }
        assert client.execute_result("{ book(id: 1) { printedAt } }").data == {"book": {"printedAt": NOW}}
        with pytest.raises(DocumentError, match=r"variables\.input\.printedAt: DateTime does not accept str"):
            client.execute(ADD, {"input": {"title": "x", "printedAt": "now"}})


def test_results_are_not_converted_by_default() -> None:
    """Results stay as received, and variables are encoded as without a schema."""
    schema = library()
    with Client(transport=LocalSchemaTransport(schema), schema=schema) as client:
        assert client.execute("{ book(id: 1) { printedAt } }") == {"book": {"printedAt": NOW.isoformat()}}
        client.execute(ADD, {"input": {"title": "x", "printedAt": NOW}})


def test_partial_data_is_parsed_too() -> None:
    """The values that exist are Python values, with or without errors."""
    schema = library()
    with Client(transport=LocalSchemaTransport(schema), schema=schema, parse_results=True) as client:
        result = client.execute_result("{ book(id: 1) { printedAt id } works { __typename } }")
        assert result.errors
        result = client.execute_result("{ book(id: 1) { printedAt } oldVersion _internal }")
        assert result.data == {"book": {"printedAt": NOW}, "oldVersion": None, "_internal": None}


def test_a_prepared_request_keeps_its_kind() -> None:
    """It is not serialized again, in this process or another; with other variables it is a plain request again."""
    request = PreparedRequest("{ version }", {"a": 1})
    assert type(pickle.loads(pickle.dumps(request))) is PreparedRequest
    assert pickle.loads(pickle.dumps(request)) == request


def test_a_client_with_a_schema_is_collected_when_dropped() -> None:
    """Neither the schema nor the proxies keep it alive."""
    client = Client(transport=LocalSchemaTransport(schema_of("library")), fetch_schema_from_transport=True)
    assert "book" in client.query
    proxy = client.query
    reference = weakref.ref(client)
    client.close()
    del client, proxy
    gc.collect()
    assert reference() is None
