"""The page on logging lists every logger of the package."""

from __future__ import annotations

import re

import pytest

import syncgql

from .page import ROOT

PAGE = (ROOT / "docs/logging.md").read_text("utf-8")
LISTED = dict(re.findall(r"^\| `(syncgql[\w.]*)` \| ([A-Z, ]+) \|", PAGE, re.MULTILINE))

PACKAGE = ROOT / "syncgql"
LOGGING = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts): path
    for path in sorted(PACKAGE.rglob("*.py"))
    if "cli" not in path.relative_to(PACKAGE).parts and "logging.getLogger(__name__)" in path.read_text("utf-8")
}


def test_the_loggers_are_found() -> None:
    """The package has some, and its name is the parent of all."""
    assert syncgql.__name__ in next(iter(LOGGING))
    assert len(LOGGING) > 10


@pytest.mark.parametrize("name", LOGGING)
def test_a_logger_is_listed_with_its_levels(name: str) -> None:
    """By its name, or by that of a package that contains it."""
    calls = set(re.findall(r"logger\.(debug|info|warning|error|exception)\(", LOGGING[name].read_text("utf-8")))
    levels = [LISTED[listed] for listed in LISTED if f"{name}.".startswith(f"{listed}.")]
    assert levels or not calls
    assert all(any(call.upper() in level for level in levels) for call in calls)
