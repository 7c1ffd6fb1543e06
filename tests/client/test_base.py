"""The groups of a client's methods: each method has one place, and all use the pipeline of the client."""

from __future__ import annotations

import inspect
from collections import Counter

from syncgql import Client
from syncgql.client.base import ClientBase

GROUPS = Client.__bases__


def public(cls: type) -> list[str]:
    return [name for name in vars(cls) if not name.startswith("_")]


def test_each_method_is_defined_once() -> None:
    """No group overrides a method of another, so their order does not matter."""
    names = Counter(name for cls in (Client, *GROUPS) for name in public(cls))
    assert [name for name, count in names.items() if count > 1] == []


def test_groups_have_no_state() -> None:
    """Each group derives from the base alone, which holds the pipeline, and has no constructor of its own."""
    for group in GROUPS:
        assert group.__bases__ == (ClientBase,)
        assert "__init__" not in vars(group)


def test_help_shows_every_method() -> None:
    """The methods of the groups look like those of the client: signature and docstring."""
    client = Client("https://example.com/graphql")
    for group in GROUPS:
        for name in public(group):
            method = getattr(client, name)
            assert method.__self__ is client
            assert inspect.signature(method).parameters
            assert "Args:" in (inspect.getdoc(method) or "")
