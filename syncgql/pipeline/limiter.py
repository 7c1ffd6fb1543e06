"""Limiter: decides when the next request may be sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from ..bounded_cache import BoundedCache
from ..protocol.rate_limit_readings import Reading
from .pace import Pace
from .server_quota import ServerQuota

PROBE_SECONDS = 2.0
"""The seconds that requests wait for the response to the first one, which reports the remaining quota."""

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 60.0
"""Seconds to wait after a refusal that does not say how long; doubled after each further one."""


class Charge:
    """The cost of one request.

    Args:
        documents: the text of each of its operations.
        points: the number of points that it takes from the pace.
    """

    __slots__ = ("costs", "documents", "points", "sent_after")

    def __init__(self, documents: Sequence[str], points: float) -> None:
        self.documents = documents
        self.points = points
        self.costs: dict[ServerQuota, float] | None = None  # once it is sent
        self.sent_after = 0


class Outcome(NamedTuple):
    """The outcome of a request.

    Attributes:
        has_response: whether the server responded.
        may_be_counted: whether the server may have counted it.
        is_refused: whether the server refused it because of a limit.
        pause: the seconds that the server asked to wait after a refusal; None if it did not say.
        readings: the remaining quotas that the response reports.
    """

    has_response: bool = False
    may_be_counted: bool = True
    is_refused: bool = False
    pause: float | None = None
    readings: Mapping[str, Reading] = {}


class Limiter:
    """Decides when requests may be sent. It receives the time as an argument and uses neither locks nor clocks.

    While the remaining quota is unknown (at the beginning, after a reset and after a refusal), one request is sent at a
    time. So at most one request is refused, not one per thread.

    Args:
        pace: the fixed pace; None for none.
        learns: whether responses report the remaining quota.
    """

    def __init__(self, pace: Pace | None, *, learns: bool) -> None:
        self._pace = pace
        self._learns = learns
        self._quotas: dict[str, ServerQuota] = {}
        self._costs: BoundedCache[str, dict[str, float]] = BoundedCache()
        self._has_success = False  # since the last refusal
        self._responses = 0
        self._in_flight = 0
        self._last_sent = 0.0
        self._refusals = 0
        self._resume = float("-inf")

    def wait(self, charge: Charge, now: float) -> float:
        """Return the seconds until a request can be sent, unless a response changes that; 0 for now."""
        longest = max(0.0, self._resume - now)
        if self._pace is not None:
            longest = max(longest, self._pace.wait(charge.points, now))
        for quota, cost in self._costs_of((charge,)).items():
            longest = max(longest, quota.wait(cost, now, quota.in_flight))
        if self._in_flight and self._is_probing(now):
            longest = max(longest, self._last_sent + PROBE_SECONDS - now)
        return longest

    def least_wait(self, charge: Charge, ahead: Sequence[Charge], now: float) -> float:
        """Return the minimum number of seconds that a request has to wait.

        The remaining quota may already include requests in flight, so they are not subtracted again.

        Args:
            charge: the request.
            ahead: the requests ahead of it.
            now: the time in seconds.
        """
        waits = [0.0, self._resume - now]
        if self._pace is not None:
            waits.append(self._pace.wait(charge.points, now, sum(each.points for each in ahead)))
        others = self._costs_of(ahead)
        waits += [quota.wait(cost, now, others[quota]) for quota, cost in self._costs_of([charge]).items()]
        return max(waits)

    def send(self, charge: Charge, since: float, now: float) -> None:
        """Count a request that is sent now.

        Args:
            charge: the request.
            since: the time since which it has been waiting.
            now: the time in seconds.
        """
        charge.costs = self._costs_of((charge,))
        charge.sent_after = self._responses
        for quota, cost in charge.costs.items():
            quota.in_flight += cost
        self._in_flight += 1
        self._last_sent = now
        if self._pace is not None:
            self._pace.spend(charge.points, since, now)

    def settle(self, charge: Charge, outcome: Outcome, now: float) -> bool:
        """Record the outcome of a request; return whether waiting threads must check again, because waits grew."""
        if charge.costs is None:
            return False
        self._in_flight -= 1
        for quota, cost in charge.costs.items():
            quota.in_flight -= cost
            if not outcome.has_response and outcome.may_be_counted:
                quota.deduct(cost)
        if outcome.has_response:
            self._read(charge, outcome.readings, now)
        if outcome.is_refused:
            self._pause(outcome.pause, now)
        elif outcome.has_response and now >= self._resume:
            self._has_success = True
            self._refusals = 0
        return outcome.is_refused

    def _is_probing(self, now: float) -> bool:
        if not self._learns:
            return False
        quotas = self._quotas.values()
        return not self._has_success or any(not each.is_known(now) or each.cost is None for each in quotas)

    def _costs_of(self, charges: Iterable[Charge]) -> dict[ServerQuota, float]:
        """Estimate the cost of requests: the last known cost of the same documents, or else of the last request."""
        if not self._quotas:
            return {}
        costs = dict.fromkeys(self._quotas.values(), 0.0)
        for charge in charges:
            for document in charge.documents:
                reported = self._costs.get(document) or {}
                for name, quota in self._quotas.items():
                    costs[quota] += reported.get(name, quota.cost or 1.0)
        return costs

    def _read(self, charge: Charge, readings: Mapping[str, Reading], now: float) -> None:
        self._responses += 1
        if not readings and not self._quotas:
            return
        count = len(charge.documents)
        for name, reading in readings.items():
            quota = self._quotas.setdefault(name, ServerQuota())
            quota.update(reading, number=self._responses, sent_after=charge.sent_after, count=count, now=now)
        outdated = [name for name, quota in self._quotas.items() if not quota.is_known(now)]
        for name in outdated:
            if name not in readings:
                del self._quotas[name]  # the server no longer reports it
        reported = {name: reading.cost for name, reading in readings.items() if reading.cost is not None}
        if reported and count == 1:
            document = charge.documents[0]
            self._costs.put(document, reported, len(document))

    def _pause(self, seconds: float | None, now: float) -> None:
        if now >= self._resume:  # but not for requests that were in flight at the same time as the first refused one
            self._refusals += 1
        if seconds is None:
            seconds = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(self._refusals - 1, 10))
        self._resume = max(self._resume, now + seconds)
        self._has_success = False
