"""The stress lane, ``make stress``: the engine's tests with very frequent thread switches."""

from __future__ import annotations

import os
import sys


def pytest_configure() -> None:
    """Set the switch interval from the environment; the default is 5 milliseconds."""
    sys.setswitchinterval(float(os.environ.get("SYNCGQL_SWITCH_INTERVAL", sys.getswitchinterval())))
