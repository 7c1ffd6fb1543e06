"""RecordedTapes: the tapes that are recorded in a run of pytest."""

from __future__ import annotations

from pathlib import Path

import pytest

from .tape import NOTHING_RECORDED, Tape
from .tapes import Tapes, mask_of

PHASES = 3
"""The reports of a test: setup, call and teardown."""


class RecordedTapes:
    """A plugin that writes tapes at the end of the run, if all tests that recorded to them passed.

    A tape may be shared by several tests, so it is complete only at the end of the run.
    """

    def __init__(self) -> None:
        self._recorded: dict[Path, Tape] = {}
        self._tests: dict[str, Tapes] = {}
        self._passed: dict[str, list[bool]] = {}
        self._written: list[str] = []
        self._not_written: list[str] = []

    def of_test(self, test: str, directory: Path, *, records: bool) -> Tapes:
        """Return the tapes of a test, which shares recorded tapes with the other tests of the run.

        Args:
            test: the node ID of the test.
            directory: the directory of relative paths.
            records: whether tapes that would be replayed are recorded.
        """
        self._passed.setdefault(test, [])
        tapes = Tapes(directory, records=records, recorded=self._recorded, test=test)
        return self._tests.setdefault(test, tapes)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Remember whether a test passed; a test that is interrupted by Ctrl-C has fewer reports than others."""
        if report.nodeid in self._passed:
            self._passed[report.nodeid].append(report.passed)

    def pytest_sessionfinish(self) -> None:
        """Write the tapes."""
        mask = mask_of(self._recorded.values())
        for tape in self._recorded.values():
            users = [test for test, tapes in self._tests.items() if tape in tapes.used]
            bad = [test for test in users if not self._has_passed(test)]
            if bad:
                self._not_written.append(tape.not_written(f"{', '.join(bad)} did not pass"))
            elif tape.save(mask):
                self._written.append(tape.written())
            else:
                self._not_written.append(tape.not_written(NOTHING_RECORDED))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Report the tapes that were written, and those that were not."""
        if self._written:
            terminalreporter.section("recorded tapes")
            for message in self._written:
                terminalreporter.line(message)
        if self._not_written:
            terminalreporter.section("tapes that were not recorded", yellow=True)
            for message in self._not_written:
                terminalreporter.line(message)

    def _has_passed(self, test: str) -> bool:
        reports = self._passed[test]
        return len(reports) >= PHASES and all(reports)
