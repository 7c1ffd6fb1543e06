"""RecordedTapes: writes the tapes of a run of pytest."""

from __future__ import annotations

from pathlib import Path

import pytest

from syncgql.testing.recorded_tapes import RecordedTapes


def report(test: str, when: str, outcome: str = "passed") -> pytest.TestReport:
    return pytest.TestReport(test, ("", 0, ""), {}, outcome, None, when)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "outcomes",
    [
        {"setup": "passed", "call": "failed", "teardown": "passed"},
        {"setup": "passed", "call": "skipped", "teardown": "passed"},
        {"setup": "passed", "call": "passed", "teardown": "failed"},
        {"setup": "passed"},
    ],
    ids=["failed", "skipped", "failed at its end", "interrupted"],
)
def test_a_test_that_did_not_pass(tmp_path: Path, outcomes: dict[str, str]) -> None:
    """The tapes that it shares are not written; others are."""
    run = RecordedTapes()
    for test, tapes in (("bad", ["a.json"]), ("good", ["a.json", "b.json"])):
        directory = run.of_test(test, tmp_path, records=True)
        for tape in tapes:
            directory.to_record(tape)
    for when, outcome in outcomes.items():
        run.pytest_runtest_logreport(report("bad", when, outcome))
    for when in ("setup", "call", "teardown"):
        run.pytest_runtest_logreport(report("good", when))
    run.pytest_sessionfinish()
    assert [path.name for path in tmp_path.iterdir()] == ["b.json"]
