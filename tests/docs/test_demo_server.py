"""The README and the quickstart run against the server of ``syncgql demo``, as they promise."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import syncgql
from syncgql.cli.demo.server_process import ServerProcess
from syncgql.codegen import generate

from .page import Page

URL = "https://api.example.com/graphql"

# The demo's subscription does not end, and its first book is another one.
DIFFERENCES = {
    '    print("new:", event["bookAdded"]["title"])\n': '    print("new:", event["bookAdded"]["title"])\n    break\n',
    '    print(event["bookAdded"]["title"])\n': '    print(event["bookAdded"]["title"])\n    break\n',
    "'Emma', 'author': 'Jane Austen'": "\"The Hitchhiker's Guide to the Galaxy\", 'author': 'Douglas Adams'",
}


@pytest.fixture
def demo() -> Iterator[str]:
    with ServerProcess("syncgql.cli.demo.server") as server:
        yield server.url


@pytest.fixture
def generated_api(demo: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The package ``api``, generated from the schema of the demo."""
    package = tmp_path / "api"
    package.mkdir()
    with syncgql.Client(demo) as client:
        schema = client.schema
    operation = "query FindBook($id: ID!) { book(id: $id) { title year } }"
    for name, text in generate(schema, {"find_book.graphql": operation}).items():
        (package / name).write_text(text, "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] == "api"]:
        del sys.modules[name]


@pytest.mark.parametrize("path", ["README.md", "docs/quickstart.md"])
@pytest.mark.usefixtures("generated_api")
def test_a_page_runs_with_the_demo(path: str, demo: str) -> None:
    """All of its code runs with the URL that the demo prints."""
    names = {"fetch_token": lambda: ("token-1", 3600), "Client": syncgql.Client, "client": syncgql.Client(demo)}
    Page(path, {URL: demo, **DIFFERENCES}).run(names)
