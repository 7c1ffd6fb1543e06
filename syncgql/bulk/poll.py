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


class Poll(Iterator[Any]):
    """The data of the responses; returned by ``Client.poll``.

    Args:
        executor: sends the requests.
        request: the request to repeat.
        intervals: the seconds before each request except the first.
        until: returns whether the data is the last; None for never.
        timeout: the seconds that polling may take in all; None for no limit.
        jitter: the fraction of each interval by which it is lengthened or shortened at random.
    """

    def __init__(
        self,
        executor: RequestExecutor,
        request: GraphQLRequest,
        intervals: Iterator[float],
        until: Until | None,
        timeout: float | None,
        jitter: float,
    ) -> None:
        self._executor = executor
        self._request = request
        self._intervals = intervals
        self._until = until
        self._timeout = timeout
        self._jitter = jitter
        self._deadline: Deadline | None = None
        self._pause = 0.0
        self._is_complete = False

    # Not a generator, which would end silently if a loop over it ran again after an exception or Ctrl-C.
    def __next__(self) -> Any:
        """Return the data of the next response.

        After any exception other than ``StopIteration``, the next call waits for an interval and continues.

        Raises:
            StopIteration: the previous response was the last.
            TransportQueryError: the response has errors.
            TransportTimeout: the time limit of polling has passed, or that of the request.
            TransportError: there was no GraphQL response.
            DocumentError: the request cannot be sent.
            ClientClosed: the client was closed.
            Exception: the function *until* raised it.
        """
        if self._is_complete:
            raise StopIteration
        if self._deadline is None:
            self._deadline = Deadline(self._timeout)
        else:
            self._wait(self._deadline)
        self._pause = next(self._intervals) * random.uniform(1 - self._jitter, 1 + self._jitter)
        result = self._executor.execute(self._request, self._deadline)
        data = decoded_or_raise(result, self._request)
        self._is_complete = self._until is not None and bool(self._until(data))
        return data

    def _wait(self, deadline: Deadline) -> None:
        left = deadline.left()
        if left is not None and self._pause >= left:
            self._executor.sleep(max(0.0, left))
            raise deadline.exceeded()
        self._executor.sleep(self._pause)


def poll(
    executor: RequestExecutor,
    request: GraphQLRequest,
    *,
    interval: IntervalOption,
    until: Until | None,
    timeout: float | None,
    jitter: float,
) -> Poll:
    """Return the iterator of ``Client.poll``."""
    intervals = _intervals(interval)
    if until is not None:
        check_function("until", until, 1)
    seconds = check_seconds("timeout", timeout)
    if check_delay("jitter", jitter) > 1:
        raise ValueError(f"jitter must be a fraction of the interval, from 0 to 1, not {jitter!r}.")
    return Poll(executor, request, intervals, until, seconds, jitter)


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
