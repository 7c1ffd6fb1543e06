"""The placeholder for gql's transports that use HTTPX."""

from __future__ import annotations

import importlib

import pytest


def test_the_error_names_the_replacement() -> None:
    """Code that was written for gql fails at its import, with the replacement."""
    with pytest.raises(ImportError, match=r"Client\(url\)") as caught:
        importlib.import_module("syncgql.transport.httpx")
    assert caught.value.name == "syncgql.transport.httpx"
