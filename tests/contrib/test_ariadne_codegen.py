"""The base class for clients that ariadne-codegen generated, with its real package where that is installed."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from graphql import print_schema
from pydantic import BaseModel, Field

from syncgql import Client, TransportQueryError
from syncgql.cli.demo.server_process import ServerProcess
from syncgql.contrib.ariadne_codegen import BaseClient
from syncgql.testing import GraphQLServer
from tests.fix_scripts import run_python
from tests.fix_servers import PATIENCE

SEARCH = "query Search($filter: Filter, $after: String) { search(filter: $filter, after: $after) }"

PYPROJECT = """
[tool.ariadne-codegen]
schema_path = "schema.graphql"
queries_path = "operations.graphql"
target_package_name = "library"
async_client = false
base_client_name = "LibraryClient"
base_client_file_path = "base_client.py"
"""
BASE_CLIENT = '''
from syncgql.contrib.ariadne_codegen import BaseClient


class LibraryClient(BaseClient):
    """The base of the generated client."""
'''
OPERATIONS = """
query GetBook($id: ID!) { book(id: $id) { title year } }
mutation Send($file: Upload!) { upload(file: $file) { filename size } }
"""
PROGRAM = """
import io, sys
from library import Client, Upload
from syncgql import TransportQueryError
with Client(sys.argv[1]) as client:
    print(client.get_book(id="3").book)
    print(client.send(file=Upload("tale.txt", io.BytesIO(b"four"), "text/plain")).upload)
    try:
        client.get_book(id="99", timeout=5)
    except TransportQueryError as error:
        print(error)
"""


class UnsetType:
    """Named as in the generated packages."""


class Upload:
    """Named as in the generated packages."""

    def __init__(self, filename: str, content: Any, content_type: str) -> None:
        self.filename, self.content, self.content_type = filename, content, content_type


class Filter(BaseModel):
    """Like a generated input whose member has another name in Python."""

    max_year: int | None = Field(alias="maxYear", default=None)
    genre: str | None = None


@pytest.fixture
def server() -> Iterator[GraphQLServer]:
    with GraphQLServer() as server:
        yield server


@pytest.fixture(scope="module")
def library() -> Iterator[str]:
    """The demo's server."""
    with ServerProcess("syncgql.cli.demo.server") as process:
        yield process.url


def test_variables(server: GraphQLServer) -> None:
    """Models have the names of the schema, and only the members that were set; unset variables are omitted."""
    server.add("Search", {"search": 1})
    with BaseClient(server.url, {"X-One": "1"}) as client:
        response = client.execute(SEARCH, "Search", {"filter": Filter(maxYear=1815), "after": UnsetType()})
        assert client.get_data(response) == {"search": 1}
        client.execute(SEARCH, "Search", {"filter": [{"genre": None}], "after": None}, headers={"X-Two": "2"})
    assert [dict(call.variables) for call in server.calls] == [
        {"filter": {"maxYear": 1815}},
        {"filter": [{"genre": None}], "after": None},
    ]
    assert [(call.headers["X-One"], call.headers.get("X-Two")) for call in server.calls] == [("1", None), ("1", "2")]


def test_uploads(library: str) -> None:
    """The file is sent with its name."""
    document = "mutation Send($file: Upload!) { upload(file: $file) { filename size } }"
    with BaseClient(library) as client:
        data = client.execute(document, "Send", {"file": Upload("tale.txt", io.BytesIO(b"four"), "text/plain")})
    assert data == {"upload": {"filename": "tale.txt", "size": 4}}


def test_a_client_of_the_caller(server: GraphQLServer) -> None:
    """It stays open; its errors are raised."""
    server.add("Search", errors=["no"])
    with Client(server.url) as own:
        with BaseClient(client=own) as client, pytest.raises(TransportQueryError, match="no"):
            client.execute(SEARCH, "Search")
        assert not own.closed
    with BaseClient(server.url) as client:
        pass
    assert client.client.closed


def test_mistakes() -> None:
    """Passing neither a URL nor a client, or both, raises an error."""
    with Client("http://127.0.0.1:9/graphql") as own:
        for arguments in ({}, {"url": "http://127.0.0.1:9/", "client": own}, {"client": own, "headers": {}}):
            with pytest.raises(TypeError, match="Pass either url="):
                BaseClient(**arguments)  # type: ignore[arg-type]


@pytest.mark.skipif(
    find_spec("ariadne_codegen") is None, reason="ariadne-codegen needs graphql-core 3.2; make core32 installs it"
)
def test_a_package_generated_by_ariadne_codegen(library: str, tmp_path: Path) -> None:
    """Its methods run against a real server."""
    (tmp_path / "pyproject.toml").write_text(PYPROJECT)
    (tmp_path / "base_client.py").write_text(BASE_CLIENT)
    (tmp_path / "operations.graphql").write_text(OPERATIONS)
    with Client(library) as client:
        (tmp_path / "schema.graphql").write_text(print_schema(client.schema))
    subprocess.run([Path(sys.executable).with_name("ariadne-codegen")], cwd=tmp_path, check=True, timeout=2 * PATIENCE)
    result = run_python("-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n{PROGRAM}", library)
    assert (result.exit_code, result.stdout.splitlines()) == (
        0,
        ["title='Ubik' year=1969", "filename='tale.txt' size=4", "There is no book 99. (at book)"],
    )
