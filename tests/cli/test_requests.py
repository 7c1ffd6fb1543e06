"""The request that the options describe."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from syncgql.cli.requests import RequestOptions


def test_a_batch_has_each_operation_with_its_own_variables(tmp_path: Path) -> None:
    """A variable need not be one of all operations."""
    document = "query A($a: Int) { a(a: $a) } query B($b: Int) { b(b: $b) }"
    requests = RequestOptions(document, None, ("a=1", "b=2"), None, None, None).batch()
    assert [(each.operation_name, each.variable_values) for each in requests] == [("A", {"a": 1}), ("B", {"b": 2})]


def test_a_document_with_several_operations() -> None:
    """The message names the option that chooses one, and the names."""
    options = RequestOptions("query A { a } query B { b }", None, (), None, None, None)
    with pytest.raises(click.UsageError, match="2 operations; choose one with -o: A, B"):
        options.request()
    options = RequestOptions("{ a } { b }", None, (), None, None, None)
    with pytest.raises(click.UsageError, match="2 operations; name them, and choose one with -o"):
        options.request()
