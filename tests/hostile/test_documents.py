"""Text from users and servers next to a document: it neither breaks out of it nor selects code to run."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

import pytest
from graphql import OperationDefinitionNode, introspection_from_schema, parse
from hypothesis import given
from hypothesis import strategies as st

from syncgql import Client, Directive, DocumentError, Field, Fields, GraphQLRequest, InlineFragment, SyncGQLError
from syncgql.operations.document import OperationBuilder
from syncgql.schema.results import result_parser

from ..schemas import schema_of
from ..servers.wire import WireServer, always, answer

BREAKOUTS = [
    "title } evil { a",
    "title } query Evil { a",
    "title } fragment Evil on Book { a",
    "title } }",
    "{ title } { evil }",
    "title #\n} evil {",
    'title(a: "\n} evil {',
    "} evil {",
    "mutation { evil }",
    "query Evil { evil }",
    "...Evil",
    "title @include(if: $evil)",
    "$evil",
    "title\0",
    "title } \u2028 evil {",
]
"""Selections that are more than one set of fields, or something else."""

NAMES = ["", "a b", "a\n", "a}", "a:b", "a(x:1)", "a{b}", "a #", '"a"', "a\0", "1a", "é", "\uff41", "a-b", "$a", "...a"]
"""Texts that are not GraphQL names; one of them looks like an a."""


def builder() -> OperationBuilder:
    return OperationBuilder(schema_of("library"), "query")


@pytest.mark.parametrize("text", BREAKOUTS)
def test_text_in_a_selection(text: str) -> None:
    """A selection is parsed separately, so it cannot end the document around it."""
    with pytest.raises(DocumentError):
        builder().request(Fields(Field("books", fields=text)))
    with pytest.raises(DocumentError):
        builder().request(Fields(text))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda name: Field(name), id="field"),
        pytest.param(lambda name: Field("books", alias=name), id="alias"),
        pytest.param(lambda name: Field("books").with_alias(name), id="with_alias"),
        pytest.param(lambda name: Directive(name), id="directive"),
        pytest.param(lambda name: InlineFragment(name, fields="title"), id="type of a fragment"),
    ],
)
def test_names(make: Callable[[str], object], name: str) -> None:
    """Names are checked where they are passed."""
    with pytest.raises(DocumentError):
        make(name)


@pytest.mark.parametrize("name", NAMES)
def test_names_of_arguments(name: str) -> None:
    """An argument's name must be in the schema."""
    for field in (
        Field("book").with_arguments({"id": "1", name: "x"}),
        Field("book", id="1", directives=[Directive("include", **{name: True})]),
    ):
        with pytest.raises(DocumentError):
            builder().request(Fields(field))


@given(st.text())
def test_variables_are_never_inlined(value: str) -> None:
    """No value changes the document, whose text is the same for all values."""
    request = builder().request(Fields(Field("book", id=value, fields="title")))
    other = builder().request(Fields(Field("book", id="1", fields="title")))
    assert request.text == other.text
    assert request.variable_values == {"id": value}


@given(st.text())
def test_any_text_as_a_selection(text: str) -> None:
    """Any text results in one operation of the requested kind, or in an error."""
    try:
        request = builder().request(Fields(Field("books", fields=text)))
    except DocumentError:
        return
    (operation,) = parse(request.text).definitions
    assert isinstance(operation, OperationDefinitionNode)
    assert operation.operation.value == "query"
    assert [node.name.value for node in operation.selection_set.selections] == ["books"]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "name", ["os", "os.system", "syncgql.Client", "__class__", "__import__", "Book\0", "", None, 1, []]
)
def test_typename_of_the_server(name: Any) -> None:
    """A ``__typename`` is data: it causes no import and no attribute lookup."""
    document = "{ works { __typename ... on Book { genre } ... on Film { minutes } } }"
    before = set(sys.modules)
    data = {"works": [{"__typename": name, "minutes": 3}]}
    parse_data = result_parser(schema_of("library"), GraphQLRequest(document))
    assert parse_data is None or parse_data(data) == data
    assert set(sys.modules) == before


@pytest.mark.parametrize("name", ["__class__", "__init__", "_executor", "__dict__", "mro"])
def test_special_names_among_operations(name: str) -> None:
    """Operations are only looked up among the names of the schema."""
    with Client("http://127.0.0.1:9/graphql", schema=schema_of("library")) as client:
        assert name not in client.query
        with pytest.raises(KeyError):
            client.query[name]


@pytest.mark.parametrize(
    "name", ["a } evil { b", "a\n", "a(b: 1)", "", "1a", "é", "__evil } {"], ids=lambda name: ascii(name)
)
@pytest.mark.parametrize("what", ["field", "argument", "type"])
def test_names_in_the_schema_of_the_server(name: str, what: str) -> None:
    """Invalid names in a server's schema are never written into a document."""
    introspection: dict[str, Any] = {**introspection_from_schema(schema_of("library"))}
    types = introspection["__schema"]["types"]
    root = next(one for one in types if one["name"] == "Query")
    field = next(one for one in root["fields"] if one["args"])
    target = {"field": field, "argument": field["args"][0], "type": next(one for one in types if one["name"] == "Book")}
    target[what]["name"] = name
    operation = "books" if what == "type" else field["name"]
    raises = pytest.raises(SyncGQLError)
    schema = always(answer(json.dumps({"data": introspection}).encode()))
    with WireServer(schema) as server, Client(server.url) as client, raises as caught:
        client.query[operation]("title")
    assert all(b"query Introspection" in request.body for request in server.requests)  # only the schema was requested
    assert len(str(caught.value)) < 2000
