"""Account: what is left of one limit of a server, as its answers tell."""

from __future__ import annotations

from collections import deque

from ..protocol.rate_limit_readings import Reading

SAME_RESET = 2.0
"""Seconds by which two readings of the same reset may differ."""

NO_RESET = 1.0
"""Seconds after which a server that names no reset is asked again."""

MAX_READINGS = 256
"""More requests than this are not in flight at once."""


class Account:
    """What is left of one limit. It is told the time, and has neither locks nor clocks.

    Answers may arrive in another order than the server has counted the requests. Of all answers that were on their way
    at the same time, the one that leaves the least was counted last, so it is the one that holds. What is still in
    flight may or may not be counted in it, and is subtracted, so that the account never promises too much.

    Attributes:
        in_flight: how much requests without an answer take, by estimate.
        cost: how much a request takes: the last cost that the server told, or the average of the requests since the
            last reset; None if unknown.
        limit: how much there is at most; None if unknown.
    """

    def __init__(self) -> None:
        self.in_flight = 0.0
        self.cost: float | None = None
        self.limit: float | None = None
        self._rate = 0.0
        self._reset = float("-inf")
        # A level is what was left at time 0, had it come back at the same rate ever since.
        self._level = 0.0
        self._levels: deque[tuple[int, float]] = deque(maxlen=MAX_READINGS)
        self._first_level = 0.0
        self._answers = 0

    def is_current(self, now: float) -> bool:
        """Whether it is known what is left; False after a reset."""
        return now < self._reset

    def left(self, now: float) -> float:
        """Return how much is left, what is in flight included."""
        left = self._level + self._rate * now
        return left if self.limit is None else min(left, self.limit)

    def wait(self, cost: float, now: float, ahead: float) -> float:
        """Return the seconds until a request can be sent; 0 for now.

        Args:
            cost: what it takes. A request that takes more than the limit waits until the limit is there.
            now: the time in seconds.
            ahead: what is taken before that.
        """
        missing = ahead + (cost if self.limit is None else min(cost, self.limit)) - self.left(now)
        if missing <= 0 or not self.is_current(now):
            return 0.0
        return missing / self._rate if self._rate else self._reset - now

    def take(self, cost: float) -> None:
        """Lower what is left, for a request without an answer."""
        self._level -= cost

    def read(self, reading: Reading, *, number: int, sent_after: int, count: int, now: float) -> None:
        """Take over what an answer says.

        Args:
            reading: that.
            number: the number of the answer.
            sent_after: the number of the last answer before the request was sent.
            count: how many operations the request had.
            now: the time in seconds.
        """
        level = reading.remaining - reading.restore_rate * now
        reset = self._reset_of(reading, now)
        if self.is_current(now) and reset < self._reset - SAME_RESET:
            return  # an answer from before the last reset
        if not self.is_current(now) or (reset > self._reset + SAME_RESET and level > self._level):
            self._levels.clear()
            self._first_level, self._answers = level, 0
        else:
            self._answers += count
        self.limit, self._rate, self._reset = reading.limit, reading.restore_rate, reset
        self._levels.append((number, level))
        self._level = min(level for number, level in self._levels if number > sent_after)
        if reading.cost is not None:
            self.cost = reading.cost / count
        elif self._answers:
            self.cost = max(1.0, (self._first_level - self._level) / self._answers)

    @staticmethod
    def _reset_of(reading: Reading, now: float) -> float:
        if reading.restore_rate:
            return float("inf")
        return now + (NO_RESET if reading.reset_in is None else reading.reset_in)
