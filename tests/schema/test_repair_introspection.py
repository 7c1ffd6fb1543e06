"""Flaws in introspection results that do not discard the rest."""

from __future__ import annotations

import copy
import logging
from typing import Any

import pytest
from graphql import build_schema, introspection_from_schema, is_required_argument, print_type

from syncgql import DocumentError
from syncgql.schema.provider import schema_from_introspection

SDL = """
enum State { OPEN CLOSED }
input Paging { page: Int = 0, states: [State!] = [OPEN] }
directive @cost(weight: Int! = 1) on FIELD_DEFINITION
type Query { issues(paging: Paging! = {page: 0}, state: State! = OPEN): [String!]  price: Float }
"""


def introspection() -> Any:
    return introspection_from_schema(build_schema(SDL))


def find(result: Any, type_name: str, *path: str) -> Any:
    """The description of a type, or of one of its fields, arguments or input fields."""
    found = next(type_ for type_ in result["__schema"]["types"] if type_["name"] == type_name)
    for name in path:
        members = found.get("fields") or found.get("inputFields") or found.get("args")
        found = next(member for member in members if member["name"] == name)
    return found


@pytest.mark.parametrize(
    ("default", "shown"),
    [
        ('{"page":1,"states":[]}', "paging: Paging! = {page: 1, states: []}"),
        ("<Paging object at 0x7f>", "paging: Paging,"),
        ('{"a b": 1}', "paging: Paging,"),
        ("", "paging: Paging,"),
    ],
)
def test_a_default_that_is_not_graphql(default: str, shown: str, caplog: pytest.LogCaptureFixture) -> None:
    """It is read as JSON or dropped; in both cases the argument stays optional, and the place is logged."""
    result = introspection()
    find(result, "Query", "issues", "paging")["defaultValue"] = default
    query = schema_from_introspection(result, "api.json").query_type
    assert query is not None
    assert shown in print_type(query).replace("{ ", "{").replace(" }", "}")
    assert not is_required_argument(query.fields["issues"].args["paging"])
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert caplog.messages[0].startswith("api.json: Query.issues(paging): the default value is ")


def test_an_enum_value_in_quotes(caplog: pytest.LogCaptureFixture) -> None:
    """The default is valid GraphQL, but not a value of the enum."""
    result = introspection()
    find(result, "Query", "issues", "state")["defaultValue"] = '"CLOSED"'
    find(result, "Paging", "states")["defaultValue"] = '["CLOSED"]'
    schema = schema_from_introspection(result, "api.json")
    assert "state: State! = CLOSED" in print_type(schema.type_map["Query"])
    assert "states: [State!] = [CLOSED]" in print_type(schema.type_map["Paging"])
    assert len(caplog.messages) == 2


def test_the_default_of_a_directive(caplog: pytest.LogCaptureFixture) -> None:
    """Directives also have arguments."""
    result = introspection()
    cost = next(directive for directive in result["__schema"]["directives"] if directive["name"] == "cost")
    cost["args"][0]["defaultValue"] = "<1>"
    schema_from_introspection(result, "api.json")
    assert caplog.messages == ["api.json: @cost(weight): the default value is not GraphQL; it is ignored."]


def test_scalars_that_are_not_listed_are_added(caplog: pytest.LogCaptureFixture) -> None:
    """Built-in scalars keep their meaning."""
    result = introspection()
    types = result["__schema"]["types"]
    types[:] = [type_ for type_ in types if type_["name"] not in ("Float", "Int")]
    schema = schema_from_introspection(result, "the server's introspection result")
    assert {"Float", "Int"} <= schema.type_map.keys()
    assert "the server's introspection result: Query.price: the scalar Float is missing from the list" in caplog.text


def test_the_argument_is_unchanged() -> None:
    """The result may belong to the caller, or be stored in a cache."""
    result = introspection()
    find(result, "Query", "issues", "paging")["defaultValue"] = "<Paging>"
    before = copy.deepcopy(result)
    schema_from_introspection(result, "api.json")
    assert result == before


def test_a_result_without_flaws_logs_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """The result is not copied."""
    schema_from_introspection(introspection(), "api.json")
    assert not caplog.messages


@pytest.mark.parametrize("types", [None, [{}], [None], {"a": 1}])
def test_results_that_cannot_be_repaired_are_refused(types: Any) -> None:
    """The error is that of the client."""
    with pytest.raises(DocumentError, match=r"api\.json: cannot build a schema from it"):
        schema_from_introspection({"__schema": {"types": types}}, "api.json")
