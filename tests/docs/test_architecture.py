"""The picture and the tours of docs/design/architecture.md match the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from .architecture import PICTURE, draw, runs_back, unplaced
from .generate import FOLDER
from .tours import PACKAGE, functions_of

REGENERATE = "run python -m tests.docs.generate"


def test_the_picture_shows_the_imports() -> None:
    """Each part of the package has a box, imports point upwards, and the picture is up to date."""
    assert unplaced() == set()
    assert runs_back() == []
    assert PICTURE.read_text("utf-8") == draw(), REGENERATE


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.md")), ids=lambda path: path.stem)
def test_tours_name_functions_that_exist(path: Path) -> None:
    """Each function that a page names exists in the file that it names."""
    steps = re.findall(r"^\d+\. `(.+)` in `(.+)`", path.read_text("utf-8"), re.MULTILINE)
    assert steps
    missing = [step for step in steps if not _exists(*step)]
    assert missing == [], REGENERATE


def _exists(function: str, file: str) -> bool:
    path = PACKAGE / file
    return path.exists() and function in functions_of(path).values()
