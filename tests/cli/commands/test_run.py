"""``syncgql run``: documents, variables, formats and options, against real servers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.processes import Terminal, start, syncgql
from tests.fix_servers import PATIENCE, Server
from tests.fix_streams import StreamServer

BOOK = "query Book($id: ID!) { book(id: $id) { title year } }"


def test_document_from_a_file_and_stdin(library: str, tmp_path: Path) -> None:
    """All three sources; - is standard input."""
    (tmp_path / "hello.graphql").write_text("{ hello }")
    hello = (0, '{"hello": "Hello world!"}\n', "")
    assert syncgql("run", library, "-f", "hello.graphql", cwd=tmp_path) == hello
    assert syncgql("run", library, stdin="{ hello }") == hello
    assert syncgql("run", library, "-", stdin="{ hello }") == hello
    assert syncgql("run", library, "-f", "-", stdin="{ hello }") == hello


def test_two_documents_or_none(library: str) -> None:
    """Both raise an error."""
    assert syncgql("run", library, "{ hello }", "-f", "other.graphql").exit_code == 2
    with Terminal("run", library) as terminal:
        assert terminal.wait() == 2
    assert "No document" in terminal.screen


def test_variables_have_the_types_of_the_document(library: str) -> None:
    """The same text is a number for Int and text for ID."""
    add = "mutation ($title: String!, $year: Int!) { addBook(title: $title, year: $year) { title year } }"
    outcome = syncgql("run", library, add, "-v", "title=1984", "-v", "year=1949")
    assert json.loads(outcome.stdout) == {"addBook": {"title": "1984", "year": 1949}}
    assert json.loads(syncgql("run", library, BOOK, "-v", "id=3").stdout)["book"]["title"] == "Ubik"


def test_variables_of_a_file(library: str, tmp_path: Path) -> None:
    """-V reads an object; -v replaces its members; standard input is read once."""
    (tmp_path / "variables.json").write_text('{"id": "1"}')
    file = str(tmp_path / "variables.json")
    assert "Hitchhiker" in syncgql("run", library, BOOK, "-V", file).stdout
    assert "Ubik" in syncgql("run", library, BOOK, "-V", file, "-v", "id=3").stdout
    assert "Ubik" in syncgql("run", library, BOOK, "-V", "-", stdin='{"id": 3}').stdout
    assert syncgql("run", library, "-V", "-", stdin="{}").exit_code == 2


def test_an_upload(library: str, tmp_path: Path) -> None:
    """A file for what is no scalar of the specification; - is standard input."""
    (tmp_path / "tale.txt").write_text("Once upon a time")
    upload = "mutation ($file: Upload!) { upload(file: $file) { filename size } }"
    outcome = syncgql("run", library, upload, "-v", "file@tale.txt", cwd=tmp_path)
    assert json.loads(outcome.stdout)["upload"] == {"filename": "tale.txt", "size": 16}
    outcome = syncgql("run", library, upload, "-v", "file@-", stdin="four")
    assert json.loads(outcome.stdout)["upload"] == {"filename": "stdin", "size": 4}
    assert syncgql("run", library, upload, "-v", "file@missing.txt").exit_code == 2


def test_one_of_several_operations(library: str) -> None:
    """-o chooses; without it nothing is sent."""
    several = "query A { hello } query B { book(id: 3) { title } }"
    assert syncgql("run", library, several, "-o", "B").stdout == '{"book": {"title": "Ubik"}}\n'
    assert syncgql("run", library, several).exit_code == 2


def test_formats(library: str) -> None:
    """CSV, JSON Lines and plain text have a line per item."""
    query = "{ books { title year } }"
    assert syncgql("run", library, query, "--format", "csv").stdout.splitlines()[:2] == [
        "title,year",
        "The Hitchhiker's Guide to the Galaxy,1979",
    ]
    lines = syncgql("run", library, query, "--format", "jsonl").stdout.splitlines()
    assert json.loads(lines[2]) == {"title": "Ubik", "year": 1969}
    assert "Ubik" in syncgql("run", library, query, "--select", "books.title", "--format", "raw").stdout.splitlines()
    table = syncgql("run", library, query, "--format", "table").stdout
    assert table.split()[:2] == ["title", "year"]
    assert "\x1b" not in table


def test_select_is_checked_before_sending(library: str) -> None:
    """A mutation whose result could not be printed is not sent."""
    add = 'mutation { addBook(title: "Never added") { id } }'
    outcome = syncgql("run", library, add, "--select", "addBook.title")
    assert outcome.exit_code == 2
    assert "'title'" in outcome.stderr
    assert "Never added" not in syncgql("run", library, "{ books { title } }").stdout


def test_json_is_colored_on_a_terminal_only(library: str) -> None:
    """Indented and colored; NO_COLOR keeps the indentation."""
    with Terminal("run", library, "{ hello }") as terminal:
        assert terminal.wait() == 0
    assert "\x1b[" in terminal.screen
    with Terminal("run", library, "{ hello }", env={"NO_COLOR": "1"}) as terminal:
        assert terminal.wait() == 0
    assert '{\r\n  "hello": "Hello world!"\r\n}' in terminal.screen


def test_control_characters_do_not_reach_the_terminal(library: str) -> None:
    """On a terminal, they are escaped; in a pipe, text is unchanged."""
    query = r'{ hello(name: "\u001b[2Jx\u009b") }'
    raw = ("run", library, query, "--select", "hello", "--format", "raw")
    assert syncgql(*raw).stdout == "Hello \x1b[2Jx\x9b!\n"
    with Terminal(*raw) as terminal:
        assert terminal.wait() == 0
    assert terminal.screen.strip() == r"Hello \x1b[2Jx\x9b!"
    assert json.loads(syncgql("run", library, query).stdout)["hello"] == "Hello \x1b[2Jx\x9b!"


def test_include_hides_credentials(library: str, strawberry_server: Server) -> None:
    """Status and headers are on stderr, so that the data can be piped."""
    outcome = syncgql("run", library, "{ hello }", "-i")
    assert outcome.stdout == '{"hello": "Hello world!"}\n'
    assert outcome.stderr.startswith("HTTP 200 in ")
    assert "Content-Type: application/json" in outcome.stderr
    url = strawberry_server.canned('{"data": {"a": 1}}', set_cookie="session=s3cret")
    outcome = syncgql("run", url, "{ a }", "-i")
    assert "set_cookie: ***" in outcome.stderr
    assert "s3cret" not in outcome.stderr
    outcome = syncgql("run", strawberry_server.canned("busy", status=503), "{ a }", "-i")
    assert (outcome.exit_code, outcome.stderr.startswith("HTTP 503")) == (4, True)


def test_batch(library: str, tmp_path: Path) -> None:
    """All operations of a document, or one with a list of variables, in one request."""
    outcome = syncgql("run", library, "query A { hello } query B { book(id: 3) { title } }", "--batch")
    assert json.loads(outcome.stdout) == [{"hello": "Hello world!"}, {"book": {"title": "Ubik"}}]
    (tmp_path / "ids.json").write_text('[{"id": 3}, {"id": 99}]')
    outcome = syncgql("run", library, BOOK, "-V", str(tmp_path / "ids.json"), "--batch", "--select", "book.title")
    assert (outcome.exit_code, json.loads(outcome.stdout)) == (1, ["Ubik", None])
    assert outcome.stderr == "syncgql: operation 2: There is no book 99. (at book)\n"
    assert syncgql("run", library, BOOK, "-V", str(tmp_path / "ids.json")).exit_code == 2


def test_defer_prints_as_data_arrives(any_defer_server: StreamServer) -> None:
    """The first line is there while the server still works on the rest."""
    gate = "run-defer"
    query = f'{{ book {{ title ... @defer {{ held(gate: "{gate}") }} }} }}'
    with start("run", any_defer_server.url, query, "--defer") as process:
        assert process.stdout
        assert json.loads(process.stdout.readline()) == {"book": {"title": "Emma"}}
        any_defer_server.open(gate)
        rest, errors = process.communicate(timeout=PATIENCE)
    assert json.loads(rest)["book"].keys() == {"title", "held"}
    assert (process.returncode, errors) == (0, "")


def test_retries(library: str, strawberry_server: Server) -> None:
    """--retry sends a query again that failed."""
    url = strawberry_server.canned("busy", status=503)
    assert syncgql("run", url, "{ a }", "--retry", "3").exit_code == 4
    assert len(strawberry_server.seen("request")) == 3


def test_subscriptions_are_not_run(library: str) -> None:
    """The message names the command for subscriptions."""
    outcome = syncgql("run", library, "subscription { bookAdded { title } }")
    assert outcome.exit_code == 2
    assert "syncgql subscribe" in outcome.stderr


def test_paginate(rows_url: str) -> None:
    """A line for each node of all pages; --select is a path in a node."""
    page = "nodes { id } pageInfo { hasNextPage endCursor }"
    query = f"query ($total: Int, $first: Int, $after: String) {{ rows(first: $first, after: $after) {{ {page} }} }}"
    arguments = ("run", rows_url, query, "-V", "-", "--paginate", "--select", "id")
    outcome = syncgql(*arguments, stdin='{"first": 100, "total": 250}')
    assert outcome == (0, "".join(f"{number}\n" for number in range(250)), "")
    in_columns = syncgql(*arguments[:-2], "--format", "csv", stdin='{"first": 100, "total": 250}')
    assert in_columns == (0, "id\n" + outcome.stdout, "")


@pytest.mark.parametrize("path", ["nope", "rows.nodes", "id,total"])
def test_a_path_that_no_node_has(rows_url: str, path: str) -> None:
    """It is an error before anything is sent, and the message says where the path begins."""
    page = "nodes { id } pageInfo { hasNextPage endCursor }"
    query = f"query ($first: Int, $after: String) {{ rows(first: $first, after: $after) {{ {page} }} }}"
    outcome = syncgql("run", rows_url, query, "--paginate", "--select", path)
    assert (outcome.exit_code, outcome.stdout) == (2, "")
    assert "only id. With --paginate, the path begins at the node." in outcome.stderr


def test_formats_of_parts(library: str) -> None:
    """Parts are printed one at a time, so only formats of lines are possible."""
    outcome = syncgql("run", library, "{ hello }", "--defer", "--format", "csv")
    assert outcome.exit_code == 2
    assert "With --defer, the format can only be jsonl or raw." in outcome.stderr
