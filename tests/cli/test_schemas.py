"""Where a schema comes from."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from syncgql.cli.connection import Connection
from syncgql.cli.schemas import read_schema
from tests.cli.processes import syncgql


def test_a_file_a_server_or_a_mistake(library: str, tmp_path: Path) -> None:
    """By what the source looks like."""
    (tmp_path / "a.graphql").write_text("type Query { a: Int }")
    assert "Query" in read_schema(str(tmp_path / "a.graphql"), Connection()).type_map
    assert "Book" in read_schema(library, Connection()).type_map
    with pytest.raises(click.UsageError, match="neither a file"):
        read_schema("nowhere", Connection())


def test_the_schema_file_of_an_endpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message for a missing file names the endpoint and the command that writes the file."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").write_text(
        '[tool.syncgql.endpoints]\nprod = { url = "http://h/", schema = "a.graphql" }\n'
    )
    with pytest.raises(click.UsageError, match=r"'prod', .*a\.graphql, is not a file.*syncgql schema prod --output"):
        read_schema("prod", Connection())
    (tmp_path / "a.graphql").write_text("type Query { a: Int }")
    assert "Query" in read_schema("prod", Connection()).type_map


@pytest.mark.parametrize(
    "arguments", [("schema", "a.graphql"), ("diff", "b.graphql", "a.graphql"), ("check", "a.graphql", "b.graphql")]
)
def test_operations_instead_of_a_schema(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """Each command says what the file contains and what it expected."""
    (tmp_path / "a.graphql").write_text("query Hello { hello }")
    (tmp_path / "b.graphql").write_text("type Query { hello: String }")
    message = "syncgql: a.graphql: contains operations and fragments instead of the definitions of a schema.\n"
    assert syncgql(*arguments, cwd=tmp_path) == (8, "", message)
