"""What a benchmark is: the same work for several contenders, and what syncgql promises of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Setting:
    """Where and how much.

    Attributes:
        address: host and port of the canned server.
        scale: 1 for the whole work; less for a quick look.
    """

    address: str
    scale: float = 1.0

    def count(self, number: int) -> int:
        """Return how often to do what is done *number* times at full scale."""
        return max(1, round(number * self.scale))


@dataclass(frozen=True)
class Figure:
    """What doing the work once showed.

    Attributes:
        value: in the benchmark's unit.
        extras: what else was seen, by the name of its column.
    """

    value: float
    extras: Mapping[str, float] = field(default_factory=dict)


Work = Callable[[], Figure]
"""Does the work once."""

Open = Callable[[Setting], AbstractContextManager[Work]]
"""Gets a contender ready; the work is then done many times."""


@dataclass(frozen=True)
class Budget:
    """What a contender may cost at most.

    Attributes:
        contender: whose budget it is.
        at_most: the limit.
        of: what is limited: ``ratio``, ``value``, or an extra's name.
    """

    contender: str
    at_most: float
    of: str = "ratio"


@dataclass(frozen=True)
class Benchmark:
    """The same work for several contenders.

    Attributes:
        name: its name on the command line.
        title: what is measured.
        unit: the unit of the figures; less is better.
        contenders: how to get each ready, by name. One whose name holds ``[speed]`` sees msgspec.
        baseline: the contender whose ratio is 1; empty if ratios would say nothing.
        budgets: what is promised.
        most_rounds: no more rounds than this, for work that takes long or is always the same.
        fresh: each round has a new process, because what is measured changes the process.
    """

    name: str
    title: str
    unit: str
    contenders: Mapping[str, Open]
    baseline: str = ""
    budgets: tuple[Budget, ...] = ()
    most_rounds: int = 1000
    fresh: bool = False


def timed(calls: int, call: Callable[[], object]) -> Work:
    """Return work that calls *call* *calls* times and gives microseconds per call."""

    def work() -> Figure:
        start = time.perf_counter()
        for _ in range(calls):
            call()
        return Figure((time.perf_counter() - start) / calls * 1e6)

    return work
