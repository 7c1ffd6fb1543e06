"""Manifests of trusted documents."""

from __future__ import annotations

import hashlib
import json

from graphql import build_schema

from syncgql.codegen.manifest import FORMATS, TrustedDocument, generated_documents

TEXT = "query($id:ID!){user(id:$id){name}}"
HASH = "71f7dc5758652baac68e4a10c50be732b741c892ade2883a99358f52b555286b"
DOCUMENTS = [TrustedDocument(TEXT, "User", "query"), TrustedDocument(TEXT, "User", "query")]


def test_the_forms_of_a_manifest() -> None:
    """A document that is sent in two places is listed once; the hashes are those of GraphQL over HTTP."""
    assert json.loads(FORMATS["mapping"](DOCUMENTS)) == {HASH: TEXT}
    assert json.loads(FORMATS["prefixed"](DOCUMENTS)) == {f"sha256:{HASH}": TEXT}
    assert json.loads(FORMATS["apollo"](DOCUMENTS)) == {
        "format": "apollo-persisted-query-manifest",
        "version": 1,
        "operations": [{"id": HASH, "body": TEXT, "name": "User", "type": "query"}],
    }


def test_manifests_are_sorted() -> None:
    """They do not depend on the order of the documents, so a diff shows only changes."""
    one, two = TrustedDocument("{ a }", "A", "query"), TrustedDocument("{ b }", "B", "query")
    assert all(write([one, two]) == write([two, one]) for write in FORMATS.values())


def test_documents_of_generated_classes() -> None:
    """They include added __typename fields; each operation has its fragments."""
    schema = build_schema("type Query { node: Node } interface Node { id: ID } type Mutation { a: ID }")
    texts = {"a.graphql": "query A { node { ...F } } mutation B { a }", "f.graphql": "fragment F on Node { id }"}
    found = generated_documents(schema, texts)
    assert [(each.name, each.kind) for each in found] == [("A", "query"), ("B", "mutation")]
    assert "__typename" in found[0].text
    assert "fragment F" in found[0].text
    assert found[1].sha256 == hashlib.sha256(b"mutation B {\n  a\n}").hexdigest()
