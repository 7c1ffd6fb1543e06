"""The version of the package."""

from __future__ import annotations

from tests.fix_scripts import RunScript, run_python


def test_version(run_script: RunScript) -> None:
    """``syncgql --version`` prints the installed version."""
    result = run_python("-m", "syncgql", "--version")
    assert result.stdout.startswith("syncgql, version ")
