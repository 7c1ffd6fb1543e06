"""Runs pyright."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

PATIENCE = 200.0


def run_pyright(folder: Path, checked: Path, settings: Mapping[str, Any]) -> None:
    """Check a file or a folder; skip the test if pyright is not installed or has not found its Node package.

    Args:
        folder: a folder of the test, for the configuration.
        checked: what to check.
        settings: further settings.
    """
    pyright = shutil.which("pyright", path=str(Path(sys.executable).parent)) or shutil.which("pyright")
    if pyright is None:
        pytest.skip("pyright is not installed: pip install pyright")
    version = subprocess.run([pyright, "--version"], capture_output=True, text=True, timeout=PATIENCE, check=False)
    if version.returncode:
        pytest.skip(f"pyright cannot start: {version.stderr[-300:]}")
    (folder / "pyrightconfig.json").write_text(json.dumps({"include": [str(checked)], **settings}), "utf-8")
    command = [pyright, "--project", str(folder), "--pythonpath", sys.executable]
    result = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert result.returncode == 0, result.stdout
