"""``syncgql persist``: manifests of trusted documents, which a client and a server accept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from syncgql import TrustedDocuments
from tests.cli.processes import syncgql

QUERY = "query Hello { hello }"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "main.py").write_text(f'client.execute("{QUERY}")\n')
    (tmp_path / "app" / "books.graphql").write_text("query Books { books { title } }\nmutation Add { add { id } }\n")
    return tmp_path


def test_a_manifest_on_standard_output(project: Path) -> None:
    """The documents of all files."""
    outcome = syncgql("persist", "app", cwd=project)
    assert (outcome.exit_code, outcome.stderr) == (0, "")
    assert sorted(json.loads(outcome.stdout).values()) == [
        "mutation Add { add { id } }",
        "query Books { books { title } }",
        QUERY,
    ]


@pytest.mark.parametrize("form", ["mapping", "prefixed", "apollo"])
def test_a_client_reads_each_form(project: Path, form: str) -> None:
    """The client finds the documents of the program in the file."""
    outcome = syncgql("persist", "app", "--output", "out/documents.json", "--format", form, cwd=project)
    assert outcome == (0, "", "syncgql: 3 documents in out/documents.json\n")
    assert TrustedDocuments(project / "out" / "documents.json").id_of(QUERY) is not None


def test_9_for_a_manifest_that_is_out_of_date(project: Path) -> None:
    """--check prints what would change, and changes nothing."""
    arguments = ("persist", "app", "--output", "documents.json", "--check")
    assert syncgql(*arguments, cwd=project).exit_code == 9
    assert not (project / "documents.json").exists()
    syncgql("persist", "app", "--output", "documents.json", cwd=project)
    assert syncgql(*arguments, cwd=project).exit_code == 0
    assert syncgql("persist", "app", "--check", cwd=project).exit_code == 2


def test_8_for_documents_that_cannot_be_listed(project: Path) -> None:
    """Syntax errors, and what has no name in the form that needs names; nothing is written."""
    (project / "app" / "wrong.graphql").write_text("{ a")
    outcome = syncgql("persist", "app", "--output", "documents.json", cwd=project)
    assert (outcome.exit_code, outcome.stderr) == (
        8,
        "app/wrong.graphql:1:4: Syntax Error: Expected Name, found <EOF>.\n",
    )
    (project / "app" / "wrong.graphql").write_text("{ a }")
    outcome = syncgql("persist", "app", "--output", "documents.json", "--format", "apollo", cwd=project)
    assert outcome.exit_code == 8
    assert (
        outcome.stderr == "app/wrong.graphql:1:1: Apollo's manifest requires a single named operation per document.\n"
    )
    assert not (project / "documents.json").exists()


def test_2_without_operations(project: Path) -> None:
    """An empty manifest would make a server refuse everything; the message names the files."""
    (project / "app" / "main.py").write_text('gql("fragment F on Book { title }")')
    outcome = syncgql("persist", "app/main.py", cwd=project)
    assert outcome.exit_code == 2
    assert "There are no operations in app/main.py, only fragments." in outcome.stderr


def test_2_without_an_argument(project: Path) -> None:
    """The message names what is missing."""
    assert "Missing argument 'FILES...'" in syncgql("persist").stderr
    assert (
        "'apolo' is not one of 'mapping', 'prefixed', 'apollo'" in syncgql("persist", "a", "--format", "apolo").stderr
    )


def test_no_other_file_is_overwritten(project: Path) -> None:
    """A manifest of any format is replaced, but not a document or a manifest with other ids."""
    for form in ("mapping", "prefixed", "apollo"):
        assert syncgql("persist", "app", "--output", "documents.json", "--format", form, cwd=project).exit_code == 0
    (project / "package.json").write_text('{"name": "app"}')
    for name in ("app/books.graphql", "app/main.py", "package.json"):
        before = (project / name).read_text()
        outcome = syncgql("persist", "app", "--output", name, cwd=project)
        assert outcome.exit_code == 2
        assert outcome.stderr.startswith(f"syncgql: {name} is not a manifest with documents by SHA-256, so it is not")
        assert (project / name).read_text() == before
