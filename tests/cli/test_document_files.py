"""Documents of several files, which share their fragments."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from graphql import print_ast

from syncgql.cli.document_files import DocumentFiles


def test_fragments_of_fragments_are_found(tmp_path: Path) -> None:
    """Each is added once, also those that refer to each other."""
    (tmp_path / "a.graphql").write_text("{ ...A }")
    (tmp_path / "b.graphql").write_text("fragment A on Q { ...B } fragment B on Q { ...A }")
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules" / "c.graphql").write_text("fragment C on Q { c }")
    files = DocumentFiles([tmp_path])
    completed = print_ast(files.complete(files.documents[0].document))
    assert (completed.count("fragment A"), completed.count("fragment B")) == (1, 1)
    assert list(files.unused_fragments()) == []


def test_no_documents(tmp_path: Path) -> None:
    """The message has the paths that were searched; a schema is not a document."""
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "schema.graphql").write_text("type Query { a: Int }")
    (tmp_path / "empty.py").write_text("")
    with pytest.raises(click.UsageError) as caught:
        DocumentFiles([tmp_path / "src", tmp_path / "empty.py"])
    assert caught.value.message == (
        f"There are no GraphQL documents in {tmp_path / 'src'}, {tmp_path / 'empty.py'}; in a folder, files with the "
        "endings .gql, .graphql, .py are read."
    )
