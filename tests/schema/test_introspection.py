"""Introspection of servers of all ages."""

from __future__ import annotations

import copy
import re
from collections.abc import Collection
from typing import Any

import pytest
from graphql import GraphQLSchema, build_schema, graphql_sync, introspection_types, print_schema

from syncgql import DocumentError, ExecutionResult, GraphQLRequest, TransportProtocolError, TransportQueryError
from syncgql.schema.introspection import introspect, known_options
from syncgql.schema.provider import load_schema, schema_from_introspection
from tests.schemas import schema_of


@pytest.fixture(autouse=True)
def graphql_core_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Undo Strawberry's change of ``__Type``, which all schemas of a process share.

    A Strawberry schema that was created earlier leaves its own resolver of ``isOneOf`` there.
    """
    field: Any = introspection_types["__Type"].fields["isOneOf"]  # type: ignore[attr-defined]
    monkeypatch.setattr(field, "resolve", lambda type_, info: getattr(type_, "is_one_of", None))


class Answerer:
    """Respond to introspection like graphql-core, without some features and with a maximum depth."""

    def __init__(
        self,
        schema: GraphQLSchema,
        unknown: Collection[str] = (),
        refused: Collection[str] = (),
        max_depth: int = 100,
    ) -> None:
        self.schema = schema
        self.unknown = unknown
        self.refused = refused
        self.max_depth = max_depth
        self.documents: list[str] = []

    def __call__(self, request: GraphQLRequest) -> ExecutionResult:
        self.documents.append(request.text)
        is_probe = "IntrospectionFeatures" in request.text
        if is_probe and "__type" in self.unknown:
            return ExecutionResult(None, [{"message": "No introspection of single types."}])
        if any(word in request.text for word in self.refused):
            return ExecutionResult(errors=[{"message": "Unknown."}])
        if depth_of(request.text) > self.max_depth:
            return ExecutionResult(errors=[{"message": "The query is too deep."}])
        result = graphql_sync(self.schema, request.text)
        assert not result.errors
        data = copy.deepcopy(result.data)
        if is_probe:
            forget(data, self.unknown)
        return ExecutionResult(data)


def depth_of(document: str) -> int:
    return max(len(found) for found in re.findall(r"^ *", document, re.MULTILINE)) // 2


def forget(node: Any, names: Collection[str]) -> None:
    if isinstance(node, dict):
        for value in node.values():
            forget(value, names)
    elif isinstance(node, list):
        node[:] = [one for one in node if not (isinstance(one, dict) and one.get("name") in names)]
        for one in node:
            forget(one, names)


def test_a_server_with_all_features() -> None:
    """The fetched schema equals the server's, including one-of inputs and repeatable directives."""
    schema = schema_of("library")
    found = schema_from_introspection(introspect(Answerer(schema)), "test")
    assert print_schema(found) == print_schema(schema)
    assert "@oneOf" in print_schema(found)


@pytest.mark.parametrize(
    ("unknown", "refused"),
    [
        ({"isOneOf"}, {"isOneOf"}),
        ({"specifiedByURL"}, {"specifiedByURL"}),
        ({"isRepeatable"}, {"isRepeatable"}),
        # On fields it is as old as GraphQL; on arguments and input fields it is new.
        ({"includeDeprecated"}, {"args(includeDeprecated", "inputFields(includeDeprecated"}),
        ({"__type"}, {"isOneOf", "specifiedByURL", "isRepeatable", "args(includeDeprecated"}),
    ],
)
def test_unsupported_features_are_not_queried(unknown: set[str], refused: set[str]) -> None:
    """Servers that lack a feature refuse a query that uses it; servers that report nothing get the oldest query."""
    answerer = Answerer(schema_of("library"), unknown, refused)
    assert introspect(answerer)["__schema"]["queryType"]["name"] == "Query"
    assert len(answerer.documents) == 2


def test_a_server_with_a_depth_limit() -> None:
    """Type references are queried less deeply, as long as none is truncated."""
    schema = build_schema("type Query { a: [[Int!]!]! }")
    usual = Answerer(schema)
    introspect(usual)
    limited = Answerer(schema, max_depth=depth_of(usual.documents[-1]) - 3)
    found = introspect(limited)
    assert len(limited.documents) == 3
    assert print_schema(schema_from_introspection(found, "test")) == print_schema(schema)


def test_deeper_types_than_usual_are_complete() -> None:
    """A type with more wrappers than the usual query has is complete."""
    schema = build_schema(f"type Query {{ a: {'[' * 12}Int{']' * 12} }}")
    answerer = Answerer(schema)
    assert print_schema(schema_from_introspection(introspect(answerer), "test")) == print_schema(schema)


def test_types_that_are_cut_short_by_a_limit_are_an_error() -> None:
    """A truncated type is an error, which says what to do."""
    schema = build_schema("type Query { a: [[[[Int!]!]!]!]! }")
    usual = Answerer(schema)
    introspect(usual)
    limited = Answerer(schema, max_depth=depth_of(usual.documents[-1]) - 6)
    with pytest.raises(TransportProtocolError, match=r"truncated the type references.*schema='schema\.graphql'"):
        introspect(limited)


def test_a_server_that_refuses_introspection_is_named_as_the_cause() -> None:
    """The error has the server's message, and says what to do instead."""

    def refuse(request: GraphQLRequest) -> ExecutionResult:
        return ExecutionResult(None, [{"message": "GraphQL introspection has been disabled."}])

    with pytest.raises(TransportQueryError, match=r"disabled\. Pass the schema to the client instead") as caught:
        introspect(refuse)
    assert caught.value.errors[0]["message"] == "GraphQL introspection has been disabled."


def test_a_response_without_a_schema_is_an_error() -> None:
    """Some gateways send null if introspection is disabled."""
    with pytest.raises(TransportProtocolError, match="contains no __schema"):
        introspect(lambda request: ExecutionResult({"__schema": None}))


@pytest.mark.parametrize("data", [{"a": 1}, {"type": {"fields": 1}}, {"type": {"fields": [{}]}}, {"__schema": 1}])
def test_a_response_to_another_query_is_an_error(data: Any) -> None:
    """A gateway, or a mock in a test, may send the same response to every request."""
    with pytest.raises(TransportProtocolError, match="contains no __schema"):
        introspect(lambda request: ExecutionResult(data))


def test_a_schema_that_cannot_be_built_is_the_servers_fault() -> None:
    """The server's response is kept in the error, truncated."""
    broken = {"__schema": {"queryType": {"name": "Q"}, "types": []}}
    with pytest.raises(TransportProtocolError, match="cannot build a schema from it") as caught:
        load_schema(None, lambda: broken)
    assert "queryType" in caught.value.received
    with pytest.raises(DocumentError, match="cannot build a schema from it"):
        load_schema(broken, lambda: broken)


def test_options_override_detected_features() -> None:
    """introspection_args are those of get_introspection_query; one-of has either of two names."""
    for name in ("one_of", "input_object_one_of"):
        answerer = Answerer(schema_of("library"))
        introspect(answerer, known_options({"descriptions": False, name: False, "type_depth": 4}))
        assert "description" not in answerer.documents[1]
        assert "isOneOf" not in answerer.documents[1]
        assert answerer.documents[1].count("ofType") == 4


def test_an_unknown_option_is_refused() -> None:
    """The error suggests the right name, or lists all of them."""
    with pytest.raises(TypeError, match=r"has no option 'description'. Did you mean 'descriptions'\?"):
        known_options({"description": False})
    with pytest.raises(TypeError, match=r"has no option 3. The options are descriptions, "):
        known_options({3: False})  # type: ignore[dict-item]
