"""Measure contenders: rounds interleaved in random order, medians and spread, ratios within a round."""

from __future__ import annotations

import random
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field

from .benchmark import Benchmark, Budget, Figure, Setting
from .contender import Contender, ContenderFailed


@dataclass(frozen=True)
class Verdict:
    """Whether a budget was kept.

    Attributes:
        budget: the budget.
        figure: the median of the measurements.
        kept: whether it is within the budget.
    """

    budget: Budget
    figure: float
    kept: bool


@dataclass(frozen=True)
class Row:
    """The results of one contender in one benchmark.

    Attributes:
        contender: its name.
        median: the median of its rounds, in the benchmark's unit.
        low: the lower quartile.
        high: the upper quartile.
        ratio: the median over rounds of its figure divided by the baseline's in the same round, if there is one.
        extras: the medians of further figures.
        verdicts: the verdicts on its budgets.
    """

    contender: str
    median: float
    low: float
    high: float
    ratio: float | None = None
    extras: dict[str, float] = field(default_factory=dict)
    verdicts: list[Verdict] = field(default_factory=list)


@dataclass(frozen=True)
class Table:
    """The results of one benchmark.

    Attributes:
        name: the benchmark's name.
        title: a description of what was measured.
        unit: the unit of the figures; lower is better.
        baseline: the contender whose ratio is 1, if there is one.
        rounds: the number of rounds that counted.
        rows: the rows of the contenders, the best first.
        failures: why the other contenders have no row.
    """

    name: str
    title: str
    unit: str
    baseline: str
    rounds: int
    rows: list[Row]
    failures: dict[str, str]


def measure(benchmark: Benchmark, setting: Setting, rounds: int) -> Table:
    """Let every contender do the work once in each round, after a warm-up round unless processes are fresh."""
    rounds = min(rounds, benchmark.most_rounds)
    figures: dict[str, list[Figure]] = {name: [] for name in benchmark.contenders}
    failures: dict[str, str] = {}
    processes = _Processes(benchmark, setting)
    try:
        for number in range(rounds if benchmark.fresh else rounds + 1):
            for name in random.sample(list(figures), len(figures)):
                if name in failures:
                    continue
                try:
                    figure = processes.measure(name)
                except ContenderFailed as error:
                    failures[name] = str(error)
                    continue
                if number or benchmark.fresh:
                    figures[name].append(figure)
    finally:
        processes.close()
    rows = [_row(benchmark, name, figures) for name in figures if figures[name]]
    rows.sort(key=lambda row: row.median)
    return Table(benchmark.name, benchmark.title, benchmark.unit, benchmark.baseline, rounds, rows, failures)


class _Processes:
    """The processes of the contenders: one each for the whole benchmark, or one for each round."""

    def __init__(self, benchmark: Benchmark, setting: Setting) -> None:
        self._benchmark = benchmark
        self._setting = setting
        self._kept: dict[str, Contender] = {}

    def measure(self, name: str) -> Figure:
        if name not in self._kept:
            self._kept[name] = Contender(self._benchmark.name, name, self._setting)
        try:
            return self._kept[name].measure()
        finally:
            if self._benchmark.fresh:
                self._kept.pop(name).close()

    def close(self) -> None:
        for contender in self._kept.values():
            contender.close()


def _row(benchmark: Benchmark, name: str, figures: dict[str, list[Figure]]) -> Row:
    own = figures[name]
    values = [figure.value for figure in own]
    compared = {benchmark.baseline, *(budget.of for budget in benchmark.budgets)}
    ratios = {other: _ratio(own, theirs) for other, theirs in figures.items() if theirs and other in compared}
    ratio = ratios.get(benchmark.baseline)
    extras = {column: statistics.median(figure.extras[column] for figure in own) for column in own[0].extras}
    seen = {**ratios, **extras, "value": statistics.median(values), **({} if ratio is None else {"ratio": ratio})}
    budgets = [budget for budget in benchmark.budgets if budget.contender == name and budget.of in seen]
    verdicts = [Verdict(budget, seen[budget.of], seen[budget.of] <= budget.at_most) for budget in budgets]
    return Row(name, seen["value"], *_quartiles(values), ratio, extras, verdicts)


def _ratio(own: Sequence[Figure], others: Sequence[Figure]) -> float:
    """Return the median of the ratios within rounds."""
    return statistics.median(a.value / b.value for a, b in zip(own, others, strict=False))


def _quartiles(values: Sequence[float]) -> tuple[float, float]:
    """Return the lower and the upper quartile, which lie within the range of the values."""
    if len(values) == 1:
        return values[0], values[0]
    low, _, high = statistics.quantiles(values, n=4, method="inclusive")
    return low, high
