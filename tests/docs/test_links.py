"""Links that Sphinx does not check: those of the README and of the examples' READMEs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from .page import ROOT

PAGES = [*ROOT.glob("docs/*.md"), *ROOT.glob("docs/design/*.md")]
LOOKED_UP = tuple(ROOT / "docs" / name for name in ("design/requirements.md", "reference.md", "errors.md"))
READMES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/examples/**/README.md")]


@pytest.mark.parametrize("path", READMES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_to_files(path: Path) -> None:
    """Each relative link, including pictures, leads to a file in the repository."""
    links = re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text("utf-8"))
    assert [link for link in links if not (path.parent / link).exists()] == []


def test_every_page_is_in_the_contents() -> None:
    """The index lists each page once, and the design page lists those in its folder."""
    listed = [
        name
        for page in ("index", "design")
        for name in re.findall(r"^([a-z_/]+)$", (ROOT / f"docs/{page}.md").read_text("utf-8"), re.MULTILINE)
    ]
    pages = [str(path.relative_to(ROOT / "docs").with_suffix("")) for path in PAGES]
    assert sorted(listed) == sorted(page for page in pages if page != "index")


@pytest.mark.parametrize("path", [path for path in PAGES if path not in LOOKED_UP], ids=lambda path: path.stem)
def test_a_page_is_read_in_one_sitting(path: Path) -> None:
    """No page is longer than 200 lines, except those that are looked up by number or name."""
    assert path.read_text("utf-8").count("\n") <= 200
