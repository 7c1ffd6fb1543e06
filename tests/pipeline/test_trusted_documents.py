"""TrustedDocuments: the documents that a server accepts, with their ids."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import pytest
from graphql import parse

from syncgql import Client, GraphQLRequest, TrustedDocuments

HTTP = "http://127.0.0.1:9/graphql"
HELLO = 'query Hello($name: String = "a  b") {\n  hello(name: $name)\n}'


def test_a_document_is_found_however_it_is_formatted() -> None:
    """Spaces, commas and comments have no meaning; those in strings do."""
    documents = TrustedDocuments({"1": HELLO, "2": "{ broken"})
    assert documents.id_of(HELLO) == "1"
    assert documents.id_of('query Hello($name: String="a  b") { # a comment\n hello(name: $name), }') == "1"
    assert documents.id_of(GraphQLRequest(parse(HELLO)).text) == "1"
    assert documents.id_of(HELLO.replace("a  b", "a b")) is None
    assert documents.id_of("{ broken") == "2"
    assert documents.id_of("{ other broken") is None


def test_a_file(tmp_path: Path) -> None:
    """A path may be a str or a Path; the file may begin with a byte order mark."""
    path = tmp_path / "documents.json"
    path.write_text(json.dumps({"sha256:1": HELLO}), "utf-8-sig")
    assert [TrustedDocuments(each).id_of(HELLO) for each in (path, str(path))] == ["sha256:1"] * 2
    assert repr(TrustedDocuments(path)) == f"<TrustedDocuments {path}: 1>"
    Client(HTTP, persisted_documents=str(path)).close()


def test_a_manifest_of_apollos_tools(tmp_path: Path) -> None:
    """Its operations have ids and bodies."""
    path = tmp_path / "persisted-query-manifest.json"
    manifest: dict[str, Any] = {"format": "apollo-persisted-query-manifest", "version": 1}
    path.write_text(json.dumps({**manifest, "operations": [{"id": "1", "body": HELLO, "name": "Hello"}]}))
    assert TrustedDocuments(path).id_of(HELLO) == "1"
    for broken in (manifest, {**manifest, "operations": [{"id": "1"}]}, {**manifest, "operations": "1"}):
        path.write_text(json.dumps(broken))
        with pytest.raises(ValueError, match="must have operations, each with id and body"):
            TrustedDocuments(path)


def test_they_can_be_pickled() -> None:
    """A client that has them can be pickled, too."""
    documents = TrustedDocuments({"1": HELLO}, member="id")
    copy = pickle.loads(pickle.dumps(documents))
    assert (copy.id_of(HELLO), copy.member) == ("1", "id")
    client = Client(HTTP, persisted_documents=documents)
    pickle.loads(pickle.dumps(client)).close()


@pytest.mark.parametrize(
    ("option", "kind", "message"),
    [
        (True, TypeError, "persisted_documents must be 'automatic', a mapping .* not bool"),
        ([HELLO], TypeError, "not list"),
        (b"automatic", TypeError, "not bytes"),
        ("auto", ValueError, "persisted_documents must be 'automatic', .*'auto' cannot be read: No such file"),
        (".", ValueError, "cannot be read: Is a directory"),
        ({1: HELLO}, TypeError, r"An id of persisted_documents \(the mapping\) is not a str but int: 1"),
        ({"1": None}, TypeError, r"The document '1' of persisted_documents \(the mapping\) is not a str but NoneType"),
        ({"1": " "}, ValueError, "is empty: '1'"),
        ({"": HELLO}, ValueError, "is empty: ''"),
        ({}, ValueError, "has no documents"),
    ],
)
def test_mistakes(option: Any, kind: type[Exception], message: str) -> None:
    """Each is reported when the client is made."""
    with pytest.raises(kind, match=message):
        Client(HTTP, persisted_documents=option)


@pytest.mark.parametrize(
    ("content", "kind", "message"),
    [
        ("query { hello }", ValueError, "documents.json' of persisted_documents is not JSON: Expecting value"),
        ('[{"1": "{ hello }"}]', ValueError, "is not a JSON object of ids and documents"),
        ('{"1": {"body": "{ hello }"}}', TypeError, "The document '1' .*documents.json.* is not a str but dict"),
    ],
)
def test_mistakes_in_a_file(tmp_path: Path, content: str, kind: type[Exception], message: str) -> None:
    """The message names the file."""
    path = tmp_path / "documents.json"
    path.write_text(content)
    with pytest.raises(kind, match=message):
        Client(HTTP, persisted_documents=path)


@pytest.mark.parametrize(
    ("member", "kind"),
    [(None, TypeError), ("", ValueError), ("query", ValueError), ("extensions", ValueError), ("a.b", ValueError)],
)
def test_mistakes_in_the_member(member: Any, kind: type[Exception]) -> None:
    """It must not replace another member."""
    with pytest.raises(kind, match="member must be"):
        TrustedDocuments({"1": HELLO}, member=member)
