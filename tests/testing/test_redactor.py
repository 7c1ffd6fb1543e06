"""Redactor: removes values from recordings."""

from __future__ import annotations

from typing import Any

import pytest

from syncgql.testing.redactor import Redactor


def test_variables_are_removed() -> None:
    """They are removed at any depth; the argument is not changed."""
    given = {"id": "7", "input": {"password": "secret", "names": ["a", "b"]}, "now": 1}
    redactor = Redactor(["variables.input.password", "variables.now", "variables.missing.name"])
    assert redactor.variables(given) == {"id": "7", "input": {"names": ["a", "b"]}}
    assert given["input"] == {"password": "secret", "names": ["a", "b"]}


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("data.login.token", {"data": {"login": {"token": "(left out)", "tags": [1, 2]}}, "extensions": {"cost": 3}}),
        (
            "data.login.tags.*",
            {"data": {"login": {"token": "x", "tags": ["(left out)"] * 2}}, "extensions": {"cost": 3}},
        ),
        ("data.*.tags.1", {"data": {"login": {"token": "x", "tags": [1, "(left out)"]}}, "extensions": {"cost": 3}}),
        ("extensions.cost", {"data": {"login": {"token": "x", "tags": [1, 2]}}, "extensions": {}}),
        ("extensions", {"data": {"login": {"token": "x", "tags": [1, 2]}}}),
    ],
)
def test_data_keep_their_keys(path: str, kept: Any) -> None:
    """Values are replaced, because the program reads them; extensions are removed."""
    response = {"data": {"login": {"token": "x", "tags": [1, 2]}}, "extensions": {"cost": 3}}
    assert Redactor([path]).response(response) == kept


def test_mistakes() -> None:
    """A path without its root, or one path instead of a list."""
    with pytest.raises(ValueError, match="must begin with one of variables, data, errors, extensions, not 'password'"):
        Redactor(["password"])
    with pytest.raises(TypeError, match="a list of paths, not a str"):
        Redactor("variables.password")
