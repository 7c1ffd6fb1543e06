"""The documents that programs send."""

from __future__ import annotations

from pathlib import Path

from syncgql.cli.document_files import DocumentFiles
from syncgql.cli.sent_documents import sent_documents


def found(folder: Path) -> list[tuple[str | None, str]]:
    return [(each.document.name, each.document.text) for each in sent_documents(DocumentFiles([folder]))]


def test_documents_are_as_they_are_written(tmp_path: Path) -> None:
    """Short forms are kept; fragments of other files are added."""
    (tmp_path / "a.graphql").write_text('{ a(x: "\\u00e9")\n\n ...F }')
    (tmp_path / "f.graphql").write_text("fragment F on Q { f }")
    assert found(tmp_path) == [(None, '{ a(x: "\\u00e9")\n\n ...F }\n\nfragment F on Q { f }')]


def test_several_operations_in_one_document(tmp_path: Path) -> None:
    """A literal is sent as it is; the operations of a file are sent one by one, each with its fragments."""
    text = "query A { ...F } query B { b } fragment F on Q { f }"
    (tmp_path / "a.graphql").write_text(text)
    (tmp_path / "b.py").write_text(f"gql({text!r})")
    assert found(tmp_path) == [
        ("A", "query A { ...F }\n\nfragment F on Q { f }"),
        ("B", "query B { b }"),
        (None, "query A { ...F }\n\nquery B { b }\n\nfragment F on Q { f }"),
    ]
