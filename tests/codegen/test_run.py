"""From files to files."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
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


SETTINGS: dict[str, Any] = {
    "schema": "schema.graphql",
    "codegen": {"documents": ["app/**/*.graphql"], "output": "app/api"},
}


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


def test_the_manifest_replaces_no_other_file(project: Path) -> None:
    """Nothing is written if the path is that of another file."""
    config = CodegenConfig(project / "schema.graphql", ["app/*.graphql"], "api", project, manifest="schema.graphql")
    before = (project / "schema.graphql").read_text()
    with pytest.raises(FileExistsError, match=r"schema\.graphql is not a manifest with documents by SHA-256"):
        run(config)
    assert (project / "schema.graphql").read_text() == before
    assert not (project / "api").exists()


def test_the_manifest_is_compared(project: Path) -> None:
    """A stale manifest is reported like a stale module."""
    config = config_of({**SETTINGS, "codegen": {**SETTINGS["codegen"], "manifest": "deep/trusted.json"}}, project)
    assert project / "deep/trusted.json" in run(config).written
    assert run(config, check=True).diff == ""
    (project / "deep/trusted.json").write_text("{}", "utf-8")
    assert "trusted.json" in run(config, check=True).diff
    assert list(run(config).written) == [project / "deep/trusted.json"]


def test_literals_in_python_files(project: Path) -> None:
    """They may use the fragments of other files; the generated modules are not read again."""
    (project / "app/three.py").write_text('THREE = gql("query Three { ...F }")\nclient.execute("{ a }")\n', "utf-8")
    (project / "app/fragment.graphql").write_text("fragment F on Query { a }", "utf-8")
    config = config_of(
        {"schema": "schema.graphql", "codegen": {"python": ["app/**/*.py"], "output": "app/api"}}, project
    )
    with pytest.raises(CodegenError, match=r"app/three\.py:1:31: Unknown fragment 'F'"):
        run(config)
    config = replace(config, documents=["app/fragment.graphql"])
    run(config)
    assert "class Three(" in (project / "app/api/three.py").read_text("utf-8")
    assert run(config, check=True).diff == ""


def test_no_documents(project: Path) -> None:
    """A pattern with a mistake is no empty package."""
    with pytest.raises(DocumentError, match="No file matches nowhere"):
        run(CodegenConfig(project / "schema.graphql", ["nowhere/*.graphql"], "api", project))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({}, "codegen] is missing"),
        ({"codegen": {"documents": ["a"], "output": "b", "modle": 1}}, "no setting 'modle'"),
        ({"schema": "s", "codegen": {"documents": [], "output": "b", "model": "attrs"}}, "not 'attrs'"),
        ({"codegen": {"documents": "a", "output": "b"}}, "documents must be a list"),
        ({"codegen": {"output": "b", "python": "a"}}, "python must be a list"),
        ({"codegen": {"documents": ["a"]}}, "output must be"),
        ({"schema": "s", "codegen": {"documents": ["a"], "output": "b", "manifest": 1}}, "manifest must be the path"),
        ({"codegen": {"documents": ["a"], "output": "b"}}, "schema must be"),
        ({"schema": "s", "codegen": {"documents": [], "output": "b", "scalars": {"T": {}}}}, "scalars.T] needs a type"),
        (
            {"schema": "s", "codegen": {"documents": [], "output": "b", "scalars": {"T": {"type": "a", "x": "b"}}}},
            "only type, parse and serialize",
        ),
    ],
)
def test_mistakes_in_settings(settings: dict[str, Any], message: str) -> None:
    """The error names the setting."""
    with pytest.raises(ValueError) as caught:
        config_of(settings, Path())
    assert message in str(caught.value)
