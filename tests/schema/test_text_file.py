"""Files that are not plain UTF-8."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from graphql import introspection_from_schema

from syncgql.schema.provider import load_schema
from syncgql.schema.text_file import check_file, is_path, read_text
from tests.schema.test_provider import no_server
from tests.schemas import schema_of

SDL = 'type Query {\n  "Größe in €"\n  size: Int\n}\n'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
def test_the_text_is_read(tmp_path: Path, encoding: str, caplog: pytest.LogCaptureFixture) -> None:
    """A warning names the file, unless it is plain UTF-8."""
    path = tmp_path / "schema.graphql"
    path.write_bytes(SDL.encode(encoding))
    assert read_text(path) == SDL
    assert all(str(path) in message for message in caplog.messages)
    assert len(caplog.messages) == (encoding != "utf-8")
    query = load_schema(path, no_server).query_type
    assert query is not None
    assert query.fields["size"].description == "Größe in €"


def test_the_line_is_named(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The warning names the first line that is not UTF-8; bytes that no encoding defines are accepted."""
    path = tmp_path / "schema.graphql"
    path.write_bytes(SDL.encode("cp1252") + b"# \x81")
    assert read_text(path) == SDL + "# \ufffd"
    assert caplog.messages == [f"{path}, line 2: the file is not UTF-8; it is read as Windows-1252."]


def test_json_in_utf_16(tmp_path: Path) -> None:
    """PowerShell's ``> schema.json`` writes such files."""
    path = tmp_path / "schema.json"
    path.write_text(json.dumps(introspection_from_schema(schema_of("library"))), "utf-16")
    assert "Book" in load_schema(path, no_server).type_map


def test_an_empty_file(tmp_path: Path) -> None:
    """An empty file has no encoding to detect."""
    path = tmp_path / "schema.graphql"
    path.write_bytes(b"")
    assert read_text(path) == ""


def test_text_that_is_a_path() -> None:
    """SDL and JSON contain a brace."""
    assert all(is_path(text) for text in ("schema.graphql", "/a b/schema.json"))
    assert not any(is_path(text) for text in ("", " ", "type A { b: Int }", "scalar A\nscalar B", "{}"))


def test_files_that_may_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error is the one that opening would raise."""
    path = tmp_path / "schema.graphql"
    with pytest.raises(FileNotFoundError):
        check_file(path)
    with pytest.raises(IsADirectoryError, match=re.escape(tmp_path.name)):
        check_file(tmp_path)
    path.write_text(SDL, "utf-8")
    check_file(path)
    monkeypatch.setattr("os.access", lambda path, mode: False)  # root may read everything
    with pytest.raises(PermissionError, match=r"schema\.graphql"):
        check_file(path)
