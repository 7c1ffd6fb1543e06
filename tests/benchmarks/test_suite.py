"""The benchmarks work: each does a very small part of its work once, with the contenders that need no other package."""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ..fix_scripts import RunScript
from . import codegen_project, start
from .benchmark import Benchmark, Budget, Setting
from .chart import as_svg
from .machine import describe_machine
from .measure import Row, Table, Verdict, measure
from .report import as_markdown, as_text, budgets_as_markdown
from .servers import canned_server
from .suite import BENCHMARKS

ROOT = Path(__file__).parents[2]

# Only make bench installs the other packages.
NO_PEERS = (
    "syncgql",
    "http.client",
    "aiohttp",
    "run_coroutine_threadsafe",
    "SimpleQueue",
    "json",
    "parse",
    "(nothing)",
)

EXTRA_FIGURES = ("failed %", "connection lost", "sibling late %", "longest wait for a pong, s", "ms for 150 classes")


@pytest.fixture(scope="module")
def setting() -> Iterator[Setting]:
    """A canned server, and so little work that the figures are meaningless."""
    with canned_server() as address:
        yield Setting(address, 0.002)


ISSUES = """
scalar DateTime
type Query { repository(owner: String!, name: String!): Repository }
type Repository { id: ID! issues(first: Int): Issues! }
type Issues { nodes: [Issue] }
type Issue { id: ID! number: Int! title: String! createdAt: DateTime! author: User labels(first: Int): Labels }
type User { login: String! }
type Labels { nodes: [Label] }
type Label { name: String! color: String! }
"""


@pytest.fixture(autouse=True)
def codegen_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A small schema and this environment, instead of GitHub's schema and the environment that make bench installs."""
    schema = tmp_path / "issues.graphql"
    schema.write_text(ISSUES, "utf-8")
    monkeypatch.setattr(codegen_project, "ENVIRONMENT", Path(sys.prefix))
    monkeypatch.setattr(codegen_project, "SCHEMA", schema)


def contenders() -> Iterator[tuple[str, str]]:
    for benchmark in BENCHMARKS.values():
        for name in benchmark.contenders:
            if name.startswith(NO_PEERS) and "pydantic" not in name:
                yield benchmark.name, name


@pytest.mark.parametrize(("benchmark", "contender"), list(contenders()))
def test_contender_does_its_work(benchmark: str, contender: str, setting: Setting) -> None:
    """Each of our contenders does the work twice and returns figures of the same kind."""
    with BENCHMARKS[benchmark].contenders[contender](setting) as work:
        first, second = work(), work()
    assert min(first.value, second.value) >= 0
    assert set(first.extras) == set(second.extras)


def test_names_in_benchmarks_exist() -> None:
    """The baseline, each contender with a budget, and the figure that a budget limits exist."""
    for benchmark in BENCHMARKS.values():
        named = {budget.contender for budget in benchmark.budgets} | ({benchmark.baseline} - {""})
        assert named <= set(benchmark.contenders), benchmark.name
        limited = {budget.of for budget in benchmark.budgets}
        assert limited <= {"ratio", "value", *EXTRA_FIGURES, *benchmark.contenders}, benchmark.name


def some(name: str, *contenders: str) -> Benchmark:
    benchmark = BENCHMARKS[name]
    return replace(benchmark, contenders={name: benchmark.contenders[name] for name in contenders})


def test_measure(setting: Setting) -> None:
    """Contenders run in separate processes; the table has ratios, and verdicts on the ratio to any contender."""
    benchmark = some("execute-small", "http.client", "syncgql")
    budgets = tuple(Budget("syncgql", 1e9, of) for of in ("ratio", "http.client", "value", "requests"))
    table = measure(replace(benchmark, budgets=budgets), setting, 2)
    assert not table.failures
    assert {row.contender for row in table.rows} == {"http.client", "syncgql"}
    for row in table.rows:
        assert row.low <= row.median <= row.high
        limited = [verdict.budget.of for verdict in row.verdicts]
        assert row.ratio == 1 if row.contender == "http.client" else limited == ["ratio", "http.client", "value"]


def test_measure_continues_without_a_contender_that_fails() -> None:
    """A failing contender is reported with its reason, and the others continue."""
    nowhere = Setting("127.0.0.1:1", 0.002)
    table = measure(some("execute-small", "http.client"), nowhere, 2)
    assert not table.rows
    assert "ConnectionRefusedError" in table.failures["http.client"]


@pytest.mark.parametrize(("name", "expected"), [("syncgql", ["False"]), ("syncgql[speed]", ["True"])])
def test_only_speed_has_the_extra(name: str, expected: list[str], run_script: RunScript) -> None:
    """Contenders without ``[speed]`` in their name do not use msgspec, in a worker or in a separate program."""
    look = "from syncgql.protocol import json_codec\nprint(json_codec.msgspec is not None)"
    in_worker = f"import sys\nsys.path.insert(0, {str(ROOT)!r})\nfrom tests.benchmarks.worker import hide_extras\n"
    for hide in (f"{in_worker}hide_extras({name!r})\n", start._hide(name)):
        assert run_script(hide + look).stdout.split() == expected


TABLE = Table(
    name="example",
    title="an example & more",
    unit="µs",
    baseline="peer",
    rounds=3,
    rows=[
        Row("syncgql", 10, 9, 11, 0.5, {"failed %": 0}, [Verdict(Budget("syncgql", 1.5), 0.5, True)]),
        Row("peer", 20, 19, 22, 1.0, {"failed %": 12.5}),
        Row("far away", 2000, 1900, 2100, 100.0, {}, [Verdict(Budget("far away", 1.5), 100, False)]),
    ],
    failures={"broken": "why | not"},
)


def test_report() -> None:
    """Reports name every contender, every verdict and every failure."""
    text = as_text(TABLE)
    page = as_markdown([TABLE], 3, describe_machine())
    budgets = budgets_as_markdown([TABLE])
    for report in (text, page):
        assert all(word in report for word in ("syncgql", "peer", "far away", "broken", "0.50x"))
    assert all(words in text for words in ("ratio to peer at most 1.50: met", "ratio to peer at most 1.50: NOT MET"))
    assert "| example | syncgql | ratio to peer | 1.50 | 0.50 | met |" in budgets
    assert "**not met**" in budgets
    assert all(words in page for words in ("why / not", "(example.svg)"))


def test_chart() -> None:
    """A chart is well-formed, and an extremely long bar is cut."""
    chart = as_svg(TABLE)
    ElementTree.fromstring(chart)  # generated by this package
    assert "an example &amp; more" in chart
    assert "… 2,000 (100.00x)" in chart


def test_a_chart_shows_the_budget() -> None:
    """If a budget is a figure instead of a ratio, bars are drawn relative to it."""
    row = Row("syncgql", 4, 4, 4, None, {}, [Verdict(Budget("syncgql", 16, "value"), 4, True)])
    assert 'x="200" y="44" width="100.0"' in as_svg(replace(TABLE, rows=[row]))
