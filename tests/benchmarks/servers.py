"""Start the canned server in a separate process."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator


@contextlib.contextmanager
def canned_server() -> Iterator[str]:
    """Yield ``127.0.0.1:port`` of a running canned server."""
    command = [sys.executable, "-m", "tests.benchmarks.canned_server"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("the server has no pipes")
        yield f"127.0.0.1:{process.stdout.readline().strip()}"
        process.stdin.close()
