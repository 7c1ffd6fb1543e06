"""The ``syncgql`` command: its version, and the errors for missing libraries."""

from __future__ import annotations

import pytest

from tests.fix_scripts import RunScript

from .processes import syncgql


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


def test_a_url_without_a_command() -> None:
    """The message shows where the URL belongs, without repeating it."""
    outcome = syncgql("https://user:password@example.com/graphql", "{ hello }")
    assert (outcome.exit_code, "syncgql run URL" in outcome.stderr, "password" in outcome.stderr) == (2, True, False)
