"""Errors for arguments, attributes, modules and objects that only gql has."""

from __future__ import annotations

import importlib
import pickle
import types
from collections.abc import Callable
from typing import Any

import pytest
from graphql import parse

from syncgql import Client, GraphQLRequest, RequestsHTTPTransport, gql

URL = "http://127.0.0.1:9/graphql"


def call(name: str, *arguments: Any, **options: Any) -> Any:
    return getattr(Client(URL), name)(*arguments, **options)


@pytest.mark.parametrize("name", ["execute", "execute_result", "submit", "subscribe", "subscribe_results"])
@pytest.mark.parametrize(
    ("argument", "hint"),
    [
        ("get_execution_result", "execute_result()"),
        ("upload_files", "FileVar objects in the variables are uploaded automatically"),
        ("parse_result", "parse_results=True to the Client"),
        ("serialize_variables", "serialize_variables=True to the Client"),
    ],
)
def test_an_argument_of_gql(name: str, argument: str, hint: str) -> None:
    """The error names the method, the argument and its replacement; nothing is sent."""
    with pytest.raises(TypeError) as caught:
        call(name, "{ a }", **{argument: True})
    assert str(caught.value).startswith(f"Client.{name}() got an unexpected keyword argument '{argument}'; ")
    assert hint in str(caught.value)


@pytest.mark.parametrize("name", ["execute_batch", "execute_batch_results"])
def test_an_argument_of_gql_for_a_batch(name: str) -> None:
    """Batches in gql have the same arguments."""
    with pytest.raises(TypeError, match=r"call execute_result\(\), execute_batch_results\(\)"):
        call(name, ["{ a }"], get_execution_result=True)


def test_an_unknown_argument() -> None:
    """The message is Python's own."""
    with pytest.raises(TypeError, match=r"^Client.execute\(\) got an unexpected keyword argument 'vars'$"):
        call("execute", "{ a }", vars={})


def test_use_json_of_requests() -> None:
    """The transport of gql has a form that no server accepts."""
    make: Callable[..., Any] = RequestsHTTPTransport
    with pytest.raises(TypeError, match="'use_json'; leave it out: requests are always sent as JSON"):
        make(URL, use_json=True)


def test_the_client_of_a_session() -> None:
    """A session is the client itself, and does not appear to have one."""
    with Client(URL) as session:
        assert not hasattr(session, "client")
        with pytest.raises(AttributeError, match="session is the client itself"):
            _ = session.client


@pytest.mark.parametrize(
    ("module", "hint"),
    [
        ("transport.exceptions", "from syncgql import TransportError"),
        ("dsl", "client.query.book"),
    ],
)
def test_modules_of_gql(module: str, hint: str) -> None:
    """Importing a module with gql's name raises an error that names the replacement, each time."""
    for _ in range(2):
        with pytest.raises(ImportError) as caught:
            importlib.import_module(f"syncgql.{module}")
        assert hint in str(caught.value)
        assert caught.value.name == f"syncgql.{module}"


def test_a_request_of_gql() -> None:
    """Both packages call it GraphQLRequest, so its type name alone would not help."""
    foreign: Any = types.new_class("GraphQLRequest")()
    type(foreign).__module__ = "gql.graphql_request"
    for take in (GraphQLRequest, Client(URL).execute):
        with pytest.raises(TypeError, match="of the gql package; import gql and GraphQLRequest from syncgql"):
            take(foreign)


def test_a_request_can_be_made_from_a_request() -> None:
    """Further arguments replace the values in it, and the rest stays."""
    text = "query Q($a: Int) { a(a: $a) }"
    first = GraphQLRequest(gql(text), {"a": 1}, "Q", {"e": 1})
    assert first.payload == GraphQLRequest(text, {"a": 1}, "Q", {"e": 1}).payload
    assert GraphQLRequest(first) == first
    second = GraphQLRequest(first, variable_values={"a": 2}, extensions={})
    assert second.payload == GraphQLRequest(text, {"a": 2}, "Q").payload
    document = parse(text)
    assert GraphQLRequest(GraphQLRequest(document)).document is document
    assert pickle.loads(pickle.dumps(second)) == second


def test_variables_that_are_assigned() -> None:
    """In gql, a request is given its variables by an assignment."""
    request: Any = gql("query ($a: Int) { a(a: $a) }")
    with pytest.raises(AttributeError, match=r"pass variable_values= to execute\(\), or create another"):
        request.variable_values = {"a": 1}
    assert GraphQLRequest(request, variable_values={"a": 1}).variable_values == {"a": 1}
