"""Run Python programs as a user would, in a separate process with all warnings as errors."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Protocol

import pytest

STRICT = ("-W", "error", "-X", "dev")

# asyncio's debug mode, which -X dev enables, reports callbacks of 0.1 seconds and more, which show the load of the
# machine instead of a fault of the program.
SLOW_CALLBACK = re.compile(r"^Executing <.*> took \d+\.\d+ seconds\n", re.MULTILINE)

TIMEOUT = 200.0
"""The default limit of a program in seconds, which only a program that hangs exceeds, even on a busy machine."""


@dataclass(frozen=True)
class ScriptResult:
    """The exit status and the output of a program."""

    exit_code: int
    stdout: str
    stderr: str
    seconds: float


class RunScript(Protocol):
    """The type of the ``run_script`` fixture."""

    def __call__(
        self, source: str, *arguments: str, timeout: float = TIMEOUT, environment: Mapping[str, str] | None = None
    ) -> ScriptResult: ...


def run_python(
    *arguments: str,
    timeout: float = TIMEOUT,
    environment: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    python: str = sys.executable,
) -> ScriptResult:
    """Run ``python -W error -X dev`` with these arguments; fail if it takes longer than ``timeout`` seconds."""
    started = time.monotonic()
    process = subprocess.Popen(
        [python, *STRICT, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        cwd=cwd,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **(environment or {})},
        start_new_session=True,
    )
    with process:
        try:
            stdout, stderr = process.communicate(timeout=timeout)
        except BaseException as error:
            os.killpg(process.pid, signal.SIGKILL)
            if not isinstance(error, subprocess.TimeoutExpired):
                raise
            stdout, stderr = process.communicate()
            pytest.fail(f"{arguments} did not end within {timeout} s.\nstdout:\n{stdout}\nstderr:\n{stderr}")
    return ScriptResult(process.returncode, stdout, SLOW_CALLBACK.sub("", stderr), time.monotonic() - started)


@pytest.fixture
def run_script(tmp_path: Path) -> RunScript:
    """Run the text of a script with ``python -W error -X dev`` and return its result."""

    def run(
        source: str, *arguments: str, timeout: float = TIMEOUT, environment: Mapping[str, str] | None = None
    ) -> ScriptResult:
        script = tmp_path / "script.py"
        script.write_text(dedent(source), encoding="utf-8")
        return run_python(str(script), *arguments, timeout=timeout, environment=environment, cwd=tmp_path)

    return run
