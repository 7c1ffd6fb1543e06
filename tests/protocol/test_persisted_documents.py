"""Persisted documents: the members that replace a document, and how a refusal is recognized."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from syncgql import (
    DocumentError,
    ExecutionResult,
    GraphQLRequest,
    TransportConnectionFailed,
    TransportError,
    TransportServerError,
)
from syncgql.protocol.http import encode_request
from syncgql.protocol.http_get import get_url
from syncgql.protocol.json_codec import dumps
from syncgql.protocol.persisted_documents import (
    EXTENSION_MEMBER,
    HashedRequest,
    IdentifiedRequest,
    Refusal,
    RegisteringRequest,
    sha256,
)

REQUEST = GraphQLRequest("query A { __typename }", {"é": 1}, "A", {"mine": True})
VARIANTS = [HashedRequest(REQUEST), RegisteringRequest(REQUEST), IdentifiedRequest(REQUEST, "a:1", "documentId")]


def error(**members: Any) -> ExecutionResult:
    return ExecutionResult(None, [members])


@pytest.mark.parametrize(
    ("text", "digest"),
    [
        ("{__typename}", "ecf4edb46db40b5132295c0291d62fb65d6759a9eedfa4d5d612dd5ec54a6b38"),
        ("query($id:ID!){user(id:$id){name}}", "71f7dc5758652baac68e4a10c50be732b741c892ade2883a99358f52b555286b"),
    ],
)
def test_p02_the_hash_is_that_of_the_text(text: str, digest: str) -> None:
    """SHA-256 of the UTF-8 bytes as they are, in lower-case digits; the text that follows is the same."""
    hashed, full = HashedRequest(GraphQLRequest(text)).payload, RegisteringRequest(GraphQLRequest(text)).payload
    assert hashed == {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": digest}}}
    assert full == {"query": text, **hashed}
    assert sha256("{é}") != sha256("{ é }")


@pytest.mark.parametrize("request_", VARIANTS)
def test_a_variant_is_a_request(request_: GraphQLRequest) -> None:
    """Its text, kind and variables are those of the request, and it can be pickled."""
    copy = pickle.loads(pickle.dumps(request_))
    assert type(copy) is type(request_)
    assert copy.payload == request_.payload
    assert (copy.text, copy.is_query, copy.variable_values) == (REQUEST.text, True, REQUEST.variable_values)
    assert copy.in_full().payload == REQUEST.payload


def test_p11_an_id_replaces_the_document() -> None:
    """It is the first parameter of a GET, and the encoder accepts a request without a document."""
    request = IdentifiedRequest(REQUEST, "a:1", "documentId")
    assert list(request.payload) == ["documentId", "operationName", "variables", "extensions"]
    url = get_url("http://localhost/graphql", request, dumps)
    query = "documentId=a%3A1&operationName=A&variables=%7B%22%C3%A9%22%3A1%7D&extensions=%7B%22mine%22%3Atrue%7D"
    assert url == f"http://localhost/graphql?{query}"
    assert encode_request(IdentifiedRequest("{ a }", "1", "id").payload, dumps) == b'{"id":"1"}'


def test_a_parameter_of_the_endpoint_may_have_the_name_of_the_member() -> None:
    """Then there would be two, so the request cannot be sent by GET."""
    with pytest.raises(DocumentError, match="already has a parameter 'id'"):
        get_url("http://localhost/graphql?id=1", IdentifiedRequest(REQUEST, "a:1", "id"), dumps)


def test_an_id_may_be_in_the_extension_of_hashes() -> None:
    """Apollo Router expects it there."""
    request = IdentifiedRequest(REQUEST, "1", EXTENSION_MEMBER)
    extensions = {"mine": True, "persistedQuery": {"version": 1, "sha256Hash": "1"}}
    assert request.payload == {"operationName": "A", "variables": {"é": 1}, "extensions": extensions}


@pytest.mark.parametrize("data", [None, {}])
def test_an_error_beside_data_is_not_a_refusal(data: Any) -> None:
    """The server has executed something."""
    result = ExecutionResult(data, [{"message": "PersistedQueryNotFound"}])
    assert Refusal.of(result) is (Refusal.NOT_FOUND if data is None else None)


def test_a_refusal_may_be_in_an_error_of_the_transport() -> None:
    """Such an error has the errors of its body; other failures say nothing about the document."""
    errors: list[dict[str, Any]] = [
        {"message": "Other"},
        {"message": "x", "extensions": {"code": "PERSISTED_QUERY_NOT_SUPPORTED"}},
    ]
    assert Refusal.of(TransportServerError("...", errors=errors)) is Refusal.NOT_SUPPORTED
    failures: list[TransportError] = [TransportServerError("PersistedQueryNotFound"), TransportConnectionFailed("...")]
    assert [Refusal.of(failure) for failure in failures] == [None, None]


@pytest.mark.parametrize(
    "result",
    [
        error(message="no"),
        error(message="PersistedQueryMismatch", extensions={"code": "PERSISTED_QUERY_MISMATCH"}),
        error(message="no", extensions={"code": 404}),
        error(message="no", extensions={"code": ["PERSISTED_QUERY_NOT_FOUND"]}),
        error(message="no", extensions="PERSISTED_QUERY_NOT_FOUND"),
        ExecutionResult({"ok": True}),
    ],
)
def test_other_errors_are_no_refusals(result: ExecutionResult) -> None:
    """Their members may have any types."""
    assert Refusal.of(result) is None
