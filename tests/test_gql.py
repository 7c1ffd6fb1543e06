"""The placeholder for gql's module of the function gql."""

from __future__ import annotations

import importlib

import pytest


def test_the_error_names_the_replacement() -> None:
    """Code that was written for gql fails at its import, with the line to write instead."""
    with pytest.raises(ImportError, match="from syncgql import gql") as caught:
        importlib.import_module("syncgql.gql")
    assert caught.value.name == "syncgql.gql"
