"""Paths in data."""

from __future__ import annotations

import click
import pytest

from syncgql import GraphQLRequest
from syncgql.cli.selection import check_path, select


def test_select() -> None:
    """Lists are mapped, null has null members."""
    data = {"a": [{"b": 1}, None, {"b": {"c": 2}}]}
    assert select(data, "a.b") == [1, None, {"c": 2}]
    assert select(data, "a.2.b.c") == 2
    assert select(data, "a.9") is None
    assert select(data, None) is data


def test_paths_go_through_fragments() -> None:
    """Aliases are what counts; members of a scalar are unknown."""
    request = GraphQLRequest("{ x: a { ...F ... on B { d } } } fragment F on A { c ...F }")
    for path in ("x.c", "x.d", "x.0.c.anything"):
        check_path(path, request)
    with pytest.raises(click.UsageError, match="only c, d"):
        check_path("x.e", request)
