"""The exception of a failed call, the call, and objects of its caller are freed by reference counting alone."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from ..fix_scripts import run_python

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.skipif(sys.platform == "win32", reason="pthread_kill is POSIX")
def test_no_failed_call_waits_for_the_collector() -> None:
    """This holds for all kinds of failures, from time limits to errors in a response, over each transport."""
    result = run_python("-m", "tests.scripts.references", cwd=ROOT)
    assert result.exit_code == 0, result.stderr
    assert result.stdout == "done\n"
