"""The project of the benchmarks of code generation: GitHub's schema, 50 operations, and a response to one of them."""

from __future__ import annotations

import contextlib
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from graphql import build_schema

from tests.codegen.derived_operations import documents

ENVIRONMENT = Path(__file__).parents[2] / ".venv-bench-codegen"
"""The environment with the generators and GitHub's schema; ``make bench`` creates it."""

SCHEMA = ENVIRONMENT / "node_modules/@octokit/graphql-schema/schema.graphql"
ISSUES = 1_000
DOCUMENT = """\
query RepositoryIssues($owner: String!, $name: String!) {
  repository(owner: $owner, name: $name) {
    issues(first: 100) {
      nodes { id number title createdAt author { login } labels(first: 5) { nodes { name color } } }
    }
  }
}
"""
SETTINGS = """\
[tool.syncgql]
schema = "schema.graphql"

[tool.syncgql.codegen]
documents = ["documents/*.graphql"]
output = "api"

[tool.ariadne-codegen]
schema_path = "schema.graphql"
queries_path = "documents"
target_package_name = "api"
async_client = false
"""


@contextlib.contextmanager
def project() -> Iterator[Path]:
    """Yield a folder with the settings of both generators, the schema, the documents, and ``data.json``."""
    sdl = SCHEMA.read_text("utf-8")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "schema.graphql").write_text(sdl, "utf-8")
        (folder / "pyproject.toml").write_text(SETTINGS, "utf-8")
        (folder / "data.json").write_text(json.dumps(_data()), "utf-8")
        (folder / "documents").mkdir()
        # GitHub's schema is not strictly valid.
        for path, text in documents(build_schema(sdl, assume_valid=True)).items():
            (folder / "documents" / path).write_text(text, "utf-8")
        (folder / "documents/repository_issues.graphql").write_text(DOCUMENT, "utf-8")
        yield folder


def _data() -> dict[str, Any]:
    return {"repository": {"issues": {"nodes": [_issue(number) for number in range(ISSUES)]}}}


def _issue(number: int) -> dict[str, Any]:
    return {
        "id": f"I_{number:08}",
        "number": number,
        "title": f"Issue {number}",
        "createdAt": "2026-01-02T03:04:05Z",
        "author": {"__typename": "User", "login": f"user{number % 50}"} if number % 10 else None,
        "labels": {"nodes": [{"name": "bug", "color": "d73a4a"}, {"name": "good first issue", "color": "7057ff"}]},
    }
