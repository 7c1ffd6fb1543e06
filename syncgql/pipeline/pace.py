"""Pace: a fixed number of requests per second."""

from __future__ import annotations

LATENESS = 0.05
"""The seconds by which a thread may be late, because the machine is busy, without slowing down the pace."""


class Pace:
    """Spaces requests evenly, after a burst. It receives the time as an argument and uses neither locks nor clocks.

    The algorithm is GCRA: https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm. A request that costs more points
    than the burst may start when the whole burst is free; the next one then waits longer.

    Args:
        rate: points per second.
        burst: points that may be spent at once after a pause.
    """

    def __init__(self, rate: float, burst: float = 1.0) -> None:
        self._rate = rate
        self._burst = burst
        self._next = float("-inf")  # when all points are free again

    def wait(self, points: float, now: float, ahead: float = 0.0) -> float:
        """Return the seconds until a request can be sent; 0 for now.

        Args:
            points: the cost of the request.
            now: the time in seconds.
            ahead: points of the requests before it.
        """
        needed = ahead + min(points, self._burst) - self._burst
        return max(0.0, max(self._next, now) + needed / self._rate - now)

    def spend(self, points: float, since: float, now: float) -> None:
        """Record that a request is sent now.

        Args:
            points: the cost of the request.
            since: the time since which it has been waiting.
            now: the time in seconds.
        """
        start = max(since, now - LATENESS)
        self._next = max(self._next, start) + points / self._rate
