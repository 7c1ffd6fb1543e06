"""Runs lines of the pages on migrating, each in the library that it is written for."""

from __future__ import annotations

import ast
import json
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

import syncgql

from .page import ROOT

# The environments that make bench and make core32 create. The other clients are installed there only.
BENCH = ROOT / ".venv-bench" / "bin"
CORE32 = ROOT / ".venv-core32" / "bin"

# Reads code to run first, and lines with their names, from standard input. The code defines value_of(), which completes
# what the page leaves out of a line. Prints the value of each line, or the classes of the exception that it raised.
PROGRAM = """
import ast, asyncio, inspect, json, sys

task = json.load(sys.stdin)
names = dict(task["names"])
loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)

def run(tree, mode):
    value = eval(compile(tree, "line", mode, ast.PyCF_ALLOW_TOP_LEVEL_AWAIT), names)
    return loop.run_until_complete(value) if inspect.iscoroutine(value) else value

run(ast.parse(task["before"]), "exec")
for line, more in task["lines"]:
    names.update(more)
    *statements, last = ast.parse(line).body
    run(ast.Module(statements, []), "exec")
    try:
        print(json.dumps(names["value_of"](run(ast.Expression(last.value), "eval"))))
    except Exception as error:
        print(json.dumps({"raised": [each.__name__ for each in type(error).__mro__]}))
"""

Line = str | tuple[str, Mapping[str, Any]]
"""A line, alone or with names of its own."""


def section(page: str, heading: str) -> str:
    """The text under a heading."""
    return (ROOT / page).read_text("utf-8").partition(f"## {heading}\n")[2].partition("\n## ")[0]


def rows(page: str, heading: str) -> list[tuple[str, str]]:
    """The rows of the tables of a section that have code in both cells: theirs, and ours."""
    return re.findall(r"^\| `([^`]+)`[^|]*\| `([^`]+)`[^|]*\|$", section(page, heading), re.MULTILINE)


def run_there(python: Path, before: str, names: Mapping[str, Any], lines: Sequence[Line], folder: Path) -> list[Any]:
    """The values of lines in another environment; skip the test if there is none."""
    if not python.exists():
        pytest.skip(f"{python.relative_to(ROOT)} does not exist")
    command = [str(python), "-W", "ignore", "-c", PROGRAM]
    task = json.dumps(
        {"before": before, "names": names, "lines": [(line, {}) if isinstance(line, str) else line for line in lines]}
    )
    outcome = subprocess.run(command, input=task, capture_output=True, text=True, timeout=120, check=False, cwd=folder)
    assert outcome.returncode == 0, outcome.stderr
    values = [json.loads(line) for line in outcome.stdout.splitlines()]
    assert len(values) == len(lines)
    return values


def run_here(line: str, names: Mapping[str, Any]) -> Any:
    """The value of a line in syncgql, whose names are there, too."""
    *statements, last = ast.parse(line).body
    namespace = {name: getattr(syncgql, name) for name in syncgql.__all__} | dict(names)
    exec(compile(ast.Module(statements, []), "line", "exec"), namespace)
    assert isinstance(last, ast.Expr)
    return eval(compile(ast.Expression(last.value), "line", "eval"), namespace)
