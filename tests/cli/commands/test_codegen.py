"""``syncgql codegen``: a project with its configuration, from the first run to an error."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.processes import syncgql

SETTINGS = """
[tool.syncgql]
schema = "schema.graphql"

[tool.syncgql.codegen]
documents = ["app/*.graphql"]
output = "app/api"
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text(SETTINGS)
    (tmp_path / "schema.graphql").write_text("type Query { book: Book } type Book { title: String! }")
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "books.graphql").write_text("query GetBook { book { title } }\n")
    return tmp_path


def test_from_the_first_run_to_a_change(project: Path) -> None:
    """--check says whether the output is up to date; the command works in a folder below, too."""
    assert syncgql("codegen", "--check", cwd=project).exit_code == 9
    assert syncgql("codegen", cwd=project / "app") == (0, "", "syncgql: 2 files written, 0 removed\n")
    assert "class GetBook" in (project / "app" / "api" / "books.py").read_text()
    assert syncgql("codegen", "--check", cwd=project).exit_code == 0
    (project / "app" / "books.graphql").write_text("query GetBook { book { name: title } }\n")
    outcome = syncgql("codegen", "--check", cwd=project)
    assert outcome.exit_code == 9
    assert "name" in outcome.stdout


def test_8_for_errors_in_documents(project: Path) -> None:
    """All of them, as a compiler reports them, and nothing is written."""
    (project / "app" / "books.graphql").write_text("query GetBook { book { titel } }\n")
    (project / "app" / "more.graphql").write_text("query More { books }\n")
    outcome = syncgql("codegen", cwd=project)
    assert outcome.exit_code == 8
    assert outcome.stderr.splitlines() == [
        "app/books.graphql:1:24: Book has no field 'titel'. Did you mean 'title'?",
        "app/more.graphql:1:14: Query has no field 'books'. Did you mean 'book'?",
    ]
    assert not (project / "app" / "api").exists()


def test_2_for_a_wrong_configuration(project: Path) -> None:
    """It names the file and the setting."""
    (project / "pyproject.toml").write_text(SETTINGS.replace('output = "app/api"', ""))
    outcome = syncgql("codegen", cwd=project)
    assert outcome.exit_code == 2
    assert "pyproject.toml" in outcome.stderr
    assert "output must be the folder of the package" in outcome.stderr
