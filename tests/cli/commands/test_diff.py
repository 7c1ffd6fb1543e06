"""``syncgql diff``: changes of schemas, and those that concern documents."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.processes import Outcome, syncgql

OLD = """
directive @old on FIELD
type Query { book(id: ID!, lang: String): Book books: [Book!]! author: Author search(in: Filter): [Found!]! }
interface Named { name: String }
type Book { id: ID! title: String! old: String genre: Genre year: Int }
type Author implements Named { name: String }
union Found = Book | Author
enum Genre { A B }
input Filter { text: String year: Int }
"""
NEW = """
type Query { book(id: ID!, lang: Int, shelf: String!): Book books: [Book!]! search(in: Filter): [Found!]! }
interface Named { name: String }
type Book { id: ID! title: String genre: Genre writer: Author pages: Int year: String }
type Author { name: String }
union Found = Book
enum Genre { A B C }
input Filter { text: String year: String }
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "old.graphql").write_text(OLD)
    (tmp_path / "new.graphql").write_text(NEW)
    return tmp_path


def changes(outcome: Outcome) -> set[tuple[str, str]]:
    """The levels and kinds of the changes in JSON."""
    return {(change["level"], change["kind"]) for change in json.loads(outcome.stdout)}


def test_9_for_a_breaking_change(project: Path) -> None:
    """Each change is a line; the numbers are on stderr."""
    outcome = syncgql("diff", "old.graphql", "new.graphql", cwd=project)
    assert outcome.exit_code == 9
    lines = outcome.stdout.splitlines()
    assert any(line.startswith("breaking: ") and "Book.old" in line and "[FIELD_REMOVED]" in line for line in lines)
    assert any(line.startswith("dangerous: ") and "[VALUE_ADDED_TO_ENUM]" in line for line in lines)
    assert " breaking, 1 dangerous, " in outcome.stderr


def test_no_change(project: Path, library: str) -> None:
    """A server's schema and the file that was written from it are the same."""
    assert syncgql("schema", library, "--output", "copy.graphql", cwd=project).exit_code == 0
    outcome = syncgql("diff", "copy.graphql", library, cwd=project)
    assert outcome == (0, "", "syncgql: 0 breaking, 0 dangerous, 0 safe\n")


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ("{ books { id } }", set()),
        ("{ books { title } }", {("breaking", "FIELD_CHANGED_KIND")}),
        ("{ books { genre } }", {("dangerous", "VALUE_ADDED_TO_ENUM")}),
        ('{ book(id: "1") { id } }', {("breaking", "REQUIRED_ARG_ADDED")}),
        (
            'query ($l: String) { book(id: "1", lang: $l) { id } }',
            {("breaking", "REQUIRED_ARG_ADDED"), ("breaking", "ARG_CHANGED_KIND")},
        ),
        ("{ search { ... on Book { id } } }", set()),
        ("{ search { ... on Author { name } } }", {("breaking", "TYPE_REMOVED_FROM_UNION")}),
        ("query ($f: Filter) { search(in: $f) { __typename } }", {("breaking", "FIELD_CHANGED_KIND")}),
        ("{ books { id @old } }", {("breaking", "DIRECTIVE_REMOVED")}),
        ("{ author { name } }", {("breaking", "FIELD_REMOVED")}),
        ("{ books { year } }", {("breaking", "FIELD_CHANGED_KIND")}),  # not that Int was removed
    ],
)
def test_changes_that_concern_documents(project: Path, document: str, expected: set[tuple[str, str]]) -> None:
    """Definitions that the document does not use may change."""
    (project / "q.graphql").write_text(document)
    arguments = ("diff", "old.graphql", "new.graphql", "--documents", "q.graphql", "--format", "json")
    assert changes(syncgql(*arguments, cwd=project)) == expected


def test_deny_dangerous(project: Path) -> None:
    """By default, a dangerous change does not change the exit code."""
    (project / "q.graphql").write_text("{ books { genre } }")
    arguments = ("diff", "old.graphql", "new.graphql", "--documents", "q.graphql")
    assert syncgql(*arguments, cwd=project).exit_code == 0
    assert syncgql(*arguments, "--deny", "dangerous", cwd=project).exit_code == 9
