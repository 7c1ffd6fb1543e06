"""Documents of several files, which share their fragments."""

from __future__ import annotations

from pathlib import Path

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
