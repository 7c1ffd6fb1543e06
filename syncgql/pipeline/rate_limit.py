"""RateLimit: a limit on the requests of all threads of a client."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, NamedTuple

from ..checks import check_count, is_number
from ..option_errors import suggests_arguments
from ..protocol.rate_limit_readings import (
    Reader,
    read_github,
    read_headers,
    read_linear,
    read_monday,
    read_shopify,
)
from ..runtime.turnstile import Turnstile
from .limiter import Charge, Limiter, Outcome
from .operation import Operation
from .pace import Pace

__all__ = ["RateLimit"]


ARRIVAL = 0.95
"""The fraction of a limit per minute to use, because requests arrive less evenly than they are sent."""


class Settings(NamedTuple):
    """The settings of a rate limit.

    Attributes:
        text: the call that creates it, without the name of the class.
        rate: the points per second; None for no fixed pace.
        burst: the points that may be used at once.
        read: reads the remaining quota from responses; None to ignore them.
        mutation_points: the cost of a mutation in points; a query costs 1.
    """

    text: str
    rate: float | None = None
    burst: int = 1
    read: Reader | None = None
    mutation_points: int = 1


@suggests_arguments()
class RateLimit:
    """A limit on the requests of all threads of a client.

    ``RateLimit(50)`` spaces requests evenly, at most 50 a second. ``RateLimit.shopify()`` and the other class methods
    read the remaining quota, the cost of each document and the time of the next reset from each response, and delay
    requests before the server refuses them.

    Threads wait for their turn in the order in which they arrived. Each attempt of a retried operation counts, and so
    does each operation of a batch. A call whose turn would come after its time limit raises ``TransportRateLimited``
    immediately, with ``sent`` False and the wait in ``retry_after``. After a refusal, all threads wait for as long as
    the server asks.

    Clients that use the same object share its limit, so use one per account of the API. Other processes do not share
    it; a pickled copy and a forked child count separately.

    Args:
        rate: the number of requests that may be sent in *per* seconds.
        per: seconds; 1 by default.
        burst: the number of requests that may be sent at once after a pause; 1, the default, spaces all requests.

    Raises:
        TypeError: an argument is not a number.
        ValueError: an argument is not positive.
    """

    def __init__(self, rate: float, per: float = 1.0, burst: int = 1) -> None:
        _check_positive("rate", rate)
        _check_positive("per", per)
        check_count("burst", burst, least=1)
        self._use(Settings(f"({rate:g}, per={per:g}, burst={burst})", rate / per, burst))

    @classmethod
    def shopify(cls) -> RateLimit:
        """Return a limit for Shopify's Admin API, which reports costs in ``extensions.cost``.

        Shopify counts per app and store, so use one object per store.
        """
        return cls._of(Settings(".shopify()", read=read_shopify))

    @classmethod
    def github(cls, points_per_minute: float = 2000) -> RateLimit:
        """Return a limit for GitHub's API, which reports it in the headers ``x-ratelimit-*``.

        The cost of a query is known if it selects ``rateLimit { cost }``; otherwise, the average cost is used.

        Args:
            points_per_minute: GitHub's secondary limit, which responses do not report: 2,000 by default; a query costs
                1 and a mutation 5. See
                https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api.

        Raises:
            TypeError: *points_per_minute* is not a number.
            ValueError: *points_per_minute* is not positive.
        """
        _check_positive("points_per_minute", points_per_minute)
        text = f".github(points_per_minute={points_per_minute:g})"
        return cls._of(Settings(text, ARRIVAL * points_per_minute / 60, read=read_github, mutation_points=5))

    @classmethod
    def linear(cls) -> RateLimit:
        """Return a limit for Linear's API, which reports requests and complexity in headers."""
        return cls._of(Settings(".linear()", read=read_linear))

    @classmethod
    def monday(cls) -> RateLimit:
        """Return a limit for monday.com's API, which reports it in the header ``RateLimit``.

        The cost of a query is known if it selects ``complexity { query after reset_in_x_seconds }``.
        """
        return cls._of(Settings(".monday()", read=read_monday))

    @classmethod
    def headers(cls) -> RateLimit:
        """Return a limit for an API that reports the remaining quota in ``RateLimit`` or ``X-RateLimit-*``."""
        return cls._of(Settings(".headers()", read=read_headers))

    @classmethod
    def _of(cls, settings: Settings) -> RateLimit:
        limit = cls.__new__(cls)
        limit._use(settings)
        return limit

    def _use(self, settings: Settings) -> None:
        self._settings = settings
        # By process id, because a forked child has its own threads and connections. ``setdefault`` is atomic.
        self._turnstiles: dict[int, Turnstile[Charge, Outcome]] = {}

    @property
    def read(self) -> Reader | None:
        """Reads the remaining quota from responses; None if this limit ignores them."""
        return self._settings.read

    def turnstile(self) -> Turnstile[Charge, Outcome]:
        """Return the turnstile at which the threads of this process wait."""
        turnstile = self._turnstiles.get(os.getpid())
        if turnstile is None:
            rate, burst = self._settings.rate, self._settings.burst
            limiter = Limiter(None if rate is None else Pace(rate, burst), learns=self.read is not None)
            turnstile = self._turnstiles.setdefault(os.getpid(), Turnstile(limiter))
        return turnstile

    def charge(self, operations: Sequence[Operation]) -> Charge:
        """Return the cost of a request with these operations."""
        documents = [operation.request.text for operation in operations]
        points = self._settings.mutation_points
        if points == 1:
            return Charge(documents, len(operations))
        return Charge(documents, sum(1 if operation.request.is_query else points for operation in operations))

    def __reduce__(self) -> tuple[Any, ...]:
        return RateLimit._of, (self._settings,)

    def __repr__(self) -> str:
        return f"RateLimit{self._settings.text}"


def check_rate_limit(rate_limit: object) -> RateLimit:
    """Return the option ``rate_limit=``.

    Raises:
        TypeError: it is not a ``RateLimit``.
    """
    if isinstance(rate_limit, RateLimit):
        return rate_limit
    raise TypeError(f"rate_limit must be a RateLimit or None, not {type(rate_limit).__name__}.")


def _check_positive(name: str, number: float) -> None:
    if not is_number(number):
        raise TypeError(f"{name} must be a number, not {type(number).__name__}.")
    if not number > 0:
        raise ValueError(f"{name} must be more than 0, not {number!r}.")
    if number == float("inf"):
        raise ValueError(f"{name} must be finite; omit rate_limit= for no limit.")
