"""Each line for users of gql's DSL runs in both libraries and returns the same."""

from __future__ import annotations

import ast
import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import syncgql
from syncgql.cli.demo.server_process import ServerProcess

from .page import ROOT

SECTION = (ROOT / "docs/migrating.md").read_text("utf-8").partition("### From gql's DSL\n")[2].partition("\n### ")[0]
LINES = re.findall(r"^\| `(.+?)` \| `(.+?)`[^`]*\|$", SECTION, re.MULTILINE)

# gql is installed in the environment of `make bench` only, because it needs another graphql-core than some of the tests.
GQL_PYTHON = ROOT / ".venv-bench" / "bin" / "python"
GQL_SCRIPT = """
import ast, json, sys
import gql.dsl
from gql import Client
from gql.transport.aiohttp import AIOHTTPTransport
from gql.transport.websockets import WebsocketsTransport

url, code = sys.argv[1:]
transport = WebsocketsTransport(url.replace("http", "ws")) if "subscribe" in code else AIOHTTPTransport(url)
introspected = Client(transport=AIOHTTPTransport(url), fetch_schema_from_transport=True)
with introspected:
    schema = introspected.schema
names = {**vars(gql.dsl), "client": Client(transport=transport), "ds": gql.dsl.DSLSchema(schema)}
*before, last = ast.parse(code).body
exec(compile(ast.Module(before, []), "line", "exec"), names)
value = eval(compile(ast.Expression(last.value), "line", "eval"), names)
if isinstance(value, (gql.dsl.DSLField, gql.dsl.DSLMetaField)):
    value = gql.dsl.DSLQuery(value)
if isinstance(value, gql.dsl.DSLOperation):
    value = names["client"].execute(gql.dsl.dsl_gql(value))
if "args" in code and not isinstance(value, dict) or value and not isinstance(next(iter(value.values())), (dict, str, int)):
    value = list(value)
print(json.dumps(value))
"""


@pytest.fixture(scope="module")
def library() -> Iterator[ServerProcess]:
    with ServerProcess("tests.docs.library_server") as server:
        yield server


def here(code: str, url: str) -> Any:
    """The value of a line in syncgql."""
    with syncgql.Client(url) as client:
        value = eval(compile(ast.parse(code, mode="eval"), "line", "eval"), {**vars(syncgql), **late(), "client": client})
    return list(value) if code.endswith(".arguments") else value


def late() -> dict[str, Any]:
    return {name: getattr(syncgql, name) for name in syncgql.__all__}


def test_the_lines_are_found() -> None:
    """The table is not empty."""
    assert len(LINES) == SECTION.count("\n| `") > 15


@pytest.mark.parametrize("line", LINES, ids=lambda line: line[1])
def test_a_line_runs_here(line: tuple[str, str], library: ServerProcess) -> None:
    """It returns something."""
    assert here(line[1], library.url)


@pytest.mark.skipif(not Path(GQL_PYTHON).exists(), reason="gql is installed by make bench")
@pytest.mark.parametrize("line", LINES, ids=lambda line: line[0])
def test_a_line_returns_the_same_in_gql(line: tuple[str, str], library: ServerProcess) -> None:
    """Its data, of which syncgql returns the value of the only field."""
    outcome = subprocess.run(
        [GQL_PYTHON, "-c", GQL_SCRIPT, library.url, line[0]], capture_output=True, text=True, timeout=60, check=False
    )
    assert outcome.returncode == 0, outcome.stderr
    theirs, ours = json.loads(outcome.stdout), here(line[1], library.url)
    assert ours == theirs or ours in list(theirs.values())
