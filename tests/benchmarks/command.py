"""The start of the ``syncgql`` command: its help, and one query to a server on the same machine."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial

from .benchmark import Benchmark, Budget, Figure, Setting, Work
from .start import ENVIRONMENT, STARTS

DOCUMENT = "{ book { id title } }"


@contextlib.contextmanager
def _starting(command: str, setting: Setting) -> Iterator[Work]:
    arguments = ["--help"] if command == "--help" else [command, f"http://{setting.address}/small", DOCUMENT]

    def fastest(*python: str) -> float:
        return min(_run(*python) for _ in range(setting.count(STARTS)))

    def work() -> Figure:
        return Figure(max(0.0, fastest("-m", "syncgql", *arguments) - fastest("-c", "pass")) * 1e3)

    yield work


def _run(*arguments: str) -> float:
    """Run Python; return the seconds until it has ended."""
    start = time.perf_counter()
    subprocess.run([sys.executable, *arguments], capture_output=True, timeout=60, check=True, env=ENVIRONMENT)
    return time.perf_counter() - start


BENCHMARKS = (
    Benchmark(
        "command",
        "the command line, without the start of Python",
        "ms more than python -c pass",
        {
            "syncgql --help": partial(_starting, "--help"),
            "syncgql run": partial(_starting, "run"),
        },
        budgets=(Budget("syncgql --help", 350, "value"), Budget("syncgql run", 700, "value")),
    ),
)
