"""check_variables: the variables that a server would refuse."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import build_schema, get_variable_values

from syncgql import Client, FileVar, GraphQLRequest
from syncgql.testing import GraphQLMock, UnexpectedOperation, complete, event
from syncgql.testing.variable_check import check_variables

SDL = """
directive @oneOf on INPUT_OBJECT
scalar Upload
enum Genre { NOVEL ESSAY }
input Filter { genre: Genre  years: [Int!]  words: [String]! = []  and: Filter  id: ID }
input By @oneOf { id: ID  title: String }
type Query { books(filter: Filter, by: By, first: Int! = 1, price: Float, old: Boolean, ids: [ID!]): Int }
type Mutation { add(cover: Upload!, title: String!): Int }
type Subscription { added(first: Int!): Int }
"""
SCHEMA = build_schema(SDL)


def problems(definitions: str, variables: dict[str, Any]) -> list[str]:
    """Return the problems of variables with these definitions."""
    return check_variables(SCHEMA, GraphQLRequest(f"query Books({definitions}) {{ books }}", variables))


@pytest.mark.parametrize(
    ("definition", "value"),
    [
        ("Int", 2**31 - 1),
        ("Int!", 2.0),
        ("Float", 1),
        ("Float", 1.5),
        ("ID!", 7),
        ("ID", "7"),
        ("Boolean", True),
        ("[ID!]", ["7", 8]),
        ("[ID!]", "7"),
        ("[Int]", None),
        ("Genre", "NOVEL"),
        ("By", {"id": "7"}),
        ("Filter", {"genre": "ESSAY", "years": [1815], "and": {"and": {"id": None}}}),
    ],
)
def test_accepted_values(definition: str, value: object) -> None:
    """graphql-core, which servers use, accepts them, too."""
    assert problems(f"$v: {definition}", {"v": value}) == []
    assert not isinstance(coerced(definition, value), list)


@pytest.mark.parametrize(
    ("definition", "value", "problem"),
    [
        ("Int", 2**31, "$v is 2147483648, but its type is Int."),
        ("Int", 1.5, "$v is 1.5, but its type is Int."),
        ("Int!", "1", "$v is '1', but its type is Int!."),
        ("Int", True, "$v is True, but its type is Int."),
        ("Float", "1", "$v is '1', but its type is Float."),
        ("String", 1, "$v is 1, but its type is String."),
        ("String", {"a": 1}, "$v is {'a': 1}, but its type is String."),
        ("Boolean", 0, "$v is 0, but its type is Boolean."),
        ("ID", 1.5, "$v is 1.5, but its type is ID."),
        ("ID!", None, "$v is null, but its type is ID!."),
        ("[ID!]", [1, None], "$v[1] is null, but its type is ID!."),
        ("Genre", "NOVELL", "$v is 'NOVELL', but its type is Genre. Did you mean 'NOVEL'?"),
        ("Filter", "NOVEL", "$v is 'NOVEL', but its type is Filter."),
        ("Filter", {"and": {"year": [1]}}, "$v.and.year is not a field of Filter. Did you mean 'years'?"),
        ("Filter", {"years": [1, "2"]}, "$v.years[1] is '2', but its type is Int!."),
        ("By", {"id": "7", "title": "Emma"}, "$v needs exactly one field of By, with a value other than null."),
    ],
)
def test_refused_values(definition: str, value: object, problem: str) -> None:
    """The problem has the place, the value and the type; graphql-core refuses the value, too."""
    assert problems(f"$v: {definition}", {"v": value}) == [problem]
    if definition != "By":  # graphql-core 3.2 does not read @oneOf from SDL
        assert isinstance(coerced(definition, value), list)


def coerced(definition: str, value: object) -> object:
    """Return what graphql-core makes of a value; a list of errors if it refuses it."""
    operation = GraphQLRequest(f"query ($v: {definition}) {{ books }}").operation
    return get_variable_values(SCHEMA, operation.variable_definitions or (), {"v": value})


def test_missing_and_unknown_variables() -> None:
    """A variable with a default, or a nullable one, may be missing."""
    found = problems("$bookId: ID!, $first: Int! = 1, $price: Float", {"bookID": "7"})
    assert found == [
        "$bookID is not a variable of the operation. Did you mean 'bookId'?",
        "$bookId is missing; its type is ID!.",
    ]


def test_required_fields() -> None:
    """A required field of an input object may be missing only if it has a default."""
    schema = build_schema("input I { a: Int!  b: Int! = 1 } type Query { q(i: I): Int }")
    request = GraphQLRequest("query ($i: I) { q(i: $i) }", {"i": {}})
    assert check_variables(schema, request) == ["$i.a is missing; its type is Int!."]


def test_values_for_the_serializer_of_the_client() -> None:
    """Files and objects that are not JSON values are accepted everywhere."""
    assert problems("$a: String!, $b: Upload!", {"a": object(), "b": FileVar(b"a")}) == []


def test_the_mock_refuses_variables() -> None:
    """Every registered operation is checked, also if the program catches the exception."""
    with GraphQLMock(SDL) as mock, Client("https://api.invalid/graphql") as client:
        mock.add("Books", {"books": 1})
        mock.fake("Fake")
        mock.script("Added", event({"added": 1}), complete())
        with pytest.raises(UnexpectedOperation, match=r"variables of query Books are not valid .*\n- \$first is 'a'"):
            client.execute("query Books($first: Int!) { books(first: $first) }", {"first": "a"})
        with pytest.raises(UnexpectedOperation, match=r"\n- \$first is missing"):
            client.execute("query Fake($first: Int!) { books(first: $first) }")
        with pytest.raises(UnexpectedOperation, match=r"\n- \$one is not a variable"):
            client.subscribe("subscription Added { added(first: 1) }", {"one": 1})
        assert len(mock.failures) == 3
        assert mock.calls == []
