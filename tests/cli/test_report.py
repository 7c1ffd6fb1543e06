"""Lines on standard error."""

from __future__ import annotations

import logging

import pytest

from syncgql import Response
from syncgql.cli.report import pluralized, print_errors, print_response, reported_warnings


def test_counted() -> None:
    """The noun is singular only for the number 1."""
    assert [pluralized(number, "error") for number in (0, 1, 2)] == ["0 errors", "1 error", "2 errors"]


def test_ten_errors_are_enough(capsys: pytest.CaptureFixture[str]) -> None:
    """After ten errors, the number of the others follows; control characters are escaped."""
    print_errors([{"message": f"\x1b[{number}"} for number in range(12)])
    lines = capsys.readouterr().err.splitlines()
    assert (lines[0], lines[10:]) == (r"syncgql: \x1b[0", ["syncgql: ... and 2 more errors"])


def test_headers_that_may_be_credentials(capsys: pytest.CaptureFixture[str]) -> None:
    """Their values are hidden."""
    print_response(Response(200, {"X-Session-Token": "s3cret", "Server": "x"}, "http://h/", 0.1))
    assert capsys.readouterr().err == "HTTP 200 in 0.100 s\nX-Session-Token: ***\nServer: x\n\n"


def test_warnings_of_the_client(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """They are printed as messages until the end of the block, and only there, unless --debug shows the log."""
    logger = logging.getLogger("syncgql.transport")
    monkeypatch.setattr(logging.root, "handlers", [])
    with reported_warnings():
        logger.warning("%s is lost.", "\x1bIt")
        logger.warning("%s complained: %s See timeout=.", "url", "See headers=. Pass schema=.")
        logger.info("Another attempt.")
    logger.warning("This is after the end.")
    assert capsys.readouterr().err == (
        "syncgql: \\x1bIt is lost.\nsyncgql: url complained: See headers=. Pass schema=. See --timeout.\n"
    )
    monkeypatch.setattr(logging.root, "handlers", [logging.NullHandler()])
    with reported_warnings():
        logger.warning("This is in the log.")
    assert capsys.readouterr().err == ""
