"""RecordedTapes: writes the tapes of a run of pytest."""

from __future__ import annotations

from pathlib import Path

import pytest

from syncgql import GraphQLRequest
from syncgql.protocol.masking import Mask
from syncgql.testing import RecordedRequest
from syncgql.testing.recorded_tapes import RecordedTapes
from syncgql.testing.redactor import Redactor


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


def test_the_credentials_of_all_tests_are_masked(tmp_path: Path) -> None:
    """One test may receive a token that another one sends."""
    run = RecordedTapes()
    call, nothing = RecordedRequest(GraphQLRequest("{ login }")), Redactor([])
    tapes = {test: run.of_test(test, tmp_path, records=True).to_record(f"{test}.json") for test in ("login", "use")}
    tapes["login"].record(call, Mask({}), nothing, {"data": {"login": "long-secret-token"}})
    tapes["use"].record(call, Mask({"Authorization": "Bearer long-secret-token"}), nothing, {"data": {"login": None}})
    for test in tapes:
        for when in ("setup", "call", "teardown"):
            run.pytest_runtest_logreport(report(test, when))
    run.pytest_sessionfinish()
    assert "long-secret-token" not in (tmp_path / "login.json").read_text("utf-8")
    assert '"use"' in (tmp_path / "use.json").read_text("utf-8")
