"""Measure contenders side by side: rounds interleaved in random order, medians and spread, ratios within a round."""

from __future__ import annotations

import gc
import random
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass
class Row:
    """What one contender showed in one benchmark.

    Attributes:
        contender: its name.
        median: the median of its rounds, in the benchmark's unit.
        low: the lower quartile.
        high: the upper quartile.
        ratio: the median over rounds of its figure divided by the baseline's in the same round, if there is one.
        note: what else is to be said: errors, memory.
    """

    contender: str
    median: float
    low: float
    high: float
    ratio: float | None = None
    note: str = ""


@dataclass
class Table:
    """One benchmark's outcome.

    Attributes:
        name: the benchmark's name.
        title: what was measured.
        unit: the unit of the figures; smaller is better.
        baseline: the contender whose ratio is 1.
        budget: what syncgql may cost, by contender, as a ratio.
        rows: one per contender, the best first.
    """

    name: str
    title: str
    unit: str
    baseline: str
    budget: dict[str, float] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return asdict(self)


Work = Callable[[], float]
"""Does the work once and returns the figure: seconds per call, bytes each, whatever the table's unit says."""


def measure(table: Table, contenders: dict[str, Work], rounds: int, notes: dict[str, str] | None = None) -> Table:
    """Run every contender once in each of *rounds* rounds, after one that does not count, and fill in the rows."""
    figures: dict[str, list[float]] = {name: [] for name in contenders}
    for number in range(rounds + 1):
        order = list(contenders)
        random.shuffle(order)
        for name in order:
            gc.collect()
            figure = contenders[name]()
            if number:
                figures[name].append(figure)
    baseline = figures.get(table.baseline)
    table.rows = sorted((_row(name, figures[name], baseline) for name in contenders), key=lambda row: row.median)
    for row in table.rows:
        row.note = (notes or {}).get(row.contender, row.note)
    return table


def timed(calls: int, call: Callable[[], object]) -> Work:
    """Return work that calls *call* *calls* times and gives microseconds per call."""

    def work() -> float:
        start = time.perf_counter()
        for _ in range(calls):
            call()
        return (time.perf_counter() - start) / calls * 1e6

    return work


def _row(name: str, figures: Sequence[float], baseline: Sequence[float] | None) -> Row:
    low, _, high = statistics.quantiles(figures, n=4) if len(figures) > 1 else (figures[0],) * 3
    ratio = statistics.median(a / b for a, b in zip(figures, baseline, strict=True)) if baseline else None
    return Row(name, statistics.median(figures), low, high, ratio)
