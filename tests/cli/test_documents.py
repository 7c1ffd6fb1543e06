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
