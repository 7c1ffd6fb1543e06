"""Clients from Django's settings."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings

from syncgql import Client, ExecutionResult, Middleware, TokenAuth
from syncgql.contrib.django import clients
from syncgql.testing import GraphQLMock

from ...fix_servers import Server

URL = "http://127.0.0.1:1/graphql"


class Answers(Middleware):
    """Answers itself."""

    def execute(self, operation: Any, call_next: Any) -> ExecutionResult:
        return ExecutionResult({"answer": "class"})


def answer(operation: Any, call_next: Any) -> ExecutionResult:
    return ExecutionResult({"answer": "function"})


def test_a_client_has_the_options_of_its_name(strawberry_server: Server) -> None:
    """It is created once, for all threads."""
    named = {"library": {"url": strawberry_server.url, "headers": {"X-A": "1"}}}
    with override_settings(SYNCGQL=named), ThreadPoolExecutor(8) as threads:
        assert clients["library"].execute('{ header(name: "x-a") }') == {"header": "1"}
        assert {id(client) for client in threads.map(lambda _: clients["library"], range(50))} == {
            id(clients["library"])
        }


def test_clients_are_a_mapping() -> None:
    """Names can be listed and tested without creating the clients."""
    with override_settings(SYNCGQL={"a": {"url": URL}, "b": {}}):
        assert (list(clients), len(clients), "b" in clients, "c" in clients) == (["a", "b"], 2, True, False)
        assert list(clients) == ["a", "b"]
    assert list(clients) == []


def test_override_settings_closes_the_clients() -> None:
    """The next access creates a client from the changed setting; other settings change nothing."""
    with override_settings(SYNCGQL={"a": {"url": URL}}):
        first = clients["a"]
        with override_settings(USE_TZ=True):
            assert clients["a"] is first
        with override_settings(SYNCGQL={"a": {"url": f"{URL}/2"}}):
            assert first.closed
            second = clients["a"]
            assert repr(second) == f"<Client {URL}/2>"
        assert second.closed
        assert repr(clients["a"]) == f"<Client {URL}>"


@pytest.mark.parametrize(("path", "expected"), [("Answers", "class"), ("answer", "function")])
def test_middleware_by_import_path(path: str, expected: str) -> None:
    """A class is instantiated; a function is used as it is."""
    options = {"url": URL, "middleware": [f"{__name__}.{path}"]}
    with override_settings(SYNCGQL={"a": options}):
        assert clients["a"].execute("{ answer }") == {"answer": expected}


def tenant() -> dict[str, str]:
    return {"X-Tenant": "7"}


token_auth = TokenAuth(lambda: "hunter2")


def test_headers_and_auth_by_import_path() -> None:
    """An import path may name a function or an object; any other text is the value of the Authorization header."""
    options = {"url": URL, "headers": f"{__name__}.tenant", "auth": f"{__name__}.token_auth"}
    fixed = {"url": URL, "auth": "eyJhbGciOiJub25lIn0.eyJpZCI6MX0.c2ln"}
    with override_settings(SYNCGQL={"a": options, "b": fixed}), GraphQLMock() as mock:
        mock.add("{ ok }", {"ok": True})
        clients["a"].execute("{ ok }")
        clients["b"].execute("{ ok }")
    first, second = mock.calls
    assert (first.headers["X-Tenant"], first.headers["Authorization"]) == ("7", "Bearer hunter2")
    assert second.headers["Authorization"] == fixed["auth"]


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ([], "SYNCGQL must be a dict of clients, not list."),
        ({"b": {}, "c": {}}, "SYNCGQL has no client 'a'; its clients are b, c."),
        ({}, "SYNCGQL has no client 'a'; it is not set, or empty."),
        ({"a": URL}, "SYNCGQL['a'] must be a dict of options, not str."),
        ({"a": {"url": URL, "headrs": {}}}, "SYNCGQL['a']: Client has no option 'headrs'; did you mean 'headers'?"),
        ({"a": {"url": URL, "URL": URL}}, "SYNCGQL['a']: Client has no option 'URL'."),
        ({"a": {"url": URL, "pool_size": "9"}}, "SYNCGQL['a']: pool_size must be"),
        (
            {"a": {"url": URL, "middleware": ["no.such.thing"]}},
            "SYNCGQL['a']: middleware 'no.such.thing' cannot be imported: No module named 'no'",
        ),
        (
            {"a": {"url": URL, "auth": "no.such.auth"}},
            "SYNCGQL['a']: auth cannot be imported: No module named 'no'",
        ),
    ],
)
def test_a_mistake_is_named(setting: Any, message: str) -> None:
    """The message has the name of the client and of the option."""
    with override_settings(SYNCGQL=setting), pytest.raises(ImproperlyConfigured) as caught:
        assert isinstance(clients["a"], Client)
    assert str(caught.value).startswith(message)
