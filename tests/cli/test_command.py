"""The ``syncgql`` command: its version, and the errors for missing libraries."""

from __future__ import annotations

import os
import subprocess

import pytest

from syncgql.cli.command import COMMANDS, OTHER_NAMES
from tests.fix_scripts import RunScript
from tests.fix_servers import PATIENCE

from .processes import COMMAND, environment, syncgql

HELLO = '{"hello": "Hello world!"}\n'


@pytest.mark.parametrize("library", ["click", "rich"])
def test_command_without_its_libraries(run_script: RunScript, library: str) -> None:
    """Without the libraries of the extra, one line names what to install."""
    result = run_script(f"import sys; sys.modules[{library!r}] = None; from syncgql.cli import main; main()", "demo")
    assert result.exit_code == 1
    assert result.stderr == (f"syncgql: the command needs {library}; install the extra syncgql[cli]\n")


def test_demo_without_its_libraries(run_script: RunScript) -> None:
    """Without the libraries of the server, one line names what to install."""
    result = run_script("import sys; sys.modules['uvicorn'] = None; from syncgql.cli import main; main()", "demo")
    assert result.exit_code == 1
    assert result.stderr == ("Error: the demo needs uvicorn; install the extra syncgql[demo]\n")


def test_a_misspelled_command() -> None:
    """The nearest name is suggested, if there is one."""
    outcome = syncgql("chek", "schema.graphql")
    assert (outcome.exit_code, "No such command 'chek'. Did you mean 'check'?" in outcome.stderr) == (2, True)
    assert "Did you mean" not in syncgql("nonsense").stderr


def test_names_of_other_tools() -> None:
    """Each name leads to a suggestion of a command that exists."""
    assert not OTHER_NAMES.keys() & COMMANDS.keys()
    assert set(OTHER_NAMES.values()) <= {*COMMANDS, "--help"}
    assert "No such command 'query'. Did you mean 'run'?" in syncgql("query", "http://h/", "{ hello }").stderr


def test_a_url_without_a_command() -> None:
    """The message shows where the URL belongs, without repeating it."""
    outcome = syncgql("https://user:password@example.com/graphql", "{ hello }")
    assert (outcome.exit_code, "syncgql run URL" in outcome.stderr, "password" in outcome.stderr) == (2, True, False)


def test_an_option_of_all_commands_after_the_command() -> None:
    """The message shows where it belongs; click's own hint remains for other options."""
    outcome = syncgql("run", "http://h/", "{ a }", "--debug")
    assert outcome.exit_code == 2
    assert "No such option '--debug'. It comes before the command: syncgql --debug run" in outcome.stderr
    assert "before the command" not in syncgql("run", "--debg").stderr


@pytest.mark.skipif(os.name == "nt", reason="a shell of POSIX closes the streams")
@pytest.mark.parametrize(("streams", "stdout"), [("<&- >&-", ""), ("<&- 2>&-", HELLO)])
def test_closed_streams(library: str, streams: str, stdout: str) -> None:
    """A program may start the command without standard streams; the result is discarded."""
    done = subprocess.run(
        ["sh", "-c", f'exec "$@" {streams}', "sh", COMMAND, "run", library, "{ hello }"],
        capture_output=True,
        encoding="utf-8",
        env=environment(),
        timeout=2 * PATIENCE,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, stdout, "")
