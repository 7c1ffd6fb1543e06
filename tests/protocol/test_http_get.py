"""Requests by GET: which ones are allowed, and their URL."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncgql import DocumentError, GraphQLRequest
from syncgql.protocol import json_codec
from syncgql.protocol.http_get import check_query, get_url

ENDPOINT = "http://example.test/graphql"


def parameters(url: str) -> dict[str, str]:
    pairs = parse_qsl(urlsplit(url).query, keep_blank_values=True, strict_parsing=True)
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)


@pytest.mark.parametrize("document", ["mutation { a }", "subscription { a }", "query Q { a } mutation M { b }"])
def test_h17_only_a_query_may_be_sent_by_get(document: str) -> None:
    """A mutation or subscription by GET is refused; the selected operation decides."""
    name = "M" if "Q" in document else None
    with pytest.raises(DocumentError, match="Only a query may be sent by GET"):
        check_query(GraphQLRequest(document, None, name))


@given(st.text(st.characters(exclude_categories=["Cs"])), st.text(st.characters(exclude_categories=["Cs"])))
def test_h18_parameters_survive(comment: str, value: str) -> None:
    """The server receives any document and variables unchanged."""
    request = GraphQLRequest(f"{{ a }} # {comment}", {"v": value}, "Name", {"e": value})
    url = get_url(ENDPOINT, request, json_codec.dumps)
    assert url.isascii()
    sent = parameters(url)
    assert sent["query"] == request.text
    assert sent["operationName"] == "Name"
    assert json.loads(sent["variables"]) == {"v": value}
    assert json.loads(sent["extensions"]) == {"e": value}


@pytest.mark.parametrize(
    ("endpoint", "beginning"),
    [
        (ENDPOINT + "?key=a%2Bb&x", "http://example.test/graphql?key=a%2Bb&x&query=%7B+a+%7D"),
        (ENDPOINT + "?", "http://example.test/graphql?query="),
        (ENDPOINT + "#top", "http://example.test/graphql?query="),
        (ENDPOINT + "?key=1#top", "http://example.test/graphql?key=1&query="),
    ],
)
def test_h18_query_string_of_the_endpoint_is_kept(endpoint: str, beginning: str) -> None:
    """The endpoint's query string is kept, and its fragment is dropped."""
    assert get_url(endpoint, GraphQLRequest("{ a }"), json_codec.dumps).startswith(beginning)


@pytest.mark.parametrize("name", ["query", "operationName", "variables", "extensions"])
def test_h18_query_string_with_a_name_of_ours(name: str) -> None:
    """An endpoint whose query string has a parameter of the request cannot be used by GET."""
    with pytest.raises(DocumentError, match=f"already has a parameter '{name}'"):
        get_url(f"{ENDPOINT}?{name}=", GraphQLRequest("{ a }"), json_codec.dumps)


@pytest.mark.parametrize(
    ("arguments", "names"),
    [((), {"query"}), (({}, "", {}), {"query"}), (({"a": None},), {"query", "variables"})],
)
def test_h19_empty_parameters_are_omitted(arguments: tuple[Any, ...], names: set[str]) -> None:
    """A parameter without a value is not sent."""
    assert set(parameters(get_url(ENDPOINT, GraphQLRequest("{ a }", *arguments), json_codec.dumps))) == names


def test_bad_variables() -> None:
    """Variables that are not JSON raise an error with the path."""
    with pytest.raises(DocumentError) as info:
        get_url(ENDPOINT, GraphQLRequest("{ a }", {"tags": [{1}]}), json_codec.dumps)
    assert info.value.path == "variables.tags.0"
