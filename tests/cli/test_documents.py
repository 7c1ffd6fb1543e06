"""The document of a command."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from syncgql.cli.documents import read_document


def test_one_source(tmp_path: Path) -> None:
    """An argument or a file, not both."""
    (tmp_path / "a.graphql").write_text("{ a }")
    assert read_document("{ b }", None) == "{ b }"
    assert read_document(None, tmp_path / "a.graphql") == "{ a }"
    with pytest.raises(click.UsageError):
        read_document("{ b }", tmp_path / "a.graphql")


def test_a_path_as_the_argument(tmp_path: Path) -> None:
    """The message shows the option; a document that is not a path is not looked up, however long it is."""
    path = tmp_path / "a b.graphql"
    path.write_text("{ a }")
    with pytest.raises(click.UsageError) as caught:
        read_document(str(path), None)
    assert caught.value.message == f"'{path}' is a file; pass it with -f: -f '{path}'"
    for text in ("x" * 100_000, "{\0}", "\0"):
        assert read_document(text, None) == text


def test_a_missing_file_as_the_argument() -> None:
    """The message names the file, instead of a syntax error in its name."""
    for path in ("missing.graphql", "queries/missing.gql"):
        with pytest.raises(click.UsageError) as caught:
            read_document(path, None)
        assert caught.value.message == f"There is no file {path!r}."
