"""``syncgql schema``: from servers and files, to SDL and JSON and back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from graphql import build_client_schema, build_schema

from tests.cli.processes import syncgql
from tests.fix_streams import StreamServer


def test_sdl_and_json_of_a_server(library: str, tmp_path: Path) -> None:
    """Both describe the same schema; --output writes to a file what stdout would receive."""
    sdl = syncgql("schema", library).stdout
    assert "addBook" in build_schema(sdl).mutation_type.fields  # type: ignore[union-attr]
    assert syncgql("schema", library, "--format", "json", "--output", "schema.json", cwd=tmp_path) == (0, "", "")
    introspection = json.loads((tmp_path / "schema.json").read_text())
    assert "Book" in build_client_schema(introspection).type_map
    assert syncgql("schema", "schema.json", cwd=tmp_path).stdout == sdl


def test_a_schema_of_yoga_is_sorted(yoga_server: StreamServer) -> None:
    """--sort makes two schemas comparable."""
    lines = syncgql("schema", yoga_server.url, "--sort").stdout.splitlines()
    types = [line.split()[1] for line in lines if line.startswith("type ")]
    assert types == sorted(types)


def test_one_type_and_its_uses(library: str) -> None:
    """Uses are shown as schema coordinates; for an unknown type, a similar name is suggested."""
    outcome = syncgql("schema", library, "--type", "Book")
    assert "  title: String!\n" in outcome.stdout
    assert outcome.stdout.splitlines()[-1].startswith("# Used by: Query.books, Query.book, ")
    found = json.loads(syncgql("schema", library, "--type", "Upload", "--format", "json").stdout)
    assert (found["type"]["kind"], found["usedBy"]) == ("SCALAR", ["Mutation.upload(file:)"])
    outcome = syncgql("schema", library, "--type", "Boook")
    assert (outcome.exit_code, "Did you mean 'Book'?" in outcome.stderr) == (2, True)


def test_files_that_are_not_schemas(tmp_path: Path) -> None:
    """A missing file is a usage error, and an invalid file is a document error."""
    assert syncgql("schema", "missing.graphql", cwd=tmp_path).exit_code == 2
    (tmp_path / "broken.graphql").write_text("type Query {")
    outcome = syncgql("schema", "broken.graphql", cwd=tmp_path)
    assert (outcome.exit_code, outcome.stdout) == (8, "")
    assert outcome.stderr.startswith("syncgql: broken.graphql: cannot be read as SDL: Syntax Error")


@pytest.mark.parametrize(
    "text",
    [
        "# Kept.\n\ntype Query { a: Int }",
        '"""A \\""" \u00e9 ""."""\nextend schema @link(url: "x")',
        '"A scalar" scalar Date',
        '{"__schema": {}}',
        '{\n  "type": {}}',
        "",
    ],
)
def test_output_replaces_a_schema(library: str, tmp_path: Path, text: str) -> None:
    """The command can be repeated; the folder of the file is created."""
    path = tmp_path / "schemas" / "schema.graphql"
    assert syncgql("schema", library, "--output", str(path)) == (0, "", "")
    path.write_text(text, "utf-8")
    assert syncgql("schema", library, "--output", str(path)) == (0, "", "")
    assert "addBook" in path.read_text("utf-8")


@pytest.mark.parametrize(
    "text", ['"""Tests."""\n\nimport os', "{ books { title } }", "type = 3", "[project]", '""""\n' * 3000]
)
def test_output_replaces_no_other_file(tmp_path: Path, text: str) -> None:
    """The file is checked before the server is asked."""
    path = tmp_path / "notes.py"
    path.write_text(text)
    outcome = syncgql("schema", "http://127.0.0.1:1/", "--output", str(path))
    advice = "is not a schema, so it is not overwritten. Delete the file first, or choose another path."
    assert outcome == (2, "", f"syncgql: {path} {advice}\n")
    assert path.read_text() == text
