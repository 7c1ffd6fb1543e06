"""Errors for options of clients and transports that are assigned, and hints for unknown ones."""

from __future__ import annotations

import copy
import inspect
import pickle
import re
from typing import Any

import pytest

import syncgql
from syncgql import Client, ReconnectPolicy, RequestsHTTPTransport, RetryPolicy
from syncgql.option_errors import suggests_arguments

URL = "http://127.0.0.1:9/graphql"

WS_URL = "ws://127.0.0.1:9/graphql"

MADE: dict[str, Any] = {
    "Client": (URL,),
    "AIOHTTPTransport": (URL,),
    "RequestsHTTPTransport": (URL,),
    "EventStreamTransport": (URL,),
    "MultipartSubscriptionTransport": (URL,),
    "AIOHTTPWebsocketsTransport": (WS_URL,),
    "PhoenixChannelWebsocketsTransport": (WS_URL,),
    "AppSyncWebsocketsTransport": (URL, syncgql.AppSyncApiKeyAuthentication("127.0.0.1", "key")),
}


@pytest.fixture(params=MADE)
def made(request: pytest.FixtureRequest) -> Any:
    """A client, or a transport of each kind."""
    return getattr(syncgql, request.param)(*MADE[request.param])


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("headers", "pass a function as headers=, which is called for each request and connection."),
        ("auth", "pass a TokenAuth as auth=, or a function as headers=."),
        ("session", "pass a function that creates one as session=."),
        ("default_timeout", "pass timeout= to the call."),
    ],
)
def test_an_option_with_another_way(made: Any, name: str, hint: str) -> None:
    """The error names the other way."""
    message = f"{type(made).__name__}.{name} cannot be assigned; {hint}"
    with pytest.raises(AttributeError, match=f"^{re.escape(message)}$"):
        setattr(made, name, None)


@pytest.mark.parametrize("name", ["url", "json_deserialize", "trust_env", "json_serialize"])
def test_any_other_option(made: Any, name: str) -> None:
    """The error says that another object is needed."""
    owner = type(made).__name__
    with pytest.raises(
        AttributeError, match=f"^{owner}.{name} cannot be assigned; create another {owner} with {name}="
    ):
        setattr(made, name, None)


def test_other_attributes(made: Any) -> None:
    """Attributes that are not options can be assigned, and those of copies, too."""
    for each in (made, copy.copy(made)):
        each.purpose = "tests"
        assert each.purpose == "tests"


@pytest.mark.parametrize("kind", [Client, RequestsHTTPTransport])
def test_attributes_of_a_subclass(kind: Any) -> None:
    """A subclass may assign the attributes that it defines, whatever their names are, but no other options."""

    class Own(kind):  # type: ignore[misc]
        cookies = None

        def __init__(self) -> None:
            self.token = "a"
            super().__init__(URL)
            self.cookies = {"b": "c"}

    own: Any = Own()
    assert (own.token, own.cookies) == ("a", {"b": "c"})
    with pytest.raises(AttributeError, match=r"^Own\.headers cannot be assigned; pass a function"):
        own.headers = {}


@pytest.mark.parametrize("kind", [Client, RequestsHTTPTransport])
@pytest.mark.parametrize("name", ["url", "headers"])
def test_an_attribute_of_a_subclass_with_the_name_of_an_option(kind: Any, name: str) -> None:
    """In the ``__init__`` of a subclass, the way out is another name."""

    class Own(kind):  # type: ignore[misc]
        def __init__(self) -> None:
            setattr(self, name, URL)

    with pytest.raises(
        AttributeError, match=rf"^Own\.{name} .*; or choose another name for an attribute of the subclass\.$"
    ):
        Own()


def test_reading_an_option(made: Any) -> None:
    """Reading an attribute that only gql has raises an error with a hint. The URL of a transport can be read."""
    assert not hasattr(made, "headers")
    with pytest.raises(AttributeError, match="has no attribute 'headers'; pass a function as headers=") as caught:
        _ = made.headers
    assert (caught.value.name, caught.value.obj) == ("headers", made)
    assert isinstance(made, Client) or made.url.endswith(("/graphql", "/graphql/websocket"))


def test_other_errors_are_unchanged() -> None:
    """Errors that the class itself raises, and errors for missing arguments, keep their messages."""

    @suggests_arguments()
    class Kind:
        def __init__(self, value: int, **more: Any) -> None:
            raise TypeError("value is wrong")

    with pytest.raises(TypeError, match=r"^value is wrong$"):
        Kind(1, other=2)
    with pytest.raises(TypeError, match="missing 1 required positional argument"):
        Kind()  # type: ignore[call-arg]


def test_decorated_classes_look_as_before() -> None:
    """Decorated classes keep their signature, and their objects can be pickled."""
    assert list(inspect.signature(RetryPolicy).parameters)[:2] == ["attempts", "base"]
    assert inspect.signature(Client).parameters["trust_env"].default is True
    assert pickle.loads(pickle.dumps(ReconnectPolicy(attempts=5))) == ReconnectPolicy(attempts=5)
