"""Readings: the limits that an API reports in its responses, before it refuses a request.

Sources:

- Shopify: https://shopify.dev/docs/api/usage/limits
- GitHub: https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
- Linear: https://linear.app/developers/rate-limiting
- monday.com: https://developer.monday.com/api-reference/docs/rate-limits
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from .quotas import Quota, read_mapping, read_number, read_quotas

ROUNDING = 1.0
"""Resets and the server's date are whole seconds, so a reset may be up to a second later than it seems."""

OF_ONE_ENDPOINT = "X-RateLimit-Endpoint-Requests"
"""A limit that applies only to a few operations, so it must not delay the others."""


class ResponseParts(NamedTuple):
    """The parts of a response in which servers report their limits.

    Attributes:
        headers: its headers.
        extensions: the ``extensions`` of the GraphQL response.
        data: the ``data`` of the GraphQL response.
    """

    headers: Mapping[str, str]
    extensions: Mapping[str, Any]
    data: Mapping[str, Any]


class Reading(NamedTuple):
    """One limit in a response, in requests or points.

    Attributes:
        remaining: the remaining quota.
        limit: the maximum quota; None if unknown.
        reset_in: the seconds until the reset; None if unknown, and for a limit that is restored continuously.
        restore_rate: the amount restored per second; 0 if everything is restored at the reset.
        cost: the cost of the request; None if unknown.
    """

    remaining: float
    limit: float | None = None
    reset_in: float | None = None
    restore_rate: float = 0.0
    cost: float | None = None


Reader = Callable[[ResponseParts, float], dict[str, Reading]]
"""A function that returns the readings of a response, by the names of the limits, given the time since the epoch."""


def read_shopify(parts: ResponseParts, now: float) -> dict[str, Reading]:
    """Read ``extensions.cost``; the server requires as many remaining points as it expects the query to cost."""
    cost = read_mapping(parts.extensions.get("cost"))
    status = read_mapping(cost.get("throttleStatus"))
    remaining, rate = (read_number(status.get(name)) for name in ("currentlyAvailable", "restoreRate"))
    if remaining is None or not rate:
        return {}
    limit, requested = read_number(status.get("maximumAvailable")), read_number(cost.get("requestedQueryCost"))
    return {"points": Reading(remaining, limit, restore_rate=rate, cost=requested)}


def read_github(parts: ResponseParts, now: float) -> dict[str, Reading]:
    """Read the headers, and the cost if the query selects ``rateLimit { cost }``."""
    cost = read_number(read_mapping(parts.data.get("rateLimit")).get("cost"))
    return _readings(parts, now, {"X-RateLimit": cost}, only=["X-RateLimit"])


def read_linear(parts: ResponseParts, now: float) -> dict[str, Reading]:
    """Read the limits of requests and of complexity."""
    costs = {"X-RateLimit-Requests": 1.0, "X-RateLimit-Complexity": read_number(parts.headers.get("X-Complexity"))}
    return _readings(parts, now, costs, only=list(costs))


def read_monday(parts: ResponseParts, now: float) -> dict[str, Reading]:
    """Read the headers, and ``complexity`` if the query selects ``complexity { query after reset_in_x_seconds }``."""
    readings = read_headers(parts, now)
    complexity = read_mapping(parts.data.get("complexity"))
    remaining, reset, cost = (read_number(complexity.get(name)) for name in ("after", "reset_in_x_seconds", "query"))
    if remaining is not None and reset is not None:
        readings["complexity of the query"] = Reading(remaining, reset_in=reset + ROUNDING, cost=cost)
    return readings


def read_headers(parts: ResponseParts, now: float) -> dict[str, Reading]:
    """Read ``RateLimit`` and ``X-RateLimit-*``."""
    return _readings(parts, now, {})


def _readings(
    parts: ResponseParts, now: float, costs: Mapping[str, float | None], only: list[str] | None = None
) -> dict[str, Reading]:
    quotas = read_quotas(parts.headers, now)
    return {
        name: Reading(quota.remaining, quota.limit, _reset_in(quota, now), cost=costs.get(name))
        for name, quota in quotas.items()
        if quota.remaining is not None and (name in only if only is not None else name != OF_ONE_ENDPOINT)
    }


def _reset_in(quota: Quota, now: float) -> float | None:
    return None if quota.reset_at is None else max(0.0, quota.reset_at - now) + ROUNDING
