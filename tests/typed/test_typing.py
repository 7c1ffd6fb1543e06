"""Type checkers infer the results of typed requests."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

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
    pyright = shutil.which("pyright", path=str(Path(sys.executable).parent)) or shutil.which("pyright")
    if pyright is None:
        pytest.skip("pyright is not installed: pip install pyright")
    version = subprocess.run([pyright, "--version"], capture_output=True, text=True, timeout=PATIENCE, check=False)
    if version.returncode:
        pytest.skip(f"pyright cannot start: {version.stderr[-300:]}")
    settings = {
        "include": [str(EXAMPLES)],
        "extraPaths": [str(ROOT)],
        "pythonVersion": "3.10",
        "typeCheckingMode": "strict",
        "enableTypeIgnoreComments": False,
        "reportUnnecessaryTypeIgnoreComment": "error",
        "reportUnusedExpression": False,
        "reportMissingTypeStubs": False,
        "reportUnknownMemberType": False,
    }
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(settings), "utf-8")
    command = [pyright, "--project", str(tmp_path), "--pythonpath", sys.executable]
    result = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert result.returncode == 0, result.stdout
