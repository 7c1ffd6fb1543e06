"""What the README claims: each row of its table names tests, and its installation works without a package index."""

from __future__ import annotations

import re

import pytest

from .page import ROOT

README = (ROOT / "README.md").read_text("utf-8")
TABLE = README.partition("## What is supported\n")[2].partition("\n## ")[0]
ROWS = re.findall(r"^\| ([A-Z@].*?) \| .*? \| (.*?) \|$", TABLE, re.MULTILINE)


def test_the_rows_are_found() -> None:
    """The table is not empty."""
    assert len(ROWS) > 10


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_row_is_shown_by_tests(row: tuple[str, str]) -> None:
    """Each row links to test files that exist and contain tests."""
    files = re.findall(r"\[(test_\w+)\]\((tests/\S+)\)", row[1])
    assert len(files) == row[1].count("](") > 0
    for name, path in files:
        assert path.endswith(f"/{name}.py")
        assert "def test_" in (ROOT / path).read_text("utf-8")


def test_the_first_screen_is_one_screen() -> None:
    """The first block of code ends within 42 lines."""
    assert len(README.partition("\n```\n")[0].splitlines()) <= 42


def test_nothing_is_installed_from_an_index() -> None:
    """The name is on no index, and a stranger could register it: pages install a checkout, messages name an extra."""
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "syncgql").rglob("*.py")]
    command = re.compile(r"pip[x0-9]* install [^#\n`]*?(?<![./\w])syncgql\b")
    assert len(pages) > 200
    assert [str(page) for page in pages if command.search(page.read_text("utf-8"))] == []
