"""The lines of the page on sgqlc, ariadne-codegen and qlient run in both libraries and return the same."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from graphql import print_schema

import syncgql
from syncgql.testing import GraphQLServer

from ..servers.python import PythonProcess
from .peers import BENCH, CORE32, rows, run_here, run_there, section

PAGE = "docs/migrating_types.md"
SGQLC = """
from sgqlc.endpoint.http import HTTPEndpoint
from sgqlc.endpoint.requests import RequestsEndpoint
from sgqlc.endpoint.websocket import WebSocketEndpoint

endpoint = HTTPEndpoint(url)

def value_of(value):
    return value
"""
QLIENT = """
from qlient.aiohttp import AIOHTTPClient, Fields

client = await AIOHTTPClient(url).__aenter__()

def value_of(value):
    return value
"""
# A package that ariadne-codegen generated, on its own base class and on syncgql's.
CONFIGURATION = """
[tool.ariadne-codegen]
schema_path = "schema.graphql"
queries_path = "operations.graphql"
target_package_name = "library"
async_client = false
"""
OPERATIONS = """
query GetBook($id: ID!) { book(id: $id) { title } }
mutation Send($file: Upload!) { upload(file: $file) { filename size } }
"""
GENERATED = """
import io, sys

sys.path.insert(0, "")
from library import Client, Upload

client = Client(url, h)

def value_of(value):
    return value.model_dump()
"""
GENERATED_LINES = [
    'client.get_book(id="1")',
    'client.get_book(id="1", timeout=60, headers=h)',
    'client.send(file=Upload("a.txt", io.BytesIO(b"four"), "text/plain"))',
]
FAILURES: dict[str, Any] = {
    "TransportServerError": {"status": 503, "body": "<html>"},
    "TransportQueryError": {"errors": ["no"]},
    "TransportProtocolError": {"body": "<html>"},
}
GENERATED_FAILURES = [row for row in rows(PAGE, "From ariadne-codegen") if row[1] in FAILURES]

SGQLC_LINES = [row for row in rows(PAGE, "From sgqlc") if "ndpoint(" in row[0] and not row[0].startswith(("op ", "f "))]
QLIENT_LINES = [row for row in rows(PAGE, "From qlient") if row[0].startswith("(await")]


@pytest.fixture(scope="module")
def names() -> Iterator[dict[str, Any]]:
    """The names of the page."""
    with PythonProcess("tests.docs.library_server") as server:
        yield {
            "q": "query ($id: ID!) { book(id: $id) { title } }",
            "v": {"id": "1"},
            "h": {"X-One": "1"},
            "count": "subscription { count(to: 1) }",
            "url": server.url,
            "ws_url": server.url.replace("http", "ws"),
        }


def ours(line: str, names: dict[str, Any]) -> Any:
    """The value of a line in syncgql."""
    with syncgql.Client(names["url"]) as client:
        return run_here(line, {**names, "client": client})


@pytest.fixture(scope="module")
def theirs(names: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The values of the lines in sgqlc and qlient."""
    values: dict[str, Any] = {}
    for before, table in ((SGQLC, SGQLC_LINES), (QLIENT, QLIENT_LINES)):
        lines = [line for line, _ in table]
        ran = run_there(BENCH / "python", before, names, lines, tmp_path_factory.mktemp("peer"))
        values.update(zip(lines, ran, strict=True))
    return values


@pytest.fixture(scope="module")
def packages(names: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The folders of a package on the base class of ariadne-codegen, and on the one that the page shows."""
    if not (CORE32 / "ariadne-codegen").exists():
        pytest.skip("ariadne-codegen is installed by make core32")
    folders = [tmp_path_factory.mktemp(name) for name in ("theirs", "ours")]
    with syncgql.Client(names["url"]) as client:
        schema = print_schema(client.schema)
    base_client, configuration = re.findall(
        r"```(?:python|toml)\n(.*?)```", section(PAGE, "From ariadne-codegen"), re.DOTALL
    )
    for folder in folders:
        (folder / "pyproject.toml").write_text(CONFIGURATION)
        (folder / "schema.graphql").write_text(schema)
        (folder / "operations.graphql").write_text(OPERATIONS)
    (folders[1] / "base_client.py").write_text(base_client)
    (folders[1] / "pyproject.toml").write_text(
        CONFIGURATION.partition("async_client")[0] + configuration.partition("\n")[2]
    )
    for folder in folders:
        subprocess.run([CORE32 / "ariadne-codegen"], cwd=folder, check=True, capture_output=True, timeout=120)
    return folders


def test_the_lines_are_found() -> None:
    """All rows that have code for both are checked."""
    assert (len(SGQLC_LINES), len(QLIENT_LINES), len(GENERATED_FAILURES)) == (6, 5, 3)


@pytest.mark.parametrize("line", SGQLC_LINES + QLIENT_LINES, ids=lambda line: line[1])
def test_a_line_runs(line: tuple[str, str], names: dict[str, Any]) -> None:
    """The code for syncgql runs whether the other clients are installed or not."""
    assert ours(line[1], names)


@pytest.mark.parametrize("line", SGQLC_LINES + QLIENT_LINES, ids=lambda line: line[0])
def test_a_line_returns_the_same(line: tuple[str, str], names: dict[str, Any], theirs: dict[str, Any]) -> None:
    """The data, or the message of an error."""
    assert ours(line[1], names) == theirs[line[0]]


def test_a_generated_package_returns_the_same(packages: list[Path], names: dict[str, Any]) -> None:
    """Its methods, with either base class."""
    theirs, ours = [run_there(CORE32 / "python", GENERATED, names, GENERATED_LINES, folder) for folder in packages]
    assert theirs == ours
    assert theirs[0] == {"book": {"title": "Emma"}}


@pytest.mark.parametrize("row", GENERATED_FAILURES, ids=lambda row: row[0])
def test_a_generated_package_raises_the_documented_exceptions(row: tuple[str, str], packages: list[Path]) -> None:
    """This applies to both base classes."""
    with GraphQLServer() as server:
        server.add("GetBook", **FAILURES[row[1]])
        for name, folder in zip(row, packages, strict=True):
            names = {"url": server.url, "h": {}}
            (outcome,) = run_there(CORE32 / "python", GENERATED, names, GENERATED_LINES[:1], folder)
            assert name in outcome["raised"]
