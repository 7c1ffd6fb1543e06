"""The lines of the page on gql run in both libraries and return the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import syncgql

from ..servers.python import PythonProcess
from .peers import BENCH, run_here, run_there, section

BEFORE = """
from gql import Client, FileVar, GraphQLRequest, gql
from gql.transport.requests import RequestsHTTPTransport
from gql.transport.websockets import WebsocketsTransport

client = Client(transport=RequestsHTTPTransport(url))
ws = Client(transport=WebsocketsTransport(ws_url))
request = GraphQLRequest(q, variable_values=v)

def value_of(value):
    return value
"""

# The first table: theirs, and ours, which may be the same line.
TABLE = section("docs/migrating.md", "From gql").partition("\n\n| gql |")[2].partition("\n\n")[0]
LINES = [
    (theirs, *([theirs] if "the same" in ours else []), *re.findall("`([^`]+)`", ours))
    for theirs, ours in re.findall(r"^\| `([^`]+)` \| (.+) \|$", TABLE, re.MULTILINE)
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the file that a line names."""
    folder = tmp_path_factory.mktemp("files")
    (folder / "a.txt").write_text("four")
    return folder


@pytest.fixture(scope="module")
def names() -> Iterator[dict[str, Any]]:
    """The names of the page."""
    with PythonProcess("tests.docs.library_server") as server:
        yield {
            "q": "query ($id: ID!) { book(id: $id) { title } }",
            "v": {"id": "1"},
            "upload": "mutation ($file: Upload!) { upload(file: $file) { filename size } }",
            "url": server.url,
            "ws_url": server.url.replace("http", "ws"),
        }


@pytest.fixture(scope="module")
def theirs(names: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The values of the lines in gql."""
    lines = [line[0] for line in LINES]
    return dict(zip(lines, run_there(BENCH / "python", BEFORE, names, lines, folder), strict=True))


def ours(line: str, names: dict[str, Any]) -> Any:
    """The value of a line in syncgql."""
    request = syncgql.GraphQLRequest(names["q"], variable_values=names["v"])
    with syncgql.Client(names["url"]) as client:
        return run_here(line, {**names, "client": client, "request": request})


def test_the_lines_are_found() -> None:
    """All rows of the first table."""
    assert len(LINES) == TABLE.count("\n| `") == 11


@pytest.mark.parametrize("line", [each for line in LINES for each in line[1:]])
def test_a_line_runs(line: str, names: dict[str, Any], folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The code for syncgql runs whether gql is installed or not."""
    monkeypatch.chdir(folder)
    assert ours(line, names)


@pytest.mark.parametrize("line", LINES, ids=lambda line: line[0])
def test_a_line_returns_the_same(
    line: tuple[str, ...],
    names: dict[str, Any],
    theirs: dict[str, Any],
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The data, with each of the lines of syncgql."""
    monkeypatch.chdir(folder)
    for each in line[1:]:
        assert ours(each, names) == theirs[line[0]]
