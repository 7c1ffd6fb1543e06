"""What each command imports: the time to start is the time to import. Counted, because times depend on the machine."""

from __future__ import annotations

import subprocess
import sys

import pytest

from syncgql.cli.command import COMMANDS
from tests.cli.processes import environment
from tests.fix_servers import PATIENCE

# Runs a command, and writes the modules that it has imported, one a line, on standard error.
LISTING = """
import atexit, sys
atexit.register(lambda: print(*sorted(sys.modules), sep="\\n", file=sys.stderr))
{code}
"""
CALL = "sys.argv = ['syncgql', *{arguments!r}]\nfrom syncgql.cli import main\nmain()"


def modules(code: str) -> set[str]:
    env = environment()
    env.pop("COVERAGE_PROCESS_START", None)  # it imports other modules
    done = subprocess.run(
        [sys.executable, "-c", LISTING.format(code=code)],
        capture_output=True,
        encoding="utf-8",
        env=env,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stderr
    return set(done.stderr.split())


def imported_by(*arguments: str) -> set[str]:
    return modules(CALL.format(arguments=list(arguments)))


def tops(names: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in names}


def test_help_imports_click_and_no_command() -> None:
    """It writes the list of commands without them; nothing parses GraphQL."""
    names = imported_by("--help")
    assert not tops(names) & {"graphql", "rich", "pygments", "tomllib", "tomli", "csv", "difflib"}
    own = {name for name in names - modules("import syncgql") if name.startswith("syncgql")}
    assert own == {"syncgql.cli", "syncgql.cli.command", "syncgql.cli.exit_codes"}


def test_run_imports_only_modules_for_requests(library: str) -> None:
    """In a pipe, it needs graphql-core and its own modules, and nothing that draws."""
    more = imported_by("run", library, "{ hello }") - imported_by("--help")
    assert not tops(more) & {"rich", "pygments", "tomllib", "tomli", "csv", "difflib"}
    own = {name.removeprefix("syncgql.cli.") for name in more if name.startswith("syncgql.cli")}
    assert own == {
        "commands",
        "commands.run",
        "connection",
        "documents",
        "endpoints",
        "nodes",
        "numbers",
        "option_groups",
        "option_names",
        "output",
        "report",
        "requests",
        "rows",
        "secrets",
        "selection",
        "upload_bars",
        "variables",
    }


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_imports_its_own_modules(command: str) -> None:
    """The help of a command does not import the others, nor what only their work needs."""
    names = imported_by(command, "--help")
    assert {name for name in names if name.startswith("syncgql.cli.commands.")} == {f"syncgql.cli.commands.{command}"}
    assert not tops(names) & {"rich", "pygments", "uvicorn", "strawberry"}
