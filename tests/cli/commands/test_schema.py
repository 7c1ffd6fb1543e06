"""``syncgql schema``: from servers and files, to SDL and JSON and back."""

from __future__ import annotations

import json
from pathlib import Path

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
    assert outcome.stderr.startswith("syncgql: broken.graphql: Syntax Error")
