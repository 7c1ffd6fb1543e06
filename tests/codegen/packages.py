"""Packages that tests generate, import and check."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

from graphql import GraphQLSchema, build_schema

from syncgql.codegen import CodegenOptions, generate
from syncgql.codegen.wrapping import LINE

ROOT = Path(__file__).parents[2]
PATIENCE = 200.0


def write(folder: Path, schema: str | GraphQLSchema, documents: Mapping[str, str], options: CodegenOptions) -> None:
    """Generate a package and write it."""
    folder.mkdir()
    made = build_schema(schema) if isinstance(schema, str) else schema
    for name, text in generate(made, documents, options).items():
        (folder / name).write_text(text, "utf-8")


def imported(name: str) -> ModuleType:
    """Import a package that was just written."""
    importlib.invalidate_caches()
    return importlib.import_module(name)


def forget(package: str) -> None:
    """Forget a package that was imported."""
    for name in [name for name in sys.modules if name.partition(".")[0] == package]:
        del sys.modules[name]


def check(folder: Path, *names: str) -> None:
    """Run mypy on modules and packages of a folder, and ruff on the last package, whose lines must not be too long."""
    mypy = [
        sys.executable,
        "-m",
        "mypy",
        "--strict",
        "--follow-imports=silent",
        "--cache-dir",
        str(ROOT / ".mypy_cache"),
    ]
    ruff = [str(Path(sys.executable).with_name("ruff")), "check", "--isolated", "--no-cache"]
    for command in ([*mypy, *names], [*ruff, names[-1]]):
        result = subprocess.run(
            command,
            cwd=folder,
            env={**os.environ, "MYPYPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert result.returncode == 0, result.stdout + result.stderr
    for path in folder.joinpath(names[-1]).glob("*.py"):
        assert [line for line in path.read_text("utf-8").splitlines() if len(line) > LINE] == []
