"""The ``syncgql`` command: its version, and the errors for missing libraries."""

from __future__ import annotations

import pytest

from tests.fix_scripts import RunScript, run_python


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


def test_version(run_script: RunScript) -> None:
    """``syncgql --version`` prints the installed version."""
    result = run_python("-m", "syncgql", "--version")
    assert result.stdout.startswith("syncgql, version ")
