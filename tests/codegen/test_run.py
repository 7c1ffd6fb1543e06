"""From files to files."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from syncgql import DocumentError
from syncgql.codegen import CodegenConfig, CodegenError, config_of, run


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "schema.graphql").write_text("type Query { a: String, b: B } enum B { C }", "utf-8")
    (tmp_path / "app" / "deep").mkdir(parents=True)
    (tmp_path / "app/deep/one.graphql").write_text("query One { a }", "utf-8")
    (tmp_path / "app/two.graphql").write_text("query Two { b }", "utf-8")
    return tmp_path


SETTINGS = {"schema": "schema.graphql", "codegen": {"documents": ["app/**/*.graphql"], "output": "app/api"}}


def test_a_project(project: Path) -> None:
    """Writes, finds it up to date, and removes what is stale."""
    config = config_of(SETTINGS, project)
    report = run(config)
    assert sorted(path.name for path in report.written) == ["__init__.py", "enums.py", "one.py", "two.py"]
    assert list(run(config).written) == []
    assert run(config, check=True).diff == ""
    (project / "app/two.graphql").unlink()
    assert "two.py" in run(config, check=True).diff
    assert [path.name for path in run(config).removed] == ["enums.py", "two.py"]


def test_nothing_is_written_for_documents_with_errors(project: Path) -> None:
    """The paths in the errors are relative to the project."""
    (project / "app/two.graphql").write_text("query Two { c }", "utf-8")
    with pytest.raises(CodegenError, match=r"app/two\.graphql:1:13: Query has no field 'c'"):
        run(config_of(SETTINGS, project))
    assert not (project / "app/api").exists()


def test_a_manifest(project: Path) -> None:
    """The texts that are sent, by their hashes."""
    config = CodegenConfig(project / "schema.graphql", ["app/*.graphql"], "api", project, manifest="trusted.json")
    run(config)
    trusted = json.loads((project / "trusted.json").read_text("utf-8"))
    assert trusted == {hashlib.sha256(text.encode()).hexdigest(): text for text in ["query Two {\n  b\n}"]}


def test_no_documents(project: Path) -> None:
    """A pattern with a mistake is no empty package."""
    with pytest.raises(DocumentError, match="No file matches nowhere"):
        run(CodegenConfig(project / "schema.graphql", ["nowhere/*.graphql"], "api", project))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({}, "codegen] is missing"),
        ({"codegen": {"documents": ["a"], "output": "b", "modle": 1}}, "no setting 'modle'"),
        ({"codegen": {"documents": "a", "output": "b"}}, "documents must be a list"),
        ({"codegen": {"documents": ["a"]}}, "output must be"),
        ({"codegen": {"documents": ["a"], "output": "b"}}, "schema must be"),
        ({"schema": "s", "codegen": {"documents": [], "output": "b", "scalars": {"T": {}}}}, "scalars.T] needs a type"),
        (
            {"schema": "s", "codegen": {"documents": [], "output": "b", "scalars": {"T": {"type": "a", "x": "b"}}}},
            "type, parse and serialize only",
        ),
    ],
)
def test_mistakes_in_settings(settings: dict[str, Any], message: str) -> None:
    """Each is named."""
    with pytest.raises(ValueError) as caught:
        config_of(settings, Path())
    assert message in str(caught.value)
