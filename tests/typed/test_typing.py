"""Type checkers infer the results of typed requests."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ..pyright import run_pyright

ROOT = Path(__file__).parents[2]
EXAMPLES = Path(__file__).with_name("typing_examples.py")
PATIENCE = 100.0


def test_mypy_infers_results() -> None:
    """It finds what it must, and nothing else."""
    pytest.importorskip("mypy", reason="mypy is in the lint extra")
    command = [sys.executable, "-m", "mypy", "--config-file", "setup.cfg", str(EXAMPLES.relative_to(ROOT))]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def test_pyright_infers_results(tmp_path: Path) -> None:
    """The same with pyright, where it is installed and has found its Node package."""
    settings = {
        "extraPaths": [str(ROOT)],
        "pythonVersion": "3.10",
        "typeCheckingMode": "strict",
        "enableTypeIgnoreComments": False,
        "reportUnnecessaryTypeIgnoreComment": "error",
        "reportUnusedExpression": False,
        "reportMissingTypeStubs": False,
        "reportUnknownMemberType": False,
    }
    run_pyright(tmp_path, EXAMPLES, settings)
