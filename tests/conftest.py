"""Settings for all tests. The fixtures are in ``fix_*.py``, by topic."""

from __future__ import annotations

import math
import os
import signal
import sys

import hypothesis
import pytest
from hypothesis import HealthCheck, settings

# An example may take any time on a busy machine. By default it fails after 0.2 s, unless the variable CI is set.
hypothesis.settings.register_profile("any time", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("any time")

# Read when a loop is made, so it holds for the loops of this process and of the scripts that tests run. The stress lane
# (make stress) sets it to nothing, which switches it off.
os.environ.setdefault("PYTHONASYNCIODEBUG", "1")

# A shell script makes its background commands ignore Ctrl-C, which the tests and their programs would inherit.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# No test uses a proxy of the machine.
for variable in [name for name in os.environ if name.lower().endswith("_proxy")]:
    del os.environ[variable]

# As Hypothesis's own profile for CI: no test depends on the speed of the machine, and each run has the same examples.
settings.register_profile("tests", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
settings.load_profile("tests")

pytest_plugins = [
    "pytester",
    "tests.fix_leaks",
    "tests.fix_proxy",
    "tests.fix_schemas",
    "tests.fix_scripts",
    "tests.fix_servers",
    "tests.fix_streams",
    "tests.fix_phoenix",  # which imports the one before
    "tests.fix_stress",
    "tests.fix_tls",
]


@pytest.hookimpl(optionalhook=True)  # without pytest-xdist nothing calls it
def pytest_xdist_auto_num_workers() -> int:
    """Start half as many processes again as there are cores for ``-n auto``, because most tests wait."""
    cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    return math.ceil(1.5 * cores)


def pytest_configure(config: pytest.Config) -> None:
    """Accept a warning of old Python versions that is unrelated to this package."""
    if sys.version_info < (3, 11):
        # asyncio reports a TLS connection that its peer closed as unclosed, although the socket is closed.
        config.addinivalue_line("filterwarnings", "ignore:unclosed transport <asyncio.sslproto:ResourceWarning")
