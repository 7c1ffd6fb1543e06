"""Lines of code on the pages fit into the column, which ``docs/_static/column.css`` sizes for them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from .page import ROOT

COLUMN = 99
PROMPTS = {"pycon": (">>>", "..."), "console": ("$",)}
PAGES = [ROOT / "README.md", *sorted(ROOT.glob("docs/*.md"))]


def code_lines(page: Path) -> Iterator[tuple[int, str]]:
    """Yield the number and the text of each line that a person wrote; output is as wide as it is."""
    language = None
    for number, line in enumerate(page.read_text("utf-8").split("\n"), 1):
        if line.startswith("```"):
            language = line.removeprefix("```") or "text" if language is None else None
        elif language == "python" or (language in PROMPTS and line.startswith(PROMPTS[language])):
            yield number, line


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_code_fits_into_the_column(page: Path) -> None:
    """A line that is longer needs scrolling."""
    assert [f"line {number}: {line}" for number, line in code_lines(page) if len(line) > COLUMN] == []
