"""The documents that a test server was sent with their hashes."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from syncgql import Client, GraphQLRequest
from syncgql.protocol.persisted_documents import sha256
from syncgql.testing import GraphQLServer
from syncgql.testing.learned_documents import LearnedDocuments

BOOK = "query Book($id: ID!) { book(id: $id) { title } }"
EXTENSIONS = {"persistedQuery": {"version": 1, "sha256Hash": sha256(BOOK)}}


def test_a_client_with_automatic_persisted_queries() -> None:
    """The server misses the hash once; in a batch, too. Each call is recorded with its document, once."""
    with GraphQLServer() as server, Client(server.url, persisted_documents="automatic") as client:
        server.add("Book", {"book": {"title": "Emma"}})
        server.add("Other", {"other": 1})
        assert client.execute(BOOK, {"id": "1"}) == {"book": {"title": "Emma"}}
        assert client.execute(BOOK, {"id": "2"}) == {"book": {"title": "Emma"}}
        server.assert_called("Book", times=2)
        assert client.execute_batch([GraphQLRequest(BOOK, {"id": "3"}), "query Other { other }"])[1] == {"other": 1}
        server.assert_called("Book", times=3)
        server.assert_called("Other", times=1)


def test_the_response_to_a_miss() -> None:
    """The response of Apollo Server; a hash of another document is refused."""
    with GraphQLServer() as server:
        missed = requests.post(server.url, json={"extensions": EXTENSIONS}, timeout=30)
        assert (missed.status_code, missed.json()) == (
            200,
            {"errors": [{"message": "PersistedQueryNotFound", "extensions": {"code": "PERSISTED_QUERY_NOT_FOUND"}}]},
        )
        refused = requests.post(server.url, json={"query": "{ a }", "extensions": EXTENSIONS}, timeout=30)
        assert refused.status_code == 400
        assert "provided sha does not match query" in refused.text


@pytest.mark.parametrize("payload", [{"query": "{ a }"}, {"query": "{ a }", "extensions": {"persistedQuery": 1}}, 1])
def test_other_requests_are_unchanged(payload: Any) -> None:
    """This includes invalid requests, which the server refuses."""
    assert LearnedDocuments().completed(payload) is payload
