"""Errors for arguments, attributes, modules and objects that only gql has."""

from __future__ import annotations

import copy
import importlib
import pickle
import re
import types
from collections.abc import Callable
from typing import Any

import pytest
from graphql import parse

import syncgql
from syncgql import Client, GraphQLRequest, RequestsHTTPTransport, gql
from syncgql.gql_names import ATTRIBUTES, REPLACEMENTS

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


@pytest.mark.parametrize(
    ("argument", "hint"),
    [
        ("use_json", "leave it out: requests are always sent as JSON"),
        ("allow_redirects", "leave it out: redirects that keep the POST are followed"),
    ],
)
def test_an_argument_of_the_transport_for_requests(argument: str, hint: str) -> None:
    """The transport of gql has both."""
    make: Callable[..., Any] = RequestsHTTPTransport
    with pytest.raises(TypeError, match=f"'{argument}'; {hint}"):
        make(URL, **{argument: True})


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("client", "in 'with client as session', session is the client itself."),
        ("session", "in 'with client as session', session is the client itself."),
        ("connect_sync", "leave it out: the first call connects."),
        ("close_async", "call close()."),
        ("execute_async", "call execute(), or submit(), which returns a Future."),
        ("transport", ATTRIBUTES["transport"] + "."),
        (
            "validate",
            "pass validate=True to the Client, or call graphql.validate(client.schema, request.document).",
        ),
    ],
)
def test_attributes_of_gql(name: str, hint: str) -> None:
    """The error names the replacement. The client does not appear to have the attribute, nor do its copies."""
    with Client(URL) as session:
        for client in (session, copy.copy(session), pickle.loads(pickle.dumps(session))):
            assert not hasattr(client, name)
            assert name not in dir(client)
            with pytest.raises(AttributeError) as caught:
                getattr(client, name)
            assert str(caught.value) == f"'Client' object has no attribute {name!r}; {hint}"
            assert (caught.value.name, caught.value.obj) == (name, client)


def test_attributes_that_nobody_has() -> None:
    """The message is Python's own, with what it needs to suggest another name."""
    client = Client(URL)
    with pytest.raises(AttributeError, match=r"^'Client' object has no attribute 'exekute'$") as caught:
        getattr(client, "exekute")  # noqa: B009 - mypy knows that the attribute does not exist
    assert (caught.value.name, caught.value.obj) == ("exekute", client)


def test_a_property_that_raises_attribute_error() -> None:
    """The error of the user's function is not replaced by one that denies the attribute."""

    def load() -> object:
        raise AttributeError("no such setting")

    with pytest.raises(AttributeError, match=r"^no such setting$"):
        _ = Client(URL, schema=load).schema


def test_attributes_of_gql_are_not_those_of_the_client() -> None:
    """No hint hides an attribute that exists."""
    assert not ATTRIBUTES.keys() & set(dir(Client))


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


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("WebsocketsTransport", "use AIOHTTPWebsocketsTransport, or pass the URL to the Client: Client(url)."),
        ("HTTPXTransport", "pass the URL to the Client: Client(url)."),
        ("DSLSchema", "write client.query.book('title', id='1'); see docs/migrating_dsl.md."),
        ("DSLFragment", "use Fragment; see docs/migrating_dsl.md."),
    ],
)
def test_names_of_gql(name: str, hint: str) -> None:
    """An import statement and an attribute access raise errors that name the replacement; ``hasattr`` returns False."""
    with pytest.raises(ImportError) as refused:
        exec(f"from syncgql import Client, {name}")
    assert str(refused.value) == f"cannot import name {name!r} from 'syncgql'; {hint}"
    assert refused.value.name == "syncgql"
    with pytest.raises(AttributeError) as missing:
        getattr(syncgql, name)
    assert str(missing.value) == f"module 'syncgql' has no attribute {name!r}; {hint}"
    assert not hasattr(syncgql, name)


@pytest.mark.parametrize("module", ["syncgql", "syncgql.transport.requests", "syncgql.transport.aiohttp"])
def test_the_logger_of_gql(module: str) -> None:
    """Importing it from a module with gql's name raises an error with the name of the logger."""
    with pytest.raises(ImportError, match=rf"^cannot import name 'log' from '{module}'; write logging\.getLogger"):
        exec(f"from {module} import log")


def test_sessions_of_gql() -> None:
    """Their module has gql's name, too."""
    with pytest.raises(ImportError, match=r"^cannot import name 'SyncClientSession' from 'syncgql\.client'; use"):
        exec("from syncgql.client import Client, SyncClientSession")
    assert not hasattr(syncgql.client, "SyncClientSession")


def test_names_that_nobody_has() -> None:
    """The messages are Python's own."""
    with pytest.raises(ImportError, match=r"^cannot import name 'Nothing' from 'syncgql' \("):
        exec("from syncgql import Nothing")
    with pytest.raises(AttributeError, match=r"^module 'syncgql' has no attribute 'Nothing'$"):
        _ = syncgql.Nothing


def test_replacements_exist() -> None:
    """The package has none of the names with a hint, and each name that a hint names."""
    assert not REPLACEMENTS.keys() & set(dir(syncgql))
    named = {found for hint in REPLACEMENTS.values() for found in re.findall(r"\buse (?:the )?(\w+)", hint)}
    assert named <= set(syncgql.__all__)


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
