"""ServerQuota: the remaining quota of one limit of a server, according to its responses."""

from __future__ import annotations

from collections import deque

from ..protocol.rate_limit_readings import Reading

SAME_RESET = 2.0
"""The seconds by which two readings of the same reset may differ."""

NO_RESET = 1.0
"""The seconds after which the remaining quota counts as unknown if the server reports no reset."""

MAX_READINGS = 256
"""The maximum number of readings to keep; more requests are not in flight at the same time."""


class ServerQuota:
    """The remaining quota of one limit. It receives the time as an argument and uses neither locks nor clocks.

    Responses may arrive in a different order than the server counted the requests. Of the responses that were in flight
    at the same time, the one with the lowest remainder was counted last, so it is used. Requests that are still in
    flight may or may not be included in it; they are subtracted, so that it is never overestimated.

    Attributes:
        in_flight: the estimated cost of the requests without a response.
        cost: the cost of a request: the latest cost in a response, or the average of the requests since the last reset;
            None if unknown.
        limit: the maximum quota; None if unknown.
    """

    def __init__(self) -> None:
        self.in_flight = 0.0
        self.cost: float | None = None
        self.limit: float | None = None
        self._rate = 0.0
        self._reset = float("-inf")
        # A level is the quota at time 0, if it has been restored at the same rate since then.
        self._level = 0.0
        self._levels: deque[tuple[int, float]] = deque(maxlen=MAX_READINGS)
        self._first_level = 0.0
        self._requests = 0

    def is_known(self, now: float) -> bool:
        """Return whether the remaining quota is known; False after a reset."""
        return now < self._reset

    def remaining(self, now: float) -> float:
        """Return the remaining quota, including that of the requests in flight."""
        remaining = self._level + self._rate * now
        return remaining if self.limit is None else min(remaining, self.limit)

    def wait(self, cost: float, now: float, ahead: float) -> float:
        """Return the seconds until a request can be sent; 0 for now.

        Args:
            cost: the cost of the request. If it exceeds the limit, the request waits for the full quota.
            now: the time in seconds.
            ahead: the cost of the requests ahead of it.
        """
        missing = ahead + (cost if self.limit is None else min(cost, self.limit)) - self.remaining(now)
        if missing <= 0 or not self.is_known(now):
            return 0.0
        return missing / self._rate if self._rate else self._reset - now

    def deduct(self, cost: float) -> None:
        """Reduce the remaining quota by the cost of a request without a response."""
        self._level -= cost

    def update(self, reading: Reading, *, number: int, sent_after: int, count: int, now: float) -> None:
        """Update the quota from a response.

        Args:
            reading: the quota in the response.
            number: the number of the response.
            sent_after: the number of the last response before the request was sent.
            count: the number of operations in the request.
            now: the time in seconds.
        """
        level = reading.remaining - reading.restore_rate * now
        reset = self._reset_of(reading, now)
        if self.is_known(now) and reset < self._reset - SAME_RESET:
            return  # a response from before the last reset
        if not self.is_known(now) or (reset > self._reset + SAME_RESET and level > self._level):
            self._levels.clear()
            self._first_level, self._requests = level, 0
        else:
            self._requests += count
        self.limit, self._rate, self._reset = reading.limit, reading.restore_rate, reset
        self._levels.append((number, level))
        self._level = min(level for number, level in self._levels if number > sent_after)
        if reading.cost is not None:
            self.cost = reading.cost / count
        elif self._requests:
            self.cost = max(1.0, (self._first_level - self._level) / self._requests)

    @staticmethod
    def _reset_of(reading: Reading, now: float) -> float:
        if reading.restore_rate:
            return float("inf")
        return now + (NO_RESET if reading.reset_in is None else reading.reset_in)
