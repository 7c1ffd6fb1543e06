"""The numbers in the names of tests, and the list of requirements."""

from __future__ import annotations

import re
from pathlib import Path

TESTS = Path(__file__).parent
PAGE = TESTS.parent / "docs/design/requirements.md"


def listed() -> list[str]:
    """The numbers on the page, in order."""
    return re.findall(r"^- ([A-Z]\d\d): ", PAGE.read_text("utf-8"), re.MULTILINE)


def used() -> set[str]:
    """The numbers with which names of tests begin, such as W11 and W13 in ``test_w11_w13_events``."""
    sources = [path.read_text("utf-8") for path in TESTS.rglob("test_*.py")]
    prefixes = [prefix for source in sources for prefix in re.findall(r"\bdef test_((?:[a-z]\d+_)+)", source)]
    return {number.upper() for prefix in prefixes for number in prefix.rstrip("_").split("_")}


def test_each_number_in_a_name_is_listed() -> None:
    """The page lists each number in the name of a test."""
    assert sorted(used() - set(listed())) == []


def test_each_listed_requirement_has_a_test() -> None:
    """Each requirement on the page has a test with its number."""
    assert sorted(set(listed()) - used()) == []


def test_each_number_is_listed_once_and_in_order() -> None:
    """Each number is under its letter, next to its neighbors."""
    letters = list(dict.fromkeys(number[0] for number in listed()))
    assert listed() == sorted(set(listed()), key=lambda number: (letters.index(number[0]), number))
