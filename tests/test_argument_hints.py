"""Hints for unknown keyword arguments."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import pytest

from syncgql import AIOHTTPTransport, Client, RateLimit, ReconnectPolicy, RequestsHTTPTransport, RetryPolicy
from syncgql.argument_hints import ALIASES

URL = "http://127.0.0.1:9/graphql"


def call(name: str, **options: Any) -> Any:
    """Call a method of a client."""
    return getattr(Client(URL), name)("{ a }", **options)


@pytest.mark.parametrize(
    ("argument", "hint"),
    [
        ("reconect", ". Did you mean 'reconnect'?"),
        ("retries", ". Did you mean 'retry'?"),
        ("max_retries", ". Did you mean 'retry'?"),
        ("verify", ". Did you mean 'ssl'?"),
        ("buffer_size", "; pass buffer_size= to stream() or subscribe()."),
        ("heartbeat", "; pass heartbeat= to AIOHTTPWebsocketsTransport."),
        ("give_up_after", "; pass give_up_after= to ReconnectPolicy."),
        ("variable_values", "; pass variable_values= to execute(), execute_many() or paginate()."),
        ("upload_files", "; leave it out: FileVar objects in the variables are uploaded automatically."),
        ("nothing_like_it", ""),
    ],
)
def test_arguments_of_the_client(argument: str, hint: str) -> None:
    """The error names the nearest option, or what the option belongs to."""
    make: Callable[..., Any] = Client
    with pytest.raises(TypeError) as caught:
        make(URL, **{argument: True})
    message = str(caught.value)
    if hint:
        assert message == f"Client() got an unexpected keyword argument {argument!r}{hint}"
    else:
        assert message.endswith(f"got an unexpected keyword argument {argument!r}")


@pytest.mark.parametrize(
    ("method", "argument", "hint"),
    [
        ("execute", "variables", ". Did you mean 'variable_values'?"),
        ("execute", "reconnect", "; pass reconnect= to the Client."),
        ("execute", "verify", "; pass ssl= to the Client."),
        ("execute", "page_size", "; pass page_size= to paginate()."),
        ("subscribe", "headers", "; pass headers= to the Client."),
        ("paginate", "pagesize", ". Did you mean 'page_size'?"),
        ("execute_many", "max_workers", ". Did you mean 'concurrency'?"),
        ("execute_batch", "max_workers", "; pass concurrency= to execute_many()."),
        ("stream", "overflwo", ". Did you mean 'overflow'?"),
    ],
)
def test_arguments_of_methods(method: str, argument: str, hint: str) -> None:
    """A method names the nearest argument, the client, or another method."""
    with pytest.raises(TypeError) as caught:
        call(method, **{argument: 3})
    assert str(caught.value) == f"Client.{method}() got an unexpected keyword argument {argument!r}{hint}"


@pytest.mark.parametrize(
    ("kind", "argument", "near"),
    [
        (ReconnectPolicy, "giveup_after", "give_up_after"),
        (RetryPolicy, "max_attempts", "attempts"),
        (RetryPolicy, "max_retries", "attempts"),
        (RateLimit, "brust", "burst"),
        (AIOHTTPTransport, "timeot", "timeout"),
    ],
)
def test_arguments_of_options(kind: Callable[..., Any], argument: str, near: str) -> None:
    """Classes of options and transports name the nearest argument."""
    with pytest.raises(TypeError, match=rf"argument '{argument}'\. Did you mean '{near}'\?$"):
        kind(**{argument: 3})


def test_arguments_of_the_transport_that_blocks() -> None:
    """``RequestsHTTPTransport`` has arguments that the client does not have."""
    make: Callable[..., Any] = RequestsHTTPTransport
    with pytest.raises(TypeError, match=r"^RequestsHTTPTransport\(\) .*'verfy'\. Did you mean 'verify'\?$"):
        make(URL, verfy=False)


def test_aliases_exist() -> None:
    """Each name that an alias stands for is an argument of the client, of a method or of a policy."""
    kinds: list[Callable[..., Any]] = [Client, Client.execute, Client.execute_many, RetryPolicy]
    known = {name for kind in kinds for name in inspect.signature(kind).parameters}
    assert {name for names in ALIASES.values() for name in names} <= known
    assert not ALIASES.keys() & known
