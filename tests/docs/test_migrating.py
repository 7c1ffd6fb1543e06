"""Each line for users of gql's DSL runs in both libraries and returns the same."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

import syncgql
from syncgql.cli.demo.server_process import ServerProcess

from .page import ROOT

SECTION = (ROOT / "docs/migrating.md").read_text("utf-8").partition("### From gql's DSL\n")[2].partition("\n### ")[0]
LINES = re.findall(r"^\| `(.+?)` \| `(.+?)`[^`]*\|$", SECTION, re.MULTILINE)

# Only the environment of `make bench` has gql, which does not run with graphql-core 3.2 as some tests do.
GQL_PYTHON = ROOT / ".venv-bench" / "bin" / "python"
GQL_SCRIPT = """
import ast, json, sys
import gql.dsl
from gql import Client
from gql.transport.requests import RequestsHTTPTransport
from gql.transport.websockets import WebsocketsTransport

url, *lines = sys.argv[1:]
client = Client(transport=RequestsHTTPTransport(url), fetch_schema_from_transport=True)
with client as session:
    ds = gql.dsl.DSLSchema(client.schema)
    for line in lines:
        streaming = Client(transport=WebsocketsTransport(url.replace("http", "ws"))) if "subscribe" in line else session
        names = {**vars(gql.dsl), "client": streaming, "ds": ds}
        *before, last = ast.parse(line).body
        exec(compile(ast.Module(before, []), line, "exec"), names)
        value = eval(compile(ast.Expression(last.value), line, "eval"), names)
        if isinstance(value, gql.dsl.DSLField):
            value = gql.dsl.DSLQuery(value)
        if isinstance(value, gql.dsl.DSLOperation):
            value = session.execute(gql.dsl.dsl_gql(value))
        print(json.dumps(value, default=str))
"""


@pytest.fixture(scope="module")
def library() -> Iterator[ServerProcess]:
    with ServerProcess("tests.docs.library_server") as server:
        yield server


@pytest.fixture(scope="module")
def theirs(library: ServerProcess) -> dict[str, Any]:
    """What the lines return in gql, all in one process."""
    if not GQL_PYTHON.exists():
        pytest.skip("gql is installed by make bench")
    lines = [line for line, _ in LINES]
    command = [GQL_PYTHON, "-W", "ignore", "-c", GQL_SCRIPT, library.url, *lines]
    outcome = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert outcome.returncode == 0, outcome.stderr
    return dict(zip(lines, map(json.loads, outcome.stdout.splitlines()), strict=True))


def here(code: str, url: str) -> Any:
    """The value of a line in syncgql."""
    names = {name: getattr(syncgql, name) for name in syncgql.__all__}
    with syncgql.Client(url) as client:
        return eval(code, {**names, "client": client})


def test_the_lines_are_found() -> None:
    """The table is not empty."""
    assert len(LINES) == SECTION.count("\n| `") > 15


@pytest.mark.parametrize("line", LINES, ids=lambda line: line[1])
def test_a_line_runs_here(line: tuple[str, str], library: ServerProcess) -> None:
    """It returns something."""
    assert here(line[1], library.url)


@pytest.mark.parametrize("line", LINES, ids=lambda line: line[0])
def test_a_line_returns_the_same_in_gql(line: tuple[str, str], library: ServerProcess, theirs: dict[str, Any]) -> None:
    """Its data, of which syncgql returns the value of the only field; for a mapping of arguments, their names."""
    data, ours = theirs[line[0]], here(line[1], library.url)
    if line[1].endswith(".arguments"):
        assert list(ours) == list(data)
    else:
        assert ours == data or ours in list(data.values())
