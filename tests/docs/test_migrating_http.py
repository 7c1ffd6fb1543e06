"""The lines of the page on requests and HTTPX send the same in both, and fail with the exceptions that it names."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import trustme

import syncgql
from syncgql.testing import GraphQLServer, RecordedRequest
from tests.servers.front import Front

from .peers import BENCH, rows, run_here, run_there

PAGE = "docs/migrating_http.md"

# In the environment of the other clients: what a line leaves out, and a request that may fail.
REQUESTS = """
import json, requests
requests.packages.urllib3.disable_warnings()
session = requests.Session()

def request(url, timeout):
    response = requests.post(url, json=body, timeout=timeout)
    response.raise_for_status()
    return response.json()["data"]

def value_of(value):
    session.headers.pop("X-One", None)
    return value.json()["data"] if isinstance(value, requests.Response) else value
"""
HTTPX = """
import httpx, ssl

def request(url, timeout):
    return httpx.post(url, json=body, timeout=timeout).raise_for_status().json()["data"]

def value_of(value):
    return value.post(url, json=body).json()["data"] if isinstance(value, httpx.Client) else value
"""
TABLES = [(REQUESTS, rows(PAGE, "From requests")), (HTTPX, rows(PAGE, "From HTTPX"))]
ROWS = [(before, *row) for before, table in TABLES for row in table]
LINES = [row for row in ROWS if "lient(url" in row[2] or "client." in row[2]]
EXCEPTIONS = [row for row in ROWS if row[2].startswith("Transport")]

# Documents whose responses fail, and the timeout of the request.
FAILURES = {
    "TransportConnectionFailed": ("{ refused }", 60.0),
    "TransportTimeout": ("query Slow { slow }", 0.1),
    "TransportServerError": ("query Unavailable { a }", 60.0),
    "TransportProtocolError": ("query Page { a }", 60.0),
}


def echo(call: RecordedRequest) -> dict[str, Any]:
    """What the line decides about a request."""
    headers = {name: call.headers.get(name, "") for name in ("Authorization", "Cookie", "X-One")}
    return {"variables": call.variables, "method": "GET" if "?" in call.url else "POST", **headers}


@pytest.fixture(scope="module")
def server() -> Iterator[GraphQLServer]:
    with GraphQLServer() as server:
        server.add("Echo", echo)
        server.add("Unavailable", body="<html>", status=503)
        server.add("Page", body="<html>")
        server.add("Slow", {"slow": True}, delay=120)
        yield server


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files that the lines name."""
    return tmp_path_factory.mktemp("certificates")


@pytest.fixture(scope="module")
def tls(server: GraphQLServer, folder: Path) -> Iterator[Front]:
    """The server behind TLS, which asks for a certificate."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    authority.issue_cert("client.example").private_key_and_cert_chain_pem.write_to_path(folder / "client.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.verify_mode = ssl.CERT_OPTIONAL
    authority.issue_cert("localhost").configure_cert(context)
    authority.configure_trust(context)
    with Front(server.url, context=context) as front:
        yield front


@pytest.fixture(scope="module")
def names(server: GraphQLServer) -> dict[str, Any]:
    """The names of the page. The server is the proxy, too: it accepts requests for any host."""
    query, variables = "query Echo($id: ID) { echo(id: $id) }", {"id": "1"}
    body = {"query": query, "variables": variables}
    headers, cookies = {"X-One": "1"}, {"session": "a"}
    return {
        "q": query,
        "v": variables,
        "body": body,
        "h": headers,
        "c": cookies,
        "p": server.url.removesuffix("/graphql"),
    }


@pytest.fixture(scope="module")
def url_of(server: GraphQLServer, tls: Front) -> Callable[[str], str]:
    """The URL for a line: of a server behind TLS, or of a host that only the proxy can reach."""

    def url(line: str) -> str:
        if any(word in line for word in ("verify=", "ssl=", "cert=")):
            return tls.url()
        return "http://api.invalid/graphql" if any(word in line for word in ("proxy=", "proxies=")) else server.url

    return url


@pytest.fixture(scope="module")
def theirs(names: dict[str, Any], url_of: Callable[[str], str], folder: Path) -> dict[str, Any]:
    """The values of the lines in requests and HTTPX."""
    values: dict[str, Any] = {}
    for before, _ in TABLES:
        lines = [line for other, line, _ in LINES if other == before]
        ran = run_there(BENCH / "python", before, names, [(line, {"url": url_of(line)}) for line in lines], folder)
        values.update(zip(lines, ran, strict=True))
    return values


def ours(line: str, names: dict[str, Any]) -> Any:
    """The value of a line in syncgql."""
    with syncgql.Client(names["url"]) as client:
        value = run_here(line, {"aiohttp": aiohttp, "ssl": ssl, "client": client, **names})
    if isinstance(value, syncgql.Client):
        with value:
            return value.execute(names["q"], names["v"])
    return value


def test_the_lines_are_found() -> None:
    """All rows are checked but those that describe a feature."""
    assert [len([row for row in LINES if row[0] == before]) for before in (REQUESTS, HTTPX)] == [14, 12]
    assert [len([row for row in EXCEPTIONS if row[0] == before]) for before in (REQUESTS, HTTPX)] == [4, 3]


@pytest.mark.parametrize("line", LINES, ids=lambda line: line[2])
def test_a_line_runs(
    line: tuple[str, str, str],
    names: dict[str, Any],
    url_of: Callable[[str], str],
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The code for syncgql runs whether the other clients are installed or not."""
    monkeypatch.chdir(folder)
    ours(line[2], {**names, "url": url_of(line[2])})


@pytest.mark.parametrize("line", LINES, ids=lambda line: line[1])
def test_a_line_sends_the_same(
    line: tuple[str, str, str],
    names: dict[str, Any],
    url_of: Callable[[str], str],
    tls: Front,
    folder: Path,
    theirs: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The server receives the same, and the values are equal. A client certificate arrives."""
    monkeypatch.chdir(folder)
    before = len(tls.certificates)
    assert ours(line[2], {**names, "url": url_of(line[2])}) == theirs[line[1]]
    if "cert=" in line[2]:
        assert any(tls.certificates[before:])


@pytest.mark.parametrize("row", EXCEPTIONS, ids=lambda row: row[1])
def test_failures_raise_the_documented_exceptions(
    row: tuple[str, str, str], server: GraphQLServer, folder: Path
) -> None:
    """This applies to both libraries."""
    before, their_name, our_name = row
    document, timeout = FAILURES[our_name]
    url = "http://127.0.0.1:9/graphql" if "refused" in document else server.url
    with syncgql.Client(url, timeout=timeout) as client, pytest.raises(getattr(syncgql, our_name)):
        client.execute(document)
    names = {"url": url, "timeout": timeout, "body": {"query": document}}
    (raised,) = run_there(BENCH / "python", before, names, ["request(url, timeout)"], folder)
    assert their_name.partition(".")[2] in raised["raised"]
