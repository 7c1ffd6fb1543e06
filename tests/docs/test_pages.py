"""Every Python block in the documentation and the README runs, in order, against real servers."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import nullcontext
from inspect import cleandoc
from pathlib import Path
from textwrap import dedent
from types import SimpleNamespace
from typing import Any

import django.conf
import pytest
import trustme
from graphql import build_schema

import syncgql
from syncgql.cli.demo.server_process import ServerProcess
from syncgql.codegen import generate
from syncgql.testing import GraphQLMock
from tests import fix_proxy
from tests.fix_phoenix import PhoenixServer
from tests.fix_servers import Server
from tests.servers.hashes import HashServer
from tests.servers.wire import WireServer, always, answer

from ..servers.python import PythonProcess
from . import library_server
from .line_server import LineServer
from .page import ROOT, Page

PAGES = ["README.md", *sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("docs/*.md"))]
WITH_CODE = [path for path in PAGES if "```python" in (text := (ROOT / path).read_text()) or "```pycon" in text]

# The expected output of the examples on pages that show it.
PRINTED = {
    "docs/uploads.md": "6 of 6 bytes\nvariables.file\n",
    "docs/authentication.md": "ada\n",
    "docs/http.md": "200\n",
    "docs/phoenix.md": "Hello\n{'hello': 'Hello world!'}\n",
    "docs/daemon.md": "Message 2\nMessage 3\n",
    "docs/defer.md": "Emma 1 ...\n",
    "docs/codegen.md": "['__init__.py', 'hello.py']\n",
    "docs/typed.md": "The response does not match Numbered: book.title: expected int, got 'Emma'.\n('book', 'title')\n",
    "docs/middleware.md": "query Hello\n{'count': 1}\n",
    "docs/rate_limits.md": "False 3600\n",
    "docs/opentelemetry.md": "query Hello 200\nquery Hello attempt True\n{'count': 1}\n",
    "docs/outages.md": "{'book': {'title': 'Emma'}}\n" * 3,
    "docs/custom_transports.md": "{'hello': 'Hello world!'}\n{'hello': 'Hello world!'}\n1\n2\n3\n",
}


@pytest.fixture(scope="module")
def library() -> Iterator[ServerProcess]:
    with PythonProcess("tests.docs.library_server") as server:
        yield server


@pytest.fixture
def line_server() -> Iterator[LineServer]:
    with LineServer() as server:
        yield server


@pytest.fixture
def hash_server() -> Iterator[HashServer]:
    with HashServer() as server:
        yield server


@pytest.fixture
def token_url() -> Iterator[str]:
    """An endpoint that issues tokens; Django is configured, too."""
    if not django.conf.settings.configured:
        django.conf.settings.configure()
    with WireServer(always(answer(b'{"access_token": "token-1", "expires_in": 3600}'))) as server:
        yield server.url


@pytest.fixture
def generated_api(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The package ``api``, which ``syncgql codegen`` writes for the README's operation."""
    schema = build_schema(library_server.schema.as_str())
    operation = "query FindBook($id: ID!) { book(id: $id) { title year } }"
    package = tmp_path / "generated" / "api"
    package.mkdir(parents=True)
    for name, text in generate(schema, {"find_book.graphql": operation}).items():
        (package / name).write_text(text, "utf-8")
    monkeypatch.syspath_prepend(package.parent)
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] == "api"]:
        del sys.modules[name]


@pytest.fixture
def files(tmp_path: Path, authority: trustme.CA, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files that examples use, in the working directory."""
    monkeypatch.chdir(tmp_path)
    Path("photo.jpg").write_bytes(b"a photo")
    Path("film.mp4").write_bytes(b"a film")
    Path("schema.graphql").write_text("type Query { hello: String }")
    Path("token.txt").write_text("a token\n")
    Path("documents.json").write_text('{"1": "{ hello }"}')
    authority.cert_pem.write_to_path("our-authority.pem")
    authority.issue_cert("client").private_key_and_cert_chain_pem.write_to_path("client.pem")


def names(url: str) -> dict[str, Any]:
    """The names that examples use without defining them."""
    return {
        "url": url,
        "document": "{ hello }",
        "query": "{ hello }",
        "mutation": 'mutation { addBook(title: "Persuasion") { id } }',
        "client": syncgql.Client(url),
        **{name: getattr(syncgql, name) for name in ("Client", "TransportConnectionFailed")},
        "sdl_text": "type Query { hello: String }",
        "my_strawberry_schema": library_server.schema,
        "load_from_registry": lambda: "type Query { hello: String }",
        "result": {"__schema": {}},
        "key": "da2-key",
        "token": "a token",
        "fetch_token": lambda: ("token-1", 3600),
        "tokens": SimpleNamespace(current=lambda: "Bearer a token"),
    }


@pytest.mark.parametrize("path", WITH_CODE)
@pytest.mark.usefixtures("files", "restored_log_levels")
def test_the_code_of_a_page_runs(
    path: str,
    library: ServerProcess,
    phoenix_process: ServerProcess,
    strawberry_streams_url: str,
    request: pytest.FixtureRequest,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The output of a session is the one on the page."""
    text = (ROOT / path).read_text("utf-8")
    replace = {
        "https://api.example.com/graphql": library.url,
        "wss://api.example.com/graphql": Server.ws_url.fget(library),  # type: ignore[attr-defined]
        "wss://api.example.com/socket": PhoenixServer(phoenix_process.url).socket_url,
    }
    if path == "docs/defer.md":
        replace["https://api.example.com/graphql"] = strawberry_streams_url
    if path == "docs/persisted_documents.md":
        replace["https://api.example.com/graphql"] = request.getfixturevalue("hash_server").url
    if "proxy.example.com" in text:
        proxy: str = request.getfixturevalue("http_proxy")
        user = f"{fix_proxy.USER}:{fix_proxy.PASSWORD}@"
        replace["http://proxy.example.com:8080"] = proxy.replace("//", f"//{user}")
    if "from api import" in text:
        request.getfixturevalue("generated_api")
    given = names(library.url)
    if path == "docs/middleware.md" and not django.conf.settings.configured:
        django.conf.settings.configure()  # whose cache is in memory
    if path == "docs/custom_transports.md":
        server: LineServer = request.getfixturevalue("line_server")
        given |= {"host": server.host, "port": server.port}
    if path == "docs/tokens.md":
        given |= {"token_url": request.getfixturevalue("token_url")}
    with GraphQLMock() if path.startswith("docs/testing") else nullcontext() as mock:
        Page(path, replace).run(given | {"graphql_mock": mock})
    assert PRINTED.get(path, "") in capsys.readouterr().out


def test_the_cell_for_a_long_list_can_be_run_again(library: ServerProcess) -> None:
    """A notebook runs it any number of times; the rows are complete, and none is repeated."""
    page = Page("docs/notebooks.md", {"https://api.example.com/graphql": library.url})
    (source,) = [block.source for block in page.blocks() if "# In a cell of its own" in block.source]
    first, cell = source.split("# In a cell of its own")
    names: dict[str, Any] = {}
    exec(first, names)
    for _ in range(4):
        exec(f"#{cell}", names)
    titles = [book["title"] for book in names["books"]]
    assert titles == [f"Volume {number}" for number in range(1, library_server.CATALOGUE + 1)]
    names["client"].close()


@pytest.mark.usefixtures("files")
def test_the_code_in_help_of_the_client_runs(library: ServerProcess, capsys: pytest.CaptureFixture[str]) -> None:
    """The first example of ``help(syncgql.Client)`` runs."""
    code = cleandoc(syncgql.Client.__doc__ or "").split("::\n\n", 1)[1].split("\n\nCreating a client", 1)[0]
    Path("help.md").write_text(f"```python\n{dedent(code)}\n```\n", "utf-8")
    Page(str(Path("help.md").resolve()), {"https://api.example.com/graphql": library.url}).run({})
    assert "Emma" in capsys.readouterr().out
