"""poll: sends the same request repeatedly."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ..checks import check_delay, check_function, check_seconds, is_number
from ..deadline import Deadline
from ..protocol.graphql_response import decoded_or_raise
from ..request import GraphQLRequest
from .request_executor import RequestExecutor

IntervalOption = float | Iterable[float]
"""The seconds between two requests, or an iterable of numbers whose last item is repeated."""

Until = Callable[[Any], object]


def poll(
    executor: RequestExecutor,
    request: GraphQLRequest,
    *,
    interval: IntervalOption,
    until: Until | None,
    timeout: float | None,
    jitter: float,
) -> Iterator[Any]:
    """Return the iterator of ``Client.poll``."""
    intervals = _intervals(interval)
    if until is not None:
        check_function("until", until, 1)
    seconds = check_seconds("timeout", timeout)
    if check_delay("jitter", jitter) > 1:
        raise ValueError(f"jitter must be a fraction of the interval, from 0 to 1, not {jitter!r}.")
    return _results(executor, request, intervals, until, seconds, jitter)


def _results(
    executor: RequestExecutor,
    request: GraphQLRequest,
    intervals: Iterator[float],
    until: Until | None,
    timeout: float | None,
    jitter: float,
) -> Iterator[Any]:
    deadline = Deadline(timeout)
    while True:
        data = decoded_or_raise(executor.execute(request, deadline), request)
        yield data
        if until is not None and until(data):
            return
        wait = next(intervals) * random.uniform(1 - jitter, 1 + jitter)
        left = deadline.left()
        if left is not None and wait >= left:
            executor.sleep(max(0.0, left))
            raise deadline.exceeded()
        executor.sleep(wait)


def _intervals(interval: IntervalOption) -> Iterator[float]:
    if is_number(interval):
        return itertools.repeat(check_delay("interval", interval))
    if isinstance(interval, str | bytes) or not isinstance(interval, Iterable):
        raise TypeError(
            f"interval must be a number of seconds or an iterable of numbers, not {type(interval).__name__}."
        )
    numbers = [check_delay("interval", each) for each in interval]
    if not numbers:
        raise ValueError("interval must contain at least one number of seconds.")
    return itertools.chain(numbers, itertools.repeat(numbers[-1]))
