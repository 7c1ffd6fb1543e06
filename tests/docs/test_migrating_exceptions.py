"""The failures on the page on gql raise the exceptions that its tables name, in both libraries."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import graphql
import pytest

import syncgql
from syncgql.testing import GraphQLServer
from tests.servers.wire import WireServer, always, answer

from .peers import BENCH, run_here, run_there, section

PAGE = section("docs/migrating.md", "From gql")
TABLE = PAGE.partition("### Exceptions that have another class\n")[2].partition("\n### ")[0]
ROWS = re.findall(r"^\| ([^|]+) \| `(\w+)` \| `(\w+)` \|$", TABLE, re.MULTILINE)
NAMES_OF_35 = re.findall(r"^\| `(.*gql\(q\).*)` \| `(.+)` \|$", PAGE.partition("### From gql 3.5\n")[2], re.MULTILINE)

BEFORE = """
from gql import Client, FileVar, gql
from gql.transport.aiohttp import AIOHTTPTransport
from gql.transport.requests import RequestsHTTPTransport
from gql.transport.websockets import WebsocketsTransport

files = {"upload_files": True}

def value_of(value):
    return value
"""


def execute(document: str, transport: str = "RequestsHTTPTransport(url=url)", arguments: str = "") -> str:
    """A line that runs in both libraries. Its limit is generous."""
    return f"Client(transport={transport}, execute_timeout=60).execute(gql({document!r}){arguments})"


UPLOAD = "mutation ($file: Upload!) { upload(file: $file) }"

# The first words of a row, and lines that fail like this.
FAILURES = {
    "`timeout=`": [execute("query Slow { a }", "RequestsHTTPTransport(url=url, timeout=0.1)")],
    "`execute_timeout=`": [
        "Client(transport=AIOHTTPTransport(url=url), execute_timeout=0.1).execute(gql('query Slow { a }'))"
    ],
    "the last attempt of `retries=`": [execute("query Status503 { a }", "RequestsHTTPTransport(url=url, retries=1)")],
    "errors in a response": [],  # for each status
    "errors with the code": [execute("query THROTTLED { a }"), execute("query RATE_LIMITED { a }")],
    "null data": [execute("query NullData { a }")],
    "a WebSocket refused": [
        f"list(Client(transport=WebsocketsTransport(url=refusing_{status})).subscribe(gql('subscription {{ a }}')))"
        for status in (401, 403)
    ],
    "a file of a `FileVar`": [execute(UPLOAD, arguments=", variable_values={'file': FileVar('missing.txt')}, **files")],
    "a variable that cannot be encoded": [
        execute("query ($a: Int) { a(a: $a) }", arguments=", variable_values={'a': object()}")
    ],
    "a call after the end": [
        "with Client(transport=RequestsHTTPTransport(url=url)) as session: pass\nsession.execute(gql('{ a }'))",
    ],
}


def lines_of(failure: str) -> list[str]:
    """The lines that fail as a row says."""
    (lines,) = [lines for start, lines in FAILURES.items() if failure.startswith(start)]
    return lines or [execute(f"query Status{status} {{ a }}") for status in re.findall(r"\d{3}", failure)]


LINES = [(line, theirs, ours) for failure, theirs, ours in ROWS for line in lines_of(failure)]


@pytest.fixture(scope="module")
def names() -> Iterator[dict[str, Any]]:
    """The URLs of servers that fail."""
    with (
        GraphQLServer() as server,
        WireServer(always(answer(b"", status="401 Unauthorized"))) as refusing_401,
        WireServer(always(answer(b"", status="403 Forbidden"))) as refusing_403,
    ):
        server.add("Slow", {"a": 1}, delay=120)
        server.add("NullData", body='{"data": null}', headers={"Content-Type": "application/json"})
        for code in ("THROTTLED", "RATE_LIMITED"):
            server.add(code, None, errors=[{"message": "Wait.", "extensions": {"code": code}}])
        for status in (401, 403, 407, 429, 502, 503, 504):
            server.add(f"Status{status}", errors=["Refused."], status=status)
        yield {
            "url": server.url,
            "refusing_401": refusing_401.url.replace("http", "ws"),
            "refusing_403": refusing_403.url.replace("http", "ws"),
        }


@pytest.fixture(scope="module")
def theirs(names: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """The classes of the exceptions of gql."""
    lines = [line for line, _, _ in LINES]
    ran = run_there(BENCH / "python", BEFORE, names, lines, tmp_path_factory.mktemp("empty"))
    return {line: outcome["raised"] for line, outcome in zip(lines, ran, strict=True)}


def test_the_rows_are_found() -> None:
    """Each failure has a line, and each line a row."""
    assert len(ROWS) == TABLE.count("\n| ") - 1 == 12  # without the head
    assert len(LINES) == 18
    assert len(NAMES_OF_35) == 3


@pytest.mark.parametrize(("line", "raised"), [(line, ours) for line, _, ours in LINES])
def test_a_failure_raises(line: str, raised: str, names: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """The exception of syncgql, and not a subclass of it."""
    here = {**names, "WebsocketsTransport": syncgql.AIOHTTPWebsocketsTransport, "files": {}}
    with pytest.raises(getattr(syncgql, raised)) as caught:
        run_here(line, here)
    assert type(caught.value).__name__ == raised


@pytest.mark.parametrize(("line", "raised"), [(line, theirs) for line, theirs, _ in LINES])
def test_a_failure_raises_there(line: str, raised: str, theirs: dict[str, list[str]]) -> None:
    """The exception of gql."""
    assert theirs[line][0] == raised


@pytest.mark.parametrize("line", [line for _, line in NAMES_OF_35])
def test_names_of_gql_35_have_replacements(line: str) -> None:
    """The code for syncgql works with graphql-core."""
    schema = graphql.build_schema("type Query { hello: String }")
    names = {"q": "{ hello }", "schema": schema, "print_ast": graphql.print_ast, "validate": graphql.validate}
    assert run_here(line, names) is not None
