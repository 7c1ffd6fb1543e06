"""The page on errors is complete."""

from __future__ import annotations

import re

import pytest

from syncgql import exceptions

from .page import ROOT

PAGE = (ROOT / "docs/errors.md").read_text("utf-8")


def test_every_exception_has_a_section() -> None:
    """The exceptions are in alphabetical order, after two general sections."""
    assert re.findall("^## (.*)$", PAGE, re.MULTILINE) == [
        "Your own functions",
        "Trying again",
        *sorted(exceptions.__all__),
    ]


@pytest.mark.parametrize("name", exceptions.__all__)
def test_each_section_has_cause_and_fix(name: str) -> None:
    """The page names each attribute that the docstring of an exception names."""
    section = PAGE.split(f"\n## {name}\n", 1)[1].split("\n## ", 1)[0]
    if name in ("SyncGQLError", "TransportError"):
        assert "base" in section
        return
    assert "**When.**" in section
    assert "**What to do.**" in section
    doc = getattr(exceptions, name).__doc__ or ""
    attributes = re.findall(r"^        (\w+): ", doc.partition("Attributes:")[2], re.MULTILINE)
    assert [attribute for attribute in attributes if f"`{attribute}`" not in section] == []


def test_the_tree_is_the_tree() -> None:
    """Each class is in the drawing, one level below its base class."""
    drawing = PAGE.split("```text\n", 1)[1].split("```", 1)[0].splitlines()
    levels = {match[2]: len(match[1]) // 3 for line in drawing if (match := re.match(r"([ |+-]*)(\w+)", line))}
    assert set(levels) == set(exceptions.__all__)
    for name in exceptions.__all__:
        base = getattr(exceptions, name).__bases__[0].__name__
        assert levels[name] == levels.get(base, -1) + 1
