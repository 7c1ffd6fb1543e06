"""A contender's process, as seen by the benchmarks; ``worker`` runs inside it."""

from __future__ import annotations

import json
import subprocess
import sys
import threading

from .benchmark import Figure, Setting

SECONDS = 600
"""The seconds after which a contender's round is ended; more if the scale is greater than 1."""


class ContenderFailed(Exception):
    """A contender could not do the work; the message has the reason."""


class Contender:
    """A process in which one contender does the work of one benchmark on request."""

    def __init__(self, benchmark: str, name: str, setting: Setting) -> None:
        arguments = [benchmark, name, setting.address, str(setting.scale)]
        self._seconds = SECONDS * max(1.0, setting.scale)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.worker", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def measure(self) -> Figure:
        """Do the work once.

        Raises:
            ContenderFailed: the work failed.
        """
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("the contender has no pipes")
        alarm = threading.Timer(self._seconds, self._process.kill)
        alarm.start()
        try:
            self._process.stdin.write("again\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = ""
        finally:
            alarm.cancel()
        if not line:
            raise ContenderFailed(f"its process ended ({self._process.wait()})")
        answer = json.loads(line)
        if "error" in answer:
            raise ContenderFailed(answer["error"])
        return Figure(**answer)

    def close(self) -> None:
        """End the process."""
        try:
            self._process.communicate(timeout=10)
        except (subprocess.TimeoutExpired, BrokenPipeError):
            self._process.kill()
            self._process.communicate()
