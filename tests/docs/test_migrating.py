"""The lines of the pages on migrating run in both libraries and return the same data."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import syncgql
from syncgql.cli.demo.server_process import ServerProcess

from ..servers.python import PythonProcess
from .page import ROOT, Page

DSL = (ROOT / "docs/migrating_dsl.md").read_text("utf-8")
SGQLC = (ROOT / "docs/migrating_types.md").read_text("utf-8")
SGQLC = SGQLC.partition("### From sgqlc's generated types\n")[2].partition("\n## ")[0]


def lines_of(section: str) -> list[tuple[str, str]]:
    """The lines of the table: theirs, and ours."""
    return re.findall(r"^\| `(.+?)` \| `(.+?)`[^`]*\|$", section, re.MULTILINE)


DSL_LINES, SGQLC_LINES = lines_of(DSL), lines_of(SGQLC)
LINES = DSL_LINES + SGQLC_LINES

# Only the environment of `make bench` has the other clients: gql does not run with graphql-core 3.2 as some tests do.
PEERS = ROOT / ".venv-bench" / "bin"
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


SGQLC_SCRIPT = """
import ast, json, sys
import sgqlc.operation, sgqlc.types
from sgqlc.endpoint.http import HTTPEndpoint

url, folder, *lines = sys.argv[1:]
sys.path.insert(0, folder)
from library_schema import library_schema
for line in lines:
    types = {name: getattr(library_schema, name) for name in ("Query", "Mutation", "Book", "String")}
    names = {**vars(sgqlc.types), **vars(sgqlc.operation), **types, "endpoint": HTTPEndpoint(url)}
    *before, last = ast.parse(line).body
    exec(compile(ast.Module(before, []), line, "exec"), names)
    print(json.dumps(eval(compile(ast.Expression(last.value), line, "eval"), names)["data"]))
"""


def run(*command: object) -> str:
    """The output of a command in the environment of the other clients; skip the test if there is none."""
    if not PEERS.exists():
        pytest.skip("the other clients are installed by make bench")
    outcome = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=120, check=False)
    assert outcome.returncode == 0, outcome.stderr
    return outcome.stdout


@pytest.fixture(scope="module")
def library() -> Iterator[ServerProcess]:
    with PythonProcess("tests.docs.library_server") as server:
        yield server


@pytest.fixture(scope="module")
def theirs(library: ServerProcess, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the lines return in gql and sgqlc, each in one process."""
    python, folder = PEERS / "python", tmp_path_factory.mktemp("sgqlc")
    gql_lines = [line for line, _ in DSL_LINES]
    printed = run(python, "-W", "ignore", "-c", GQL_SCRIPT, library.url, *gql_lines)
    run(python, "-m", "sgqlc.introspection", library.url, folder / "schema.json")
    run(PEERS / "sgqlc-codegen", "schema", folder / "schema.json", folder / "library_schema.py")
    sgqlc_lines = [line for line, _ in SGQLC_LINES]
    printed += run(python, "-W", "ignore", "-c", SGQLC_SCRIPT, library.url, folder, *sgqlc_lines)
    return dict(zip(gql_lines + sgqlc_lines, map(json.loads, printed.splitlines()), strict=True))


def here(code: str, url: str) -> Any:
    """The value of a line in syncgql."""
    names = {name: getattr(syncgql, name) for name in syncgql.__all__}
    with syncgql.Client(url) as client:
        return eval(code, {**names, "client": client})


def test_the_lines_are_found() -> None:
    """The tables are not empty."""
    assert len(DSL_LINES) == DSL.count("\n| `") > 15
    assert len(SGQLC_LINES) == SGQLC.count("\n| `") > 10


@pytest.mark.parametrize("line", LINES, ids=lambda line: line[1])
def test_a_line_runs_here(line: tuple[str, str], library: ServerProcess) -> None:
    """It returns something."""
    assert here(line[1], library.url)


@pytest.mark.parametrize("line", LINES, ids=lambda line: line[0])
def test_a_line_returns_the_same_there(line: tuple[str, str], library: ServerProcess, theirs: dict[str, Any]) -> None:
    """Their data, of which syncgql returns the value of the only field; for a mapping of arguments, their names."""
    data, ours = theirs[line[0]], here(line[1], library.url)
    if line[1].endswith(".arguments"):
        assert list(ours) == list(data)
    else:
        assert ours == data or ours in list(data.values())


def test_the_code_with_tenacity_prints_the_same(library: ServerProcess, tmp_path: Path) -> None:
    """Both versions run in the environment that has both libraries."""
    page = Page("docs/migrating_http.md", {"https://api.example.com/graphql": library.url})
    before, after = [block.source for block in page.blocks() if "def book(" in block.source]
    assert "tenacity" in before
    assert run(PEERS / "python", "-c", before) == run(PEERS / "python", "-c", after) == "{'title': 'Emma'}\n"
