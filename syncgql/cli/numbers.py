"""WholeNumber and Number: types of options whose messages say which numbers they accept."""

from __future__ import annotations

import math
from typing import Any

import click


class WholeNumber(click.IntRange):
    """A whole number within limits."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        try:
            number: int = super().convert(value, param, ctx)
        except click.BadParameter:
            self.fail(f"it must be a whole number, {_limits(self)}, not {value!r}.", param, ctx)
        return number


class Number(click.FloatRange):
    """A number within limits."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        try:
            number: float = super().convert(value, param, ctx)
        except click.BadParameter:
            number = math.nan
        if math.isnan(number):
            self.fail(f"it must be a number, {_limits(self)}, not {value!r}.", param, ctx)
        return number


def _limits(accepted: click.IntRange | click.FloatRange) -> str:
    if accepted.max is not None:
        return f"{accepted.min} to {accepted.max}"
    return f"more than {accepted.min}" if accepted.min_open else f"{accepted.min} or more"
