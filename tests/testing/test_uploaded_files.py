"""with_files: the files that a test server receives."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import requests

from syncgql import Client, FileVar
from syncgql.testing import GraphQLServer

DOCUMENT = "mutation Up($f: Upload, $i: Input, $fs: [Upload!]) { up(f: $f, i: $i, fs: $fs) }"
SDL = """
scalar Upload
input Input { f: Upload! }
type Query { up: Boolean }
type Mutation { up(f: Upload, i: Input, fs: [Upload!]): Boolean }
"""


def test_files_of_a_request(tmp_path: Path) -> None:
    """They are in their places among the variables, with their names and types."""
    (tmp_path / "a.txt").write_bytes(b"Alpha")
    with GraphQLServer(SDL) as server, Client(server.url) as client:
        server.add("Up", {"up": True})
        photo = FileVar(b"Beta", filename="b.jpg")
        client.execute(DOCUMENT, {"f": FileVar(tmp_path / "a.txt"), "i": {"f": photo}, "fs": [photo]})
    (call,) = server.calls
    files = [call.variables["f"], call.variables["i"]["f"], call.variables["fs"][0]]
    assert [(each.filename, each.file, each.content_type) for each in files] == [
        ("a.txt", b"Alpha", "text/plain"),
        ("b.jpg", b"Beta", "image/jpeg"),
        ("b.jpg", b"Beta", "image/jpeg"),
    ]


def test_a_large_file() -> None:
    """The test server has no limit, unlike aiohttp's default of 1 MB."""
    content = b"A" * 3_000_000
    with GraphQLServer() as server, Client(server.url) as client:
        server.add("Up", {"up": True})
        assert client.execute(DOCUMENT, {"f": FileVar(content)}) == {"up": True}
    assert server.calls[0].variables["f"].file == content


def form(variables: dict[str, Any], places: str, filename: str | None) -> dict[str, Any]:
    """Return a form with one file."""
    operations = json.dumps({"query": DOCUMENT, "variables": variables})
    return {"operations": (None, operations), "map": (None, places), "0": (filename, "Alpha")}


@pytest.mark.parametrize(
    "places", ['{"0": ["variables.g.h"]}', '{"0": ["variables.fs.0"]}', '{"1": ["variables.f"]}', "[]"]
)
def test_a_map_that_does_not_match(places: str) -> None:
    """The request gets status 400."""
    with GraphQLServer() as server:
        server.add("Up", {"up": True})
        response = requests.post(server.url, files=form({"fs": []}, places, "a.txt"), timeout=60)
    assert response.status_code == 400
    assert "Not a GraphQL request: the form and its map do not match" in response.text


def test_a_field_without_a_filename() -> None:
    """Its text is the content of the file."""
    with GraphQLServer() as server:
        server.add("Up", {"up": True})
        given = form({"f": None}, '{"0": ["variables.f"]}', None)
        assert requests.post(server.url, files=given, timeout=60).json() == {"data": {"up": True}}
    assert server.calls[0].variables["f"].file == b"Alpha"
