"""The names and attributes of spans."""

from __future__ import annotations

from typing import Any

import pytest

from syncgql import (
    Deadline,
    ExecutionResult,
    GraphQLRequest,
    Operation,
    Response,
    TransportRateLimited,
    TransportServerError,
    TransportTimeout,
)
from syncgql.contrib.opentelemetry.attributes import (
    document_without_literals,
    error_type,
    graphql_error_attributes,
    operation_attributes,
    response_attributes,
    span_name,
)


def operation(text: str, where: str = "https://api.example.com/graphql") -> Operation:
    return Operation(GraphQLRequest(text), Deadline(where=where))


def test_an_operation_is_described_by_its_type_and_name() -> None:
    """The span has the name ``{type} {name}``."""
    attributes = operation_attributes(operation("mutation Add { add }"))
    assert attributes == {
        "graphql.operation.type": "mutation",
        "graphql.operation.name": "Add",
        "server.address": "api.example.com",
        "server.port": 443,
    }
    assert span_name(attributes) == "mutation Add"


@pytest.mark.parametrize(("text", "name"), [("{ a }", "query"), ("query {", "GraphQL Operation")])
def test_an_operation_without_a_name(text: str, name: str) -> None:
    """Without a name, the type is the name of the span; for a document with a syntax error, neither is known."""
    assert span_name(operation_attributes(operation(text))) == name


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("ws://localhost:81/graphql", ("localhost", 81)),
        ("RequestsHTTPTransport(http://[::1]/graphql)", ("::1", 80)),
        ("LocalSchemaTransport()", (None, None)),
    ],
)
def test_the_server_is_that_of_the_client(where: str, expected: tuple[str | None, int | None]) -> None:
    """The address is that of the URL, or of the URL in the name of a transport."""
    attributes = operation_attributes(operation("{ a }", where))
    assert (attributes.get("server.address"), attributes.get("server.port")) == expected


def test_a_document_has_no_literals() -> None:
    """Strings and numbers may be secrets; names, enum members and variables are not."""
    text = 'query ($id: ID = "7") { a(id: $id, b: "secret", c: [1, 2.5], d: {e: """secret"""}, f: RED, g: true) }'
    document = document_without_literals(operation(text))
    assert document is not None
    assert " ".join(document.split()) == (
        'query ($id: ID = "") { a(id: $id, b: "", c: [0, 0], d: { e: "" }, f: RED, g: true) }'
    )
    assert document_without_literals(operation("{ a(")) is None


def test_the_type_of_an_error() -> None:
    """It is the HTTP status, or the name of the exception."""
    assert error_type(TransportServerError("", code=503)) == "503"
    assert error_type(TransportRateLimited("")) == "TransportRateLimited"
    assert error_type(TransportTimeout("", limit="timeout", seconds=1)) == "TransportTimeout"
    assert error_type(KeyboardInterrupt()) == "KeyboardInterrupt"


def test_the_attributes_of_a_response() -> None:
    """Results and errors have them; over a WebSocket there are none."""
    response = Response(503, {}, "http://localhost/", 0.1)
    expected = {"http.response.status_code": 503, "network.protocol.name": "http"}
    assert response_attributes(ExecutionResult({}, response=response)) == expected
    assert response_attributes(TransportServerError("", code=503, response=response)) == expected
    assert response_attributes(ExecutionResult({})) == {}
    assert response_attributes(ValueError()) == {}


def test_the_attributes_of_a_graphql_error() -> None:
    """The message is cut, and a server may send anything."""
    error = {"message": "x" * 2000, "path": ["books", 0, "title"], "extensions": {"code": "DENIED"}}
    assert graphql_error_attributes(error) == {
        "error.type": "DENIED",
        "graphql.error.message": "x" * 1000,
        "graphql.error.path": "books.0.title",
    }
    odd: dict[str, Any] = {"message": None, "path": "no list", "extensions": []}
    assert graphql_error_attributes(odd) == {"error.type": "GraphQLError", "graphql.error.message": "None"}
