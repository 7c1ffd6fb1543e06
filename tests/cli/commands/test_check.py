"""``syncgql check``: documents in files and in Python, and the formats of findings."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.processes import syncgql

SCHEMA = """
type Query { book(id: ID): Book books: [Book!]! }
type Book { id: ID! title: String! name: String @deprecated(reason: "Use title.") }
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "schema.graphql").write_text(SCHEMA)
    (tmp_path / "src").mkdir()
    return tmp_path


def test_valid_documents(project: Path, library: str) -> None:
    """Fragments may be in other files, schemas in a folder are no documents; a server has a schema, too."""
    (project / "src" / "book.graphql").write_text("query A { books { ...Title } }")
    (project / "src" / "title.graphql").write_text("fragment Title on Book { title }")
    (project / "src" / "copy.graphql").write_text(SCHEMA)
    assert syncgql("check", "schema.graphql", "src", cwd=project) == (
        0,
        "",
        "syncgql: 2 documents, 0 errors, 0 warnings\n",
    )
    assert syncgql("check", library, "src", cwd=project).exit_code == 0


def test_9_for_findings_with_their_places(project: Path) -> None:
    """All errors, each at its line and column; a fragment that nothing uses is one."""
    (project / "src" / "a.graphql").write_text("query A {\n  books { titel id }\n}\nfragment F on Book { id }\n")
    (project / "src" / "b.graphql").write_text("query B { books {")
    outcome = syncgql("check", "schema.graphql", "src", cwd=project)
    assert outcome.exit_code == 9
    assert outcome.stdout.splitlines() == [
        "src/a.graphql:2:11: error: Cannot query field 'titel' on type 'Book'. Did you mean 'title'?",
        "src/a.graphql:4:1: error: Fragment 'F' is never used.",
        "src/b.graphql:1:18: error: Syntax Error: Expected Name, found <EOF>.",
    ]


def test_documents_in_python(project: Path) -> None:
    """Arguments of gql() and of a client's methods, and literals that begin with a keyword; nothing else."""
    (project / "src" / "app.py").write_text(
        '"""query is a word { of a docstring }"""\n'
        'QUERY = """\n'
        "query B {\n"
        "  books { one }\n"
        '}\n"""\n'
        'client.execute("{ books { two } }")\n'
        'greeting = "{name}".format(name="Ada")\n'
        'dynamic = f"query {{ {field} }}"\n'
        "client.execute_batch(['{ three }'])\n"
    )
    lines = syncgql("check", "schema.graphql", "src", cwd=project).stdout.splitlines()
    assert [line.split(": ")[0] for line in lines] == ["src/app.py:4:11", "src/app.py:7:27", "src/app.py:10:26"]


def test_deprecated(project: Path) -> None:
    """A warning, or an error with --deny."""
    (project / "a.graphql").write_text("query A { books { name } }")
    outcome = syncgql("check", "schema.graphql", "a.graphql", cwd=project)
    assert (outcome.exit_code, outcome.stdout) == (
        0,
        "a.graphql:1:19: warning: The field Book.name is deprecated. Use title.\n",
    )
    assert syncgql("check", "schema.graphql", "a.graphql", "--deny", "deprecated", cwd=project).exit_code == 9


def test_formats(project: Path) -> None:
    """GitHub's annotations escape what would end them; JSON has the members."""
    (project / "a,b.graphql").write_text("{ nope }")
    outcome = syncgql("check", "schema.graphql", "a,b.graphql", "--format", "github", cwd=project)
    assert outcome.stdout == ("::error file=a%2Cb.graphql,line=1,col=3::Cannot query field 'nope' on type 'Query'.\n")
    outcome = syncgql("check", "schema.graphql", "a,b.graphql", "--format", "json", cwd=project)
    assert json.loads(outcome.stdout) == [
        {
            "file": "a,b.graphql",
            "line": 1,
            "column": 3,
            "level": "error",
            "message": "Cannot query field 'nope' on type 'Query'.",
        }
    ]


def test_the_schema_file_of_an_endpoint(project: Path) -> None:
    """It is used in place of the server."""
    (project / "pyproject.toml").write_text(
        '[tool.syncgql.endpoints.prod]\nurl = "http://127.0.0.1:1/"\nschema = "schema.graphql"\n'
    )
    (project / "a.graphql").write_text("{ books { id } }")
    assert syncgql("check", "prod", "../a.graphql", cwd=project / "src").exit_code == 0


def test_files_that_cannot_be_checked(project: Path) -> None:
    """A missing file and invalid Python are reported."""
    (project / "broken.py").write_text("def (")
    for name in ("missing.graphql", "broken.py", "src/missing"):
        outcome = syncgql("check", "schema.graphql", name, cwd=project)
        assert (outcome.exit_code, name in outcome.stderr) == (2, True)


def test_documents_that_a_manifest_lacks(project: Path) -> None:
    """Each is an error; formatting makes no difference."""
    (project / "src" / "a.py").write_text('gql("query A { books { id } }")\ngql("query B { books { title } }")\n')
    assert syncgql("persist", "src", "--output", "documents.json", cwd=project).exit_code == 0
    arguments = ("check", "schema.graphql", "src", "--manifest", "documents.json")
    assert syncgql(*arguments, cwd=project).exit_code == 0
    (project / "src" / "a.py").write_text('gql("query A { books{id} }")\ngql("query B { books { id title } }")\n')
    outcome = syncgql(*arguments, cwd=project)
    assert (outcome.exit_code, outcome.stdout) == (
        9,
        "src/a.py:2:6: error: This document is not in the manifest; run syncgql persist.\n",
    )
    (project / "documents.json").write_text("[]")
    assert syncgql(*arguments, cwd=project).exit_code == 2


def test_a_manifest_that_does_not_exist(project: Path) -> None:
    """The message names the command that writes it."""
    outcome = syncgql("check", "schema.graphql", "src", "--manifest", "nofile.json", cwd=project)
    assert outcome.exit_code == 2
    assert outcome.stderr.endswith("Error: --manifest: nofile.json is not a file; syncgql persist writes it.\n")
