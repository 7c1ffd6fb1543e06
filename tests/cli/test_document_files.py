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


@pytest.mark.parametrize(
    ("text", "kind"),
    [("type Query { a: Int }", "the definitions of a schema"), ('\n{ "__schema": {} }', "JSON")],
)
def test_a_schema_instead_of_documents(tmp_path: Path, text: str, kind: str) -> None:
    """A schema that was passed by name is reported once, and not once for each of its definitions."""
    path = tmp_path / "schema.graphql"
    path.write_text(text)
    with pytest.raises(click.UsageError) as caught:
        DocumentFiles([path])
    assert caught.value.message == f"{path} contains {kind} instead of operations and fragments."


def test_operations_beside_type_definitions(tmp_path: Path) -> None:
    """The file is a document, in which validation reports the type definitions."""
    path = tmp_path / "both.graphql"
    path.write_text("type Query { a: Int } { a }")
    assert len(DocumentFiles([path]).documents) == 1
