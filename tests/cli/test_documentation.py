"""Every command of docs/command_line.md runs, in order, in one shell, and prints what the page shows."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from inspect import cleandoc
from pathlib import Path

import pytest

from syncgql.cli.command import COMMANDS, Commands, command
from syncgql.cli.demo.server_process import ServerProcess
from syncgql.cli.exit_codes import ExitCode
from tests.fix_servers import PATIENCE

from .processes import COMMAND, environment, syncgql

PAGE = (Path(__file__).parents[2] / "docs" / "command_line.md").read_text("utf-8")
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
MARK = "---- next command"

BOOKS = "query Book($id: ID!) { book(id: $id) { author } }\nquery Titles { books { title } }\n"
APP = 'from library import client\n\nclient.execute("{ books { titel } }")\n'


@pytest.fixture
def fresh_library() -> Iterator[str]:
    """The demo's server, with no more books than the page knows."""
    with ServerProcess("syncgql.cli.demo.server") as server:
        yield server.url


def commands() -> Iterator[tuple[str, str]]:
    """Yield each command of the page, which may have several lines, and its output; not the installation."""
    for block in BLOCK.findall(PAGE):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            line, _, output = part.replace("\\\n", "").partition("\n")
            if not line.startswith("pip "):
                yield line, output


@pytest.mark.timeout(20 * PATIENCE)  # about thirty commands, each in a new Python
def test_the_commands_of_the_page_run(fresh_library: str, tmp_path: Path) -> None:
    """They run one after the other; a command whose output the page does not show only has to succeed."""
    (tmp_path / "books.graphql").write_text(BOOKS)
    (tmp_path / "app.py").write_text(APP)
    (tmp_path / "photo.jpg").write_text("a photo")
    toml = re.search(r"^```toml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert toml
    url = "https://api.example.com/graphql"
    (tmp_path / "pyproject.toml").write_text(toml[1].replace(url, fresh_library))
    expected = list(commands())
    script = "\n".join(f'{line.replace(url, fresh_library)}\necho "$? {MARK}"' for line, _ in expected)
    done = subprocess.run(
        ["bash", "-c", script],
        capture_output=True,
        encoding="utf-8",
        cwd=tmp_path,
        env=environment({"PATH": f"{Path(COMMAND).parent}{os.pathsep}{os.environ['PATH']}"}),
        timeout=15 * PATIENCE,
    )
    printed = re.split(rf"(\d+) {MARK}\n", done.stdout)
    for (line, output), real, code in zip(expected, printed[::2], printed[1::2], strict=False):
        if "--for " in line:
            assert real in ("", output), line  # on a busy machine, the event may come too late
        elif output:
            assert real == output, line
        found = {"check": "9", "diff": "9"}.get(line.removeprefix("syncgql ").split()[0], "0")
        assert code == found, (line, done.stderr)
    assert len(printed) == 2 * len(expected) + 1


def test_the_page_lists_all_exit_codes() -> None:
    """The page lists all exit codes and no others."""
    assert {int(code) for code in re.findall(r"^\| (\d+) \|", PAGE, re.MULTILINE)} == set(ExitCode)


def test_the_list_of_commands_is_right() -> None:
    """Each command has the summary that ``syncgql --help`` shows without importing it, and is on the page."""
    assert isinstance(command, Commands)
    outcome = syncgql("--help")
    for name, summary in COMMANDS.items():
        found = command.get_command(None, name)  # type: ignore[arg-type]
        assert found
        assert (found.help or "").splitlines()[0] == summary
        assert name in outcome.stdout
        assert f"| `{name}` |" in PAGE


@pytest.mark.parametrize("name", COMMANDS)
def test_help_shows_each_example_on_its_own_line(name: str) -> None:
    """Examples are unchanged, although click joins the lines of other paragraphs."""
    assert isinstance(command, Commands)
    found = command.get_command(None, name)  # type: ignore[arg-type]
    assert found
    _, _, examples = cleandoc(found.help or "").partition("\b\n")
    shown = syncgql(name, "--help").stdout
    assert "\\b" not in shown
    assert all(f"\n  {line}\n" in shown for line in examples.splitlines())
