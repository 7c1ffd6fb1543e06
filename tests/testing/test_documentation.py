"""The guide to testing: its programs and their tests run unchanged."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import syncgql.testing
from syncgql.testing import GraphQLServer

GUIDE = Path(__file__).parents[2] / "docs" / "testing.md"
FILE = re.compile(r"^```python\n# (?P<name>\w+\.py)\n(?P<source>.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def files() -> dict[str, str]:
    pages = GUIDE.read_text("utf-8") + GUIDE.with_name("recording.md").read_text("utf-8")
    return {match["name"]: match["source"] for match in FILE.finditer(pages)}


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


def test_the_example_of_recordings(pytester: pytest.Pytester, files: dict[str, str]) -> None:
    """Its tape is the one on the page: recorded, and replayed without the server."""
    with GraphQLServer() as server:
        server.add("Book", {"book": {"title": "Ubik"}})
        shop = files["shop.py"]
        (pytester.path / "shop.py").write_text(shop.replace("https://api.example.com/graphql", server.url), "utf-8")
        (pytester.path / "test_shop.py").write_text(files["test_shop.py"], "utf-8")
        pytester.runpytest_subprocess("--syncgql-record").assert_outcomes(passed=1)
    (pytester.path / "shop.py").write_text(shop, "utf-8")
    pytester.runpytest_subprocess().assert_outcomes(passed=1)
    shown = GUIDE.with_name("recording.md").read_text("utf-8").split("```json\n")[1].split("```")[0]
    assert (pytester.path / "tapes" / "title.json").read_text("utf-8") == shown


def test_the_recipes(pytester: pytest.Pytester) -> None:
    """All of them in one folder, with their schema; the fixture with the defaults applies to each."""
    page = GUIDE.with_name("testing_recipes.md").read_text("utf-8")
    for match in FILE.finditer(page):
        (pytester.path / match["name"]).write_text(match["source"], "utf-8")
    schema = page.split("```text\n")[1].split("```")[0]
    (pytester.path / "schema.graphql").write_text(schema, "utf-8")
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-W", "error")
    result.assert_outcomes(passed=7)


def test_every_public_name_is_documented() -> None:
    """The reference has each name of ``syncgql.testing``."""
    reference = GUIDE.with_name("reference.md").read_text(encoding="utf-8")
    assert [name for name in syncgql.testing.__all__ if f":: syncgql.testing.{name}\n" not in reference] == []
