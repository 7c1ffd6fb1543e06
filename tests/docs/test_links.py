"""Links outside of what Sphinx checks: those of the README and of the examples' READMEs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from .page import ROOT

READMES = [ROOT / "README.md", *ROOT.glob("docs/examples/**/README.md")]


@pytest.mark.parametrize("path", READMES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_to_files(path: Path) -> None:
    """Each relative link, pictures included, leads to a file of the repository."""
    links = re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text("utf-8"))
    assert [link for link in links if not (path.parent / link).exists()] == []


def test_every_page_is_in_the_contents() -> None:
    """The index lists each page once."""
    listed = re.findall(r"^([a-z_]+)$", (ROOT / "docs/index.md").read_text("utf-8"), re.MULTILINE)
    assert sorted(listed) == sorted(path.stem for path in ROOT.glob("docs/*.md") if path.stem != "index")
