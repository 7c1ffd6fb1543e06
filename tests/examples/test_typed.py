"""The typed example: its generated code, its types, a run, and a change of the schema."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

import syncgql

from .programs import EXAMPLES, PATIENCE, command_of, environment, run

ROOT = Path(syncgql.__file__).parents[1]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the example, which a test may change."""
    folder = tmp_path / "typed"
    shutil.copytree(EXAMPLES / "typed", folder, ignore=shutil.ignore_patterns(".*", "__pycache__"))
    return folder


def command(project: Path, *words: str) -> subprocess.CompletedProcess[str]:
    # mypy does not find packages that are installed in place.
    env = environment("", MYPYPATH=str(ROOT))
    return subprocess.run(words, cwd=project, env=env, text=True, capture_output=True, timeout=4 * PATIENCE)


def mypy(project: Path) -> subprocess.CompletedProcess[str]:
    return command(project, "mypy", "--strict", "--cache-dir", str(ROOT / ".mypy_cache"), "catalogue.py")


def test_a_book_is_added_and_the_catalogue_printed(library: str) -> None:
    """With the command of the README, against a Strawberry server."""
    done = run("typed", *command_of("typed"), env=environment(library, PYTHONWARNINGS="error"))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "Added Solaris by Stanisław Lem.",
        "1960s: A Wizard of Earthsea, Ubik, Solaris",
        "1970s: The Hitchhiker's Guide to the Galaxy, Kindred",
    ]


def test_the_code_is_up_to_date_and_typed(project: Path) -> None:
    """If this fails, run ``syncgql codegen`` in docs/examples/typed."""
    assert command(project, "syncgql", "codegen", "--check").stdout == ""
    assert mypy(project).stdout == "Success: no issues found in 1 source file\n"


def test_a_field_that_becomes_nullable(project: Path) -> None:
    """--check sees that the code is out of date; with the new code, mypy names the line that relies on the field."""
    schema = project / "schema.graphql"
    schema.write_text(schema.read_text().replace("year: Int!\n", "year: Int\n"))
    outdated = command(project, "syncgql", "codegen", "--check")
    assert outdated.returncode == 9
    assert "+    year: int | None" in outdated.stdout
    assert command(project, "syncgql", "codegen").returncode == 0
    found = mypy(project)
    assert found.returncode == 1
    line = (project / "catalogue.py").read_text().splitlines().index("    return book.year // 10 * 10") + 1
    assert f"catalogue.py:{line}: error: Unsupported operand types for // " in found.stdout


def test_a_field_that_is_gone(project: Path) -> None:
    """The document is wrong, and the code stays as it is."""
    schema = project / "schema.graphql"
    schema.write_text(schema.read_text().replace("  author: String!\n", ""))
    done = command(project, "syncgql", "codegen", "--check")
    assert (done.returncode, done.stderr) == (8, "catalogue.graphql:15:3: Book has no field 'author'.\n")
