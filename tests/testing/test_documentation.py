"""The guide to testing: its programs and their tests run unchanged."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import syncgql.testing

GUIDE = Path(__file__).parents[2] / "docs" / "testing.md"
FILE = re.compile(r"^```python\n# (?P<name>\w+\.py)\n(?P<source>.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def files() -> dict[str, str]:
    return {match["name"]: match["source"] for match in FILE.finditer(GUIDE.read_text(encoding="utf-8"))}


@pytest.mark.parametrize(
    ("names", "passed"),
    [
        (["app.py", "test_app.py"], 2),
        (["conftest.py", "library_site.py", "test_site.py"], 1),
        (["test_follow.py"], 1),
        (["test_command.py"], 1),
    ],
    ids=["flask", "django", "subscriptions", "server"],
)
def test_the_examples(pytester: pytest.Pytester, files: dict[str, str], names: list[str], passed: int) -> None:
    """Flask, Django, a subscription, another process."""
    for name in names:
        (pytester.path / name).write_text(files[name], encoding="utf-8")
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-W", "error")
    result.assert_outcomes(passed=passed)


def test_every_public_name_is_documented() -> None:
    """The reference has each name of ``syncgql.testing``."""
    reference = GUIDE.with_name("reference.md").read_text(encoding="utf-8")
    assert [name for name in syncgql.testing.__all__ if f":: syncgql.testing.{name}\n" not in reference] == []
