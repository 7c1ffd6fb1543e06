"""The middleware of the demo's server, which refuses some requests."""

from __future__ import annotations

import pytest

from syncgql import Client, TransportAuthenticationError, TransportServerError
from syncgql.cli.demo.middleware import Tokens


def test_the_busy_path(library: str) -> None:
    """It refuses the first of two requests."""
    with Client(f"{library}/busy") as client:
        with pytest.raises(TransportServerError, match="503"):
            client.execute("{ hello }")
        assert client.execute("{ hello }") == {"hello": "Hello world!"}


def test_the_private_path(library: str) -> None:
    """It accepts each token twice."""
    with Client(library) as client:
        token = client.execute("mutation { logIn }")["logIn"]
    with Client(f"{library}/private", headers={"Authorization": f"Bearer {token}"}) as client:
        for _ in range(2):
            assert client.execute("{ hello }") == {"hello": "Hello world!"}
        with pytest.raises(TransportAuthenticationError):
            client.execute("{ hello }")


def test_tokens_are_independent() -> None:
    """A new one does not end those before it; unknown ones are refused."""
    tokens = Tokens()
    first, second = tokens.issue(), tokens.issue()
    assert [tokens.use(each) for each in (first, second, first, first, second, "token-3", "")] == [
        True,
        True,
        True,
        False,
        True,
        False,
        False,
    ]
