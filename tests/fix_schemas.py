"""Schemas of the world outside."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from graphql import GraphQLSchema, build_schema

GITHUB_SCHEMA = "@octokit/graphql-schema@15.26.1"


@pytest.fixture(scope="session")
def github_sdl(pytestconfig: pytest.Config) -> str:
    """GitHub's schema; it is published as an npm package, which is installed into pytest's cache when missing."""
    assert pytestconfig.cache is not None
    folder = pytestconfig.cache.mkdir("github-schema")
    package = folder / "node_modules" / "@octokit" / "graphql-schema"
    if not (package / "schema.graphql").exists():
        _install(folder)
    return (package / "schema.graphql").read_text("utf-8")


@pytest.fixture
def github_schema(github_sdl: str) -> GraphQLSchema:
    """GitHub's schema, which is not valid by the letter; not kept, since so large a heap makes every test slower."""
    return build_schema(github_sdl, assume_valid=True)


def _install(folder: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip(
            "npm is not installed, and GitHub's schema is published nowhere but there: install npm to run this."
        )
    options = ["--prefix", str(folder), "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    done = subprocess.run([npm, "install", *options, GITHUB_SCHEMA], capture_output=True, text=True, timeout=100)
    if done.returncode:
        pytest.fail(f"npm could not install {GITHUB_SCHEMA}:\n{done.stdout}\n{done.stderr}")
