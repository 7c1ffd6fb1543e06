"""Benchmark: the same work for several contenders, and the budgets of syncgql."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Setting:
    """The server and the amount of work.

    Attributes:
        address: host and port of the canned server.
        scale: 1 for all of the work; less for a quick look.
    """

    address: str
    scale: float = 1.0

    def count(self, number: int) -> int:
        """Return how often to repeat work that is done *number* times at full scale."""
        return max(1, round(number * self.scale))


@dataclass(frozen=True)
class Figure:
    """The result of doing the work once.

    Attributes:
        value: the figure, in the benchmark's unit.
        extras: further figures, by the name of their column.
    """

    value: float
    extras: Mapping[str, float] = field(default_factory=dict)


Work = Callable[[], Figure]
"""A function that does the work once."""

Open = Callable[[Setting], AbstractContextManager[Work]]
"""A function that prepares a contender, whose work is then done many times."""


@dataclass(frozen=True)
class Budget:
    """The limit for one contender.

    Attributes:
        contender: the contender with this budget.
        at_most: the limit.
        of: the limited figure: ``ratio`` to the baseline, ``value``, the name of an extra, or the name of another
            contender for the ratio to it.
    """

    contender: str
    at_most: float
    of: str = "ratio"


@dataclass(frozen=True)
class Benchmark:
    """The same work for several contenders.

    Attributes:
        name: the name on the command line.
        title: a description of what is measured.
        unit: the unit of the figures; lower is better.
        contenders: functions that prepare the contenders, by name. If a name contains ``[speed]``, its process uses
            msgspec.
        baseline: the contender whose ratio is 1; empty if ratios are meaningless.
        budgets: the limits.
        most_rounds: the maximum number of rounds, for work that takes long or never varies.
        fresh: whether each round has a new process, because the work changes the process.
    """

    name: str
    title: str
    unit: str
    contenders: Mapping[str, Open]
    baseline: str = ""
    budgets: tuple[Budget, ...] = ()
    most_rounds: int = 1000
    fresh: bool = False


def timed(calls: int, call: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> Work:
    """Return work that calls *call* *calls* times and returns microseconds per call.

    Args:
        calls: the number of calls.
        call: the function.
        clock: returns seconds; ``time.process_time`` suits work that never waits, because other processes disturb it
            less.
    """

    def work() -> Figure:
        start = clock()
        for _ in range(calls):
            call()
        return Figure((clock() - start) / calls * 1e6)

    return work
