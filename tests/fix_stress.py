"""The stress lane, ``make stress``: the engine's tests with very frequent thread switches.

Races that need a switch between two particular bytecodes are found in minutes instead of years.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

ENGINE = ("runtime", "client/test_interrupt.py", "client/test_submit.py", "test_subscription.py")
"""The folders and modules of the tests in the stress lane."""


def pytest_configure(config: pytest.Config) -> None:
    """Set the switch interval from the environment; the default is 5 milliseconds."""
    config.addinivalue_line("markers", "stress: runs once more with threads that are switched all the time")
    sys.setswitchinterval(float(os.environ.get("SYNCGQL_SWITCH_INTERVAL", sys.getswitchinterval())))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of the engine."""
    engine = [Path(__file__).parent / name for name in ENGINE]
    for item in items:
        if any(item.path.is_relative_to(path) for path in engine):
            item.add_marker(pytest.mark.stress)
