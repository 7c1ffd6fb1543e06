"""``syncgql codegen``: a project with its configuration, from the first run to an error."""

from __future__ import annotations

import json
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


def test_model_replaces_the_setting(project: Path) -> None:
    """--model takes the names of the setting."""
    assert syncgql("codegen", "--model", "msgspec", cwd=project).exit_code == 0
    assert "class GetBookData(Struct, kw_only=True)" in (project / "app" / "api" / "books.py").read_text()
    assert syncgql("codegen", "--model", "attrs", cwd=project).exit_code == 2


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


def test_a_schema_of_a_server(project: Path, library: str) -> None:
    """The setting or the option contains its URL or the name of its endpoint."""
    (project / "app" / "books.graphql").write_text("query Hello { hello }\n")
    assert syncgql("codegen", cwd=project).exit_code == 8
    assert syncgql("codegen", "--schema", library, cwd=project).exit_code == 0
    endpoint = f'[tool.syncgql.endpoints.prod]\nurl = "{library}"\n'
    (project / "pyproject.toml").write_text(SETTINGS.replace("schema.graphql", "prod") + endpoint)
    assert syncgql("codegen", "--check", cwd=project) == (0, "", "")


def test_options_replace_the_configuration(project: Path) -> None:
    """Paths are those of the current folder; patterns begin at the project's."""
    (project / "app" / "other.graphql").write_text("type Query { book: Book } type Book { title: String! }")
    (project / "app" / "more.py").write_text('client.execute("query More { book { title } }")\n')
    (project / "pyproject.toml").write_text(SETTINGS.replace("app/*.graphql", "app/books.graphql"))
    options = ("--schema", "other.graphql", "--python", "app/*.py", "--manifest", "documents.json")
    assert syncgql("codegen", *options, cwd=project / "app") == (0, "", "syncgql: 4 files written, 0 removed\n")
    assert len(json.loads((project / "app" / "documents.json").read_text())) == 2
    assert "class More" in (project / "app" / "api" / "more.py").read_text()
    (project / "app" / "documents.json").unlink()
    outcome = syncgql("codegen", "--check", *options, cwd=project / "app")
    assert (outcome.exit_code, "documents.json" in outcome.stdout) == (9, True)


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ('output = "app/api"', "", "[tool.syncgql.codegen] output must be the folder of the package"),
        ("documents", "document", "[tool.syncgql.codegen] has no setting 'document'. Did you mean 'documents'?"),
        ("[tool.syncgql.codegen]", "[tool.syncgql.codgen]", "unknown key 'codgen'. Did you mean 'codegen'?"),
        (
            "[tool.syncgql.codegen]",
            "[tool.other]",
            "[tool.syncgql.codegen] is missing; add it with documents and output",
        ),
        ("schema.graphql", "prud", "The schema 'prud' is neither a URL, a configured endpoint nor a file in"),
    ],
)
def test_2_for_a_wrong_configuration(project: Path, before: str, after: str, message: str) -> None:
    """The message names the mistake, and the file if it is there."""
    (project / "pyproject.toml").write_text(SETTINGS.replace(before, after))
    outcome = syncgql("codegen", cwd=project)
    assert (outcome.exit_code, outcome.stdout) == (2, "")
    assert message in outcome.stderr
    assert str(project) in outcome.stderr


def test_2_without_a_configuration(tmp_path: Path) -> None:
    """The message names the folder, and a misspelled option the nearest one."""
    outcome = syncgql("codegen", cwd=tmp_path)
    assert (outcome.exit_code, f"no pyproject.toml in {tmp_path} or its parent" in outcome.stderr) == (2, True)
    assert "Did you mean '--schema'?" in syncgql("codegen", "--schma", "x").stderr


def test_8_without_documents(project: Path) -> None:
    """The message has the patterns and the folder in which they were searched."""
    (project / "app" / "books.graphql").unlink()
    outcome = syncgql("codegen", "--python", "src/*.py", cwd=project / "app")
    assert outcome == (8, "", f"syncgql: No file matches app/*.graphql, src/*.py in {project}.\n")
